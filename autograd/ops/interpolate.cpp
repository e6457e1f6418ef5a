#include <algorithm>
#include <cmath>
#include <memory>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/kernels/images/resample.h>
#include <gradus/autograd/ops/internal/spatial.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::Taps;

struct Maps {
  std::array<Taps, 3> of;   // slices, rows, columns
  Maps transposed() const { return {{of[0].transposed(), of[1].transposed(), of[2].transposed()}}; }
};

// The weights as a matrix [out, in].
Array matrix(const Taps& taps) {
  Array out = Array::zeros({taps.out, taps.in}, f64);
  double* to = out.mutable_data<double>();
  for (std::int64_t o = 0; o < taps.out; ++o)
    for (std::int64_t k = taps.begin[static_cast<std::size_t>(o)]; k < taps.begin[static_cast<std::size_t>(o) + 1]; ++k)
      to[o * taps.in + taps.place[static_cast<std::size_t>(k)]] += taps.weight[static_cast<std::size_t>(k)];
  return out;
}

// Linear in x: its gradient is its transpose, and the other way round.
struct Resample final : Op, detail::Described {
  Resample(std::shared_ptr<const Maps> maps, detail::Frame frame, bool backwards)
      : maps_(std::move(maps)), frame_(frame), backwards_(backwards) {}
  Resample as(const char* mode, bool align_corners) && { return mode_ = mode, align_corners_ = align_corners, std::move(*this); }
  std::string_view name() const override { return backwards_ ? "interpolate_gradient" : "interpolate"; }
  void describe(detail::OpOptions& o) const override {
    static constexpr const char* names[] = {"d", "h", "w"};
    o("mode", mode_)("align_corners", align_corners_);
    for (int i = 3 - frame_.dims; i < 3; ++i) o(names[i], matrix(maps_->of[static_cast<std::size_t>(i)]));
  }
  Array forward(const Tensor& x) {
    const Array images = frame_.raise(x.value());
    const bool last = kernels::only_channels_last(images);
    const auto& [d, h, w] = maps_->of;
    return frame_.lower(kernels::resample(last ? images : images.as_contiguous(), d, h, w, last));
  }
  Grads backward(Tensor g) override {
    return {record(Resample(std::make_shared<const Maps>(maps_->transposed()), frame_, !backwards_), g)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Resample(maps_, frame_, backwards_), vs[0]); }
  std::shared_ptr<const Maps> maps_;
  detail::Frame frame_;
  bool backwards_;
  const char* mode_ = "";   // what others call these weights, if the sizes alone say where pixels lie
  bool align_corners_ = false;
};

// One axis of a result; `factor` is its scale_factor, or 0.
struct Line {
  std::int64_t in, out;
  double factor;
  bool align_corners;
  double step() const {
    if (align_corners) return out > 1 ? static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0;
    return factor > 0 ? 1 / factor : static_cast<double>(in) / static_cast<double>(out);
  }
  // Where the centre of pixel o lies among x's.
  double source(std::int64_t o) const {
    const double at = static_cast<double>(o);
    return align_corners ? step() * at : step() * (at + 0.5) - 0.5;
  }
};

// PyTorch counts in f32 here, whatever x is, and so in the end must we: an ulp decides which pixel it is.
Taps nearest(const Line& a, bool exact) {
  Taps t = Taps::start(a.in, a.out);
  const float step = a.factor > 0 ? static_cast<float>(1 / a.factor) : static_cast<float>(a.in) / static_cast<float>(a.out);
  for (std::int64_t o = 0; o < a.out; ++o) {
    std::int64_t at = static_cast<std::int64_t>(std::floor((static_cast<float>(o) + (exact ? 0.5f : 0.0f)) * step));
    if (!exact && a.out == a.in) at = o;
    else if (!exact && a.out == 2 * a.in) at = o / 2;
    t.add(std::min(at, a.in - 1), 1), t.next();
  }
  t.finish();
  return t;
}

Taps linear(const Line& a) {
  Taps t = Taps::start(a.in, a.out);
  for (std::int64_t o = 0; o < a.out; ++o) {
    const double at = a.in == a.out ? static_cast<double>(o) : std::max(a.source(o), 0.0);
    const std::int64_t left = std::min(static_cast<std::int64_t>(at), a.in - 1);
    const double right = left < a.in - 1 ? std::min(at - static_cast<double>(left), 1.0) : 0;
    t.add(left, 1 - right), t.add(left + 1, right), t.next();
  }
  t.finish();
  return t;
}

Taps cubic(const Line& a) {
  Taps t = Taps::start(a.in, a.out);
  for (std::int64_t o = 0; o < a.out; ++o) {
    const double at = a.source(o), left = std::floor(at), f = at - left;
    const auto near = [](double x) { return (1.25 * x - 2.25) * x * x + 1; };                         // |x| <= 1
    const auto far = [](double x) { return ((-0.75 * x + 3.75) * x - 6) * x + 3; };                   // 1 < |x| <= 2
    const double weights[] = {far(f + 1), near(f), near(1 - f), far(2 - f)};
    for (int k = 0; k < 4; ++k)
      t.add(std::clamp<std::int64_t>(static_cast<std::int64_t>(left) - 1 + k, 0, a.in - 1), weights[k]);
    t.next();
  }
  t.finish();
  return t;
}

// The same kernels, stretched by the step where that is above 1, so that every pixel counts; weights sum to 1 within x.
Taps smooth(const Line& a, bool cubic) {
  Taps t = Taps::start(a.in, a.out);
  const double step = a.step(), stretch = std::max(step, 1.0), support = (cubic ? 2 : 1) * stretch;
  const auto kernel = [cubic](double x) {
    x = std::abs(x);
    if (!cubic) return std::max(1 - x, 0.0);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0.0;
  };
  for (std::int64_t o = 0; o < a.out; ++o) {
    const double centre = step * (static_cast<double>(o) + 0.5);
    const std::int64_t first = std::max<std::int64_t>(static_cast<std::int64_t>(centre - support + 0.5), 0);
    const std::int64_t end = std::min(static_cast<std::int64_t>(centre + support + 0.5), a.in);
    const auto weight = [&](std::int64_t at) { return kernel((static_cast<double>(at) - centre + 0.5) / stretch); };
    double all = 0;
    for (std::int64_t at = first; at < end; ++at) all += weight(at);
    for (std::int64_t at = first; at < end; ++at) t.add(at, all == 0 ? weight(at) : weight(at) / all);
    t.next();
  }
  t.finish();
  return t;
}

const char* name_of(Interpolation mode) {
  static constexpr const char* names[] = {"nearest", "nearest_exact", "linear", "bilinear", "trilinear", "bicubic", "area"};
  return names[static_cast<std::size_t>(mode)];
}

// The new size of each direction.
Shape sizes(const Tensor& x, int dims, const InterpolateOptions& o) {
  const bool by_size = o.size.rank() > 0, by_factor = o.scale_factor.count > 0;
  check<ValueError>(by_size != by_factor, "interpolate: needs a size or a scale_factor, and not both");
  check<ValueError>(!by_size || !o.recompute_scale_factor, "interpolate: recompute_scale_factor goes with a scale_factor, not with a size");
  const int given = by_size ? o.size.rank() : static_cast<int>(o.scale_factor.count);
  check<ValueError>(given == 1 || given == dims, "interpolate: ", given, by_size ? " sizes" : " factors", " for the ", dims,
                    " directions of x ", x.shape());
  Shape all = Shape::filled(dims, 0);
  for (int i = 0; i < dims; ++i) {
    const double factor = by_factor ? o.scale_factor.of[static_cast<std::size_t>(given == 1 ? 0 : i)] : 0;
    check<ValueError>(!by_factor || (factor > 0 && factor < 1e9), "interpolate: scale_factor must be greater than 0, not ", factor);
    all[i] = by_size ? o.size[given == 1 ? 0 : i] : static_cast<std::int64_t>(std::floor(static_cast<double>(x.dim(2 + i)) * factor));
    check<ShapeError>(x.dim(2 + i) > 0 && all[i] > 0, "interpolate: x ", x.shape(), " would have ", all[i], " pixels in direction ", i,
                      "; needs at least one before and after");
  }
  return all;
}

void check_mode(const Tensor& x, int dims, const InterpolateOptions& o) {
  const int wanted = o.mode == Interpolation::linear                                           ? 1
                     : o.mode == Interpolation::bilinear || o.mode == Interpolation::bicubic ? 2
                     : o.mode == Interpolation::trilinear                                      ? 3
                                                                                               : dims;
  check<ShapeError>(dims == wanted, "interpolate: ", name_of(o.mode), " has ", wanted, wanted == 1 ? " direction" : " directions", ", x ",
                    x.shape(), " has ", dims);
  const bool corners = o.mode != Interpolation::nearest && o.mode != Interpolation::nearest_exact && o.mode != Interpolation::area;
  check<ValueError>(corners || !o.align_corners, "interpolate: align_corners means nothing to ", name_of(o.mode));
  check<ValueError>(!o.antialias || o.mode == Interpolation::bilinear || o.mode == Interpolation::bicubic,
                    "interpolate: antialias means nothing to ", name_of(o.mode), "; bilinear and bicubic have it");
}

Tensor by_area(const Tensor& x, const Shape& size) {
  if (size.rank() == 1) return adaptive_avg_pool1d(x, size[0]);
  return size.rank() == 2 ? adaptive_avg_pool2d(x, {size[0], size[1]}) : adaptive_avg_pool3d(x, {size[0], size[1], size[2]});
}

}  // namespace

Scales::Scales(std::initializer_list<double> each) : count(each.size()) {
  check<ValueError>(count <= of.size(), "interpolate: at most three factors, not ", count);
  std::copy(each.begin(), each.end(), of.begin());
}

Tensor interpolate(const Tensor& x, const InterpolateOptions& o) {
  check_defined("interpolate", x);
  check<ShapeError>(x.rank() >= 3 && x.rank() <= 5, "interpolate: x must be [N, C, L], [N, C, H, W] or [N, C, D, H, W], not ", x.shape());
  check_computes_in(x.dtype(), "interpolate");
  const int dims = x.rank() - 2;
  check_mode(x, dims, o);
  const Shape size = sizes(x, dims, o);
  if (o.mode == Interpolation::area) return by_area(x, size);
  auto maps = std::make_shared<Maps>();
  for (int i = 0; i < dims; ++i) {
    const bool by_ratio = o.scale_factor.count == 0 || o.recompute_scale_factor;
    const double factor = by_ratio ? 0 : o.scale_factor.of[static_cast<std::size_t>(o.scale_factor.count == 1 ? 0 : i)];
    const Line axis{x.dim(2 + i), size[i], factor, o.align_corners};
    Taps& taps = maps->of[static_cast<std::size_t>(3 - dims + i)];
    const bool exact = o.mode == Interpolation::nearest_exact;
    if (exact || o.mode == Interpolation::nearest) taps = nearest(axis, exact);
    else if (o.antialias) taps = smooth(axis, o.mode == Interpolation::bicubic);
    else taps = o.mode == Interpolation::bicubic ? cubic(axis) : linear(axis);
  }
  // Of a factor that is no ratio of sizes the places hang from it.
  bool by_sizes = o.scale_factor.count == 0 || o.recompute_scale_factor;
  if (!by_sizes) {
    by_sizes = true;
    for (int i = 0; i < dims; ++i)
      by_sizes &= static_cast<double>(x.dim(2 + i)) * o.scale_factor.of[static_cast<std::size_t>(o.scale_factor.count == 1 ? 0 : i)] ==
                  static_cast<double>(size[i]);
  }
  const bool linear = o.mode == Interpolation::linear || o.mode == Interpolation::bilinear || o.mode == Interpolation::trilinear;
  const char* mode = !by_sizes || o.antialias || dims > 2       ? ""
                     : linear                                   ? "linear"
                     : o.mode == Interpolation::bicubic         ? "cubic"
                                                                : name_of(o.mode);
  return record(Resample(std::move(maps), {dims, true}, false).as(mode, o.align_corners), x);
}

}  // namespace gradus
