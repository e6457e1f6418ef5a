#include <gradus/nn/layers/pool.h>

#include <cmath>

#include <gradus/nn/model/call.h>

namespace gradus::nn {
namespace {

// The sizes of the last dimensions, where all of a shape is given.
Shape behind_channels(const Tensor& x, const Shape& output, int dims) {
  if (!x.defined() || output.rank() != x.rank() || output.rank() <= dims) return output;
  return Shape(std::span(output.end() - dims, output.end()));
}

double positive(const char* layer, double p) {
  check<ValueError>(p > 0, layer, ": p must be greater than 0, not ", p);
  return p;
}

// One of output_size and output_ratio is given, and fits `dims` dimensions.
void check_fractional(const char* layer, std::int64_t size, const Scales& ratio, int dims) {
  check<ValueError>((size != 0) != (ratio.count > 0), layer, ": needs an output_size or an output_ratio, and not both");
  check<ValueError>(ratio.count <= 1 || ratio.count == static_cast<std::size_t>(dims), layer, ": output_ratio is a number or ", dims,
                    ", not ", ratio.count);
  for (std::size_t i = 0; i < ratio.count; ++i)
    check<ValueError>(ratio.of[i] > 0 && ratio.of[i] < 1, layer, ": output_ratio must lie in (0, 1), not ", ratio.of[i]);
}
const FractionalMaxPool2dOptions& checked(const FractionalMaxPool2dOptions& o) {
  check_fractional("FractionalMaxPool2d", o.output_size.h, o.output_ratio, 2);
  return o;
}
const FractionalMaxPool3dOptions& checked(const FractionalMaxPool3dOptions& o) {
  check_fractional("FractionalMaxPool3d", o.output_size.d, o.output_ratio, 3);
  return o;
}

// Of the dimension `i` of `dims`, counted from the first; the operation says what is wrong with x.
std::int64_t share(const Tensor& x, const Scales& ratio, int i, int dims) {
  if (!x.defined() || x.rank() < dims) return 1;
  return static_cast<std::int64_t>(std::floor(static_cast<double>(x.dim(x.rank() - dims + i)) *
                                              ratio.of[ratio.count == 1 ? 0 : static_cast<std::size_t>(i)]));
}

}  // namespace

Tensor MaxPool1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return max_pool1d(x, options_); }, x); }
Tensor MaxPool2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return max_pool2d(x, options_); }, x); }
Tensor MaxPool3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return max_pool3d(x, options_); }, x); }
ValuesAndIndices MaxPool1d::with_indices(const Tensor& x) const { return max_pool1d_with_indices(x, options_); }
ValuesAndIndices MaxPool2d::with_indices(const Tensor& x) const { return max_pool2d_with_indices(x, options_); }
ValuesAndIndices MaxPool3d::with_indices(const Tensor& x) const { return max_pool3d_with_indices(x, options_); }

Tensor AdaptiveMaxPool1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return with_indices(x).values; }, x); }
Tensor AdaptiveMaxPool2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return with_indices(x).values; }, x); }
Tensor AdaptiveMaxPool3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return with_indices(x).values; }, x); }
ValuesAndIndices AdaptiveMaxPool1d::with_indices(const Tensor& x) const { return adaptive_max_pool1d(x, output_); }
ValuesAndIndices AdaptiveMaxPool2d::with_indices(const Tensor& x) const { return adaptive_max_pool2d(x, output_); }
ValuesAndIndices AdaptiveMaxPool3d::with_indices(const Tensor& x) const { return adaptive_max_pool3d(x, output_); }

Tensor MaxUnpool1d::operator()(const Tensor& x, const Tensor& indices, const Shape& output_size) const {
  return nn::call(*this, [&] { return max_unpool1d(x, indices, options_, behind_channels(x, output_size, 1)); }, x, indices);
}
Tensor MaxUnpool2d::operator()(const Tensor& x, const Tensor& indices, const Shape& output_size) const {
  return nn::call(*this, [&] { return max_unpool2d(x, indices, options_, behind_channels(x, output_size, 2)); }, x, indices);
}
Tensor MaxUnpool3d::operator()(const Tensor& x, const Tensor& indices, const Shape& output_size) const {
  return nn::call(*this, [&] { return max_unpool3d(x, indices, options_, behind_channels(x, output_size, 3)); }, x, indices);
}

// The options first: what is refused has drawn nothing from the source.
FractionalMaxPool2d::FractionalMaxPool2d(const FractionalMaxPool2dOptions& options, Generator& source)
    : generator((checked(options), source)), options_(options) {}
FractionalMaxPool3d::FractionalMaxPool3d(const FractionalMaxPool3dOptions& options, Generator& source)
    : generator((checked(options), source)), options_(options) {}

Tensor FractionalMaxPool2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return with_indices(x).values; }, x); }
Tensor FractionalMaxPool3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return with_indices(x).values; }, x); }

ValuesAndIndices FractionalMaxPool2d::with_indices(const Tensor& x, const Tensor& samples) const {
  const auto& [kernel, size, ratio] = options_;
  const Pair output = ratio.count == 0 ? size : Pair(share(x, ratio, 0, 2), share(x, ratio, 1, 2));
  if (samples.defined()) return fractional_max_pool2d(x, kernel, output, samples);
  if (!training) return fractional_max_pool2d(x, kernel, output);
  const auto alone = generator.exclusive("FractionalMaxPool2d");
  return fractional_max_pool2d(x, kernel, output, static_cast<Generator&>(generator));
}
ValuesAndIndices FractionalMaxPool3d::with_indices(const Tensor& x, const Tensor& samples) const {
  const auto& [kernel, size, ratio] = options_;
  const Triple output = ratio.count == 0 ? size : Triple(share(x, ratio, 0, 3), share(x, ratio, 1, 3), share(x, ratio, 2, 3));
  if (samples.defined()) return fractional_max_pool3d(x, kernel, output, samples);
  if (!training) return fractional_max_pool3d(x, kernel, output);
  const auto alone = generator.exclusive("FractionalMaxPool3d");
  return fractional_max_pool3d(x, kernel, output, static_cast<Generator&>(generator));
}

Tensor AvgPool1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return avg_pool1d(x, options_); }, x); }
Tensor AvgPool2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return avg_pool2d(x, options_); }, x); }
Tensor AvgPool3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return avg_pool3d(x, options_); }, x); }
Tensor AdaptiveAvgPool1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return adaptive_avg_pool1d(x, output_); }, x); }
Tensor AdaptiveAvgPool2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return adaptive_avg_pool2d(x, output_); }, x); }
Tensor AdaptiveAvgPool3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return adaptive_avg_pool3d(x, output_); }, x); }

LPPool1d::LPPool1d(double p, const PoolOptions1d& options) : PoolLayer(options), p_(positive("LPPool1d", p)) {}
LPPool2d::LPPool2d(double p, const PoolOptions& options) : PoolLayer(options), p_(positive("LPPool2d", p)) {}
LPPool3d::LPPool3d(double p, const PoolOptions3d& options) : PoolLayer(options), p_(positive("LPPool3d", p)) {}
LPPool1d::LPPool1d(double p, std::int64_t kernel) : PoolLayer(kernel), p_(positive("LPPool1d", p)) {}
LPPool2d::LPPool2d(double p, std::int64_t kernel) : PoolLayer(kernel), p_(positive("LPPool2d", p)) {}
LPPool3d::LPPool3d(double p, std::int64_t kernel) : PoolLayer(kernel), p_(positive("LPPool3d", p)) {}
Tensor LPPool1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return lp_pool1d(x, p_, options_); }, x); }
Tensor LPPool2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return lp_pool2d(x, p_, options_); }, x); }
Tensor LPPool3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return lp_pool3d(x, p_, options_); }, x); }

}  // namespace gradus::nn
