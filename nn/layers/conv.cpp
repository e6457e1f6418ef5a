#include <gradus/nn/layers/conv.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/rearrange.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/model/call.h>

namespace gradus {

std::string OptionTraits<nn::ConvPadding>::text(const void* padding) {
  const auto& p = *static_cast<const nn::ConvPadding*>(padding);
  if (p.same) return "same";
  std::string all = std::to_string(p.of[0]);
  for (int i = 1; i < p.count; ++i) all += gradus::text(",", p.of[static_cast<std::size_t>(i)]);
  return all;
}

bool OptionTraits<nn::ConvPadding>::parse(void* padding, std::string_view text) {
  auto& p = *static_cast<nn::ConvPadding*>(padding);
  if (text == "same") {
    p = "same";
    return true;
  }
  std::vector<std::int64_t> sizes;
  if (text != "valid" && (!detail::parse_items(text, sizes) || sizes.empty() || sizes.size() > 3)) return false;
  p = 0;
  std::copy(sizes.begin(), sizes.end(), p.of.begin());
  p.count = std::max(1, static_cast<int>(sizes.size()));
  return true;
}

void OptionTraits<nn::ConvPadding>::check(const void* padding, const Range& range, std::string_view who, std::string_view name) {
  const auto& p = *static_cast<const nn::ConvPadding*>(padding);
  for (int i = 0; i < p.count; ++i) check_range(who, name, static_cast<double>(p.of[static_cast<std::size_t>(i)]), range, true);
}

namespace nn {
namespace {

// A number for each of the `dims` dimensions, the first one first.
struct Each {
  std::array<std::int64_t, 3> of;
  Each(std::int64_t l) : of{l} {}
  Each(Pair p) : of{p.h, p.w} {}
  Each(const Triple& t) : of{t.d, t.h, t.w} {}
  std::int64_t operator[](int i) const { return of[static_cast<std::size_t>(i)]; }
};

template <class Size> inline constexpr int dims_of = 1;
template <> inline constexpr int dims_of<Pair> = 2;
template <> inline constexpr int dims_of<Triple> = 3;

template <class Size>
Size size_of(const Each& e) {
  if constexpr (dims_of<Size> == 1) return e[0];
  else if constexpr (dims_of<Size> == 2) return {e[0], e[1]};
  else return {e[0], e[1], e[2]};
}

void check_channels(const char* layer, std::int64_t in, std::int64_t out, std::int64_t groups) {
  check<ValueError>(in >= 1 && out >= 1, layer, ": needs at least 1 input and 1 output channel, not ", in, " and ", out);
  check<ValueError>(in % groups == 0 && out % groups == 0, layer, ": groups must divide both channels: groups ", groups,
                    ", input ", in, ", output ", out);
}

// Weight [first, second, kernel…] and bias [out] as PyTorch begins.
template <class Options>
void initialise(Parameter& weight, Parameter& bias, std::int64_t first, std::int64_t second, std::int64_t out, const Options& o) {
  Generator& generator = o.generator ? *o.generator : default_generator();
  Shape shape{first, second};
  for (int i = 0; i < dims_of<decltype(o.kernel)>; ++i) shape.push_back(Each(o.kernel)[i]);
  weight = Parameter(Array(shape, o.dtype), "weight");
  init::kaiming_uniform(weight, {.a = std::sqrt(5.0)}, generator);
  if (!o.bias) return;
  const double bound = 1 / std::sqrt(static_cast<double>(init::fans(weight.shape()).in));
  bias = Parameter(Array({out}, o.dtype), "bias");
  init::uniform(bias, -bound, bound, generator);
}

// What the operation is told, checked.
template <class Told, class Options>
Told checked(const char* layer, std::int64_t in, std::int64_t out, const Options& o) {
  using Size = std::remove_cv_t<decltype(o.kernel)>;
  constexpr int dims = dims_of<Size>;
  check_options(layer, o);
  check_channels(layer, in, out, o.groups);
  Each padding(o.padding.of[0]);
  check<ValueError>(o.padding.count == 1 || o.padding.count == dims, layer, ": padding is a number or ", dims, ", not ", o.padding.count);
  for (int i = 0; i < dims; ++i) {
    padding.of[static_cast<std::size_t>(i)] = o.padding.of[o.padding.count == 1 ? 0 : static_cast<std::size_t>(i)];
    check<ValueError>(!o.padding.same || Each(o.stride)[i] == 1, layer, ": padding \"same\" goes with stride 1");
  }
  return {.stride = o.stride, .padding = size_of<Size>(padding), .dilation = o.dilation, .groups = o.groups, .same = o.padding.same};
}

template <class Told>
Tensor convolve(Tensor (*op)(const Tensor&, const Tensor&, const Tensor&, const Told&), const Tensor& x, const Parameter& weight,
                const Parameter& bias, const Told& o, PaddingMode mode) {
  constexpr int dims = dims_of<std::remove_cv_t<decltype(o.stride)>>;
  const bool fits = x.defined() && (x.rank() == dims + 1 || x.rank() == dims + 2);                 // else the operation says what is wrong
  if (mode == PaddingMode::zeros || !fits) return op(x, weight, bias, o);
  std::array<std::int64_t, 6> around{};                      // the last dimension's first
  for (int i = 0; i < dims; ++i) {
    const std::int64_t both = o.same ? Each(o.dilation)[i] * (weight.shape()[2 + i] - 1) : 2 * Each(o.padding)[i];
    std::int64_t* sides = around.data() + 2 * (dims - 1 - i);
    sides[0] = both / 2, sides[1] = both - both / 2;
  }
  Told inside = o;
  inside.padding = 0, inside.same = false;
  return op(pad(x, std::span(around.data(), 2 * dims), static_cast<PadMode>(mode)), weight, bias, inside);
}

template <class Told, class Options>
Told checked_transpose(const char* layer, std::int64_t in, std::int64_t out, const Options& o) {
  check_options(layer, o);
  check_channels(layer, in, out, o.groups);
  return {.stride = o.stride, .padding = o.padding, .output_padding = o.output_padding, .groups = o.groups, .dilation = o.dilation};
}

template <class Told>
Tensor transpose_to(const char* layer, Tensor (*op)(const Tensor&, const Tensor&, const Tensor&, const Told&), const Tensor& x,
                    const Parameter& weight, const Parameter& bias, const Told& o, const Shape& output) {
  using Size = std::remove_cv_t<decltype(o.stride)>;
  constexpr int dims = dims_of<Size>;
  const bool fits = x.defined() && (x.rank() == dims + 1 || x.rank() == dims + 2);
  if (output.rank() == 0 || !fits) return op(x, weight, bias, o);
  check<ShapeError>(output.rank() == dims || output.rank() == x.rank(), layer, ": output_size ", output,
                    " must be the size of the last dimensions, ", dims, ", or the shape of the result: x ", x.shape());
  Shape least, most;
  Each extra(0);
  bool possible = true;
  for (int i = 0; i < dims; ++i) {
    const std::int64_t stride = Each(o.stride)[i];
    const std::int64_t reach = Each(o.dilation)[i] * (weight.shape()[2 + i] - 1) + 1;
    least.push_back((x.dim(x.rank() - dims + i) - 1) * stride - 2 * Each(o.padding)[i] + reach);
    most.push_back(least[i] + stride - 1);
    const std::int64_t wanted = output[output.rank() - dims + i];
    possible &= wanted >= least[i] && wanted <= most[i];
    extra.of[static_cast<std::size_t>(i)] = wanted - least[i];
  }
  check<ValueError>(possible, layer, ": output_size ", output, " is none that this layer makes of x ", x.shape(), ": from ", least, " to ",
                    most);
  Told sized = o;
  sized.output_padding = size_of<Size>(extra);
  return op(x, weight, bias, sized);
}

template <class Options>
void describe_conv(Describe& is, const Options& o) {
  is(range::at_least_one, o.kernel, o.stride, o.dilation, o.groups);
  is(range::at_least_zero, o.padding);
  is(range::one_of_first(computing_types), o.dtype);
}
template <class Options>
void describe_transpose(Describe& is, const Options& o) {
  describe_conv(is, o);
  is(range::at_least_zero, o.output_padding);
}

}  // namespace

ConvPadding::ConvPadding(std::initializer_list<std::int64_t> each) : of{}, count(static_cast<int>(each.size())) {
  check<ValueError>(each.size() >= 1 && each.size() <= of.size(), "convolution: padding is one to three numbers, not ", each.size());
  std::copy(each.begin(), each.end(), of.begin());
}

ConvPadding ConvPadding::named(const char* word) {
  const std::string_view name(word);
  check<ValueError>(name == "same" || name == "valid", "convolution: padding is a number, \"same\" or \"valid\", not \"", name, "\"");
  ConvPadding p(0);
  p.same = name == "same";
  return p;
}

void Conv1dOptions::describe(Describe& is) const { describe_conv(is, *this); }
void Conv2dOptions::describe(Describe& is) const { describe_conv(is, *this); }
void Conv3dOptions::describe(Describe& is) const { describe_conv(is, *this); }
void ConvTranspose1dOptions::describe(Describe& is) const { describe_transpose(is, *this); }
void ConvTranspose2dOptions::describe(Describe& is) const { describe_transpose(is, *this); }
void ConvTranspose3dOptions::describe(Describe& is) const { describe_transpose(is, *this); }

Conv1d::Conv1d(std::int64_t in, std::int64_t out, const Conv1dOptions& o)
    : options_(checked<ConvOptions1d>("Conv1d", in, out, o)), mode_(o.padding_mode) {
  initialise(weight, bias, out, in / o.groups, out, o);
}
Conv2d::Conv2d(std::int64_t in, std::int64_t out, const Conv2dOptions& o)
    : options_(checked<ConvOptions>("Conv2d", in, out, o)), mode_(o.padding_mode) {
  initialise(weight, bias, out, in / o.groups, out, o);
}
Conv3d::Conv3d(std::int64_t in, std::int64_t out, const Conv3dOptions& o)
    : options_(checked<ConvOptions3d>("Conv3d", in, out, o)), mode_(o.padding_mode) {
  initialise(weight, bias, out, in / o.groups, out, o);
}

Tensor Conv1d::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return convolve(conv1d, x, weight, bias, options_, mode_); }, x);
}
Tensor Conv2d::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return convolve(conv2d, x, weight, bias, options_, mode_); }, x);
}
Tensor Conv3d::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return convolve(conv3d, x, weight, bias, options_, mode_); }, x);
}

ConvTranspose1d::ConvTranspose1d(std::int64_t in, std::int64_t out, const ConvTranspose1dOptions& o)
    : options_(checked_transpose<ConvTransposeOptions1d>("ConvTranspose1d", in, out, o)) {
  initialise(weight, bias, in, out / o.groups, out, o);
}
ConvTranspose2d::ConvTranspose2d(std::int64_t in, std::int64_t out, const ConvTranspose2dOptions& o)
    : options_(checked_transpose<ConvTransposeOptions>("ConvTranspose2d", in, out, o)) {
  initialise(weight, bias, in, out / o.groups, out, o);
}
ConvTranspose3d::ConvTranspose3d(std::int64_t in, std::int64_t out, const ConvTranspose3dOptions& o)
    : options_(checked_transpose<ConvTransposeOptions3d>("ConvTranspose3d", in, out, o)) {
  initialise(weight, bias, in, out / o.groups, out, o);
}

Tensor ConvTranspose1d::operator()(const Tensor& x, const Shape& output_size) const {
  return nn::call(*this, [&] { return transpose_to("ConvTranspose1d", conv_transpose1d, x, weight, bias, options_, output_size); }, x);
}
Tensor ConvTranspose2d::operator()(const Tensor& x, const Shape& output_size) const {
  return nn::call(*this, [&] { return transpose_to("ConvTranspose2d", conv_transpose2d, x, weight, bias, options_, output_size); }, x);
}
Tensor ConvTranspose3d::operator()(const Tensor& x, const Shape& output_size) const {
  return nn::call(*this, [&] { return transpose_to("ConvTranspose3d", conv_transpose3d, x, weight, bias, options_, output_size); }, x);
}

}  // namespace nn
}  // namespace gradus
