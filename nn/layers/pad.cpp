#include <gradus/nn/layers/pad.h>

#include <algorithm>

#include <gradus/nn/model/call.h>

namespace gradus::nn {

PadSides::PadSides(std::initializer_list<std::int64_t> each) : of{}, count(each.size()) {
  check<ValueError>(count <= of.size(), "pad: at most six sides, not ", count);
  std::copy(each.begin(), each.end(), of.begin());
}

template <int dims>
PadLayer<dims>::PadLayer(const char* layer, PadMode mode, const PadSides& sides, double value)
    : layer_(layer), mode_(mode), value_(value), sides_(sides.of) {
  check<ValueError>(sides.count == 1 || sides.count == 2 * static_cast<std::size_t>(dims), layer, ": padding is a number or ", 2 * dims,
                    ", two for each dimension and the last one's first, not ", sides.count);
  if (sides.count == 1) sides_.fill(sides.of[0]);
}

template <int dims>
Tensor PadLayer<dims>::operator()(const Tensor& x) const {
  const auto run = [&]() -> Tensor {
    check_defined(layer_, x);
    const bool fits = mode_ == PadMode::constant ? x.rank() >= dims : x.rank() == dims + 1 || x.rank() == dims + 2;
    check<ShapeError>(fits, layer_, ": x must have ", dims, dims == 1 ? " dimension" : " dimensions", " behind N and C, or C alone, not ",
                      x.shape());
    return pad(x, std::span(sides_.data(), 2 * static_cast<std::size_t>(dims)), mode_, value_);
  };
  return nn::call(*this, run, x);
}

template class PadLayer<1>;
template class PadLayer<2>;
template class PadLayer<3>;

ConstantPad1d::ConstantPad1d(const PadSides& sides, double value) : PadLayer("ConstantPad1d", PadMode::constant, sides, value) {}
ConstantPad2d::ConstantPad2d(const PadSides& sides, double value) : PadLayer("ConstantPad2d", PadMode::constant, sides, value) {}
ConstantPad3d::ConstantPad3d(const PadSides& sides, double value) : PadLayer("ConstantPad3d", PadMode::constant, sides, value) {}
ZeroPad1d::ZeroPad1d(const PadSides& sides) : PadLayer("ZeroPad1d", PadMode::constant, sides) {}
ZeroPad2d::ZeroPad2d(const PadSides& sides) : PadLayer("ZeroPad2d", PadMode::constant, sides) {}
ZeroPad3d::ZeroPad3d(const PadSides& sides) : PadLayer("ZeroPad3d", PadMode::constant, sides) {}
ReflectionPad1d::ReflectionPad1d(const PadSides& sides) : PadLayer("ReflectionPad1d", PadMode::reflect, sides) {}
ReflectionPad2d::ReflectionPad2d(const PadSides& sides) : PadLayer("ReflectionPad2d", PadMode::reflect, sides) {}
ReflectionPad3d::ReflectionPad3d(const PadSides& sides) : PadLayer("ReflectionPad3d", PadMode::reflect, sides) {}
ReplicationPad1d::ReplicationPad1d(const PadSides& sides) : PadLayer("ReplicationPad1d", PadMode::replicate, sides) {}
ReplicationPad2d::ReplicationPad2d(const PadSides& sides) : PadLayer("ReplicationPad2d", PadMode::replicate, sides) {}
ReplicationPad3d::ReplicationPad3d(const PadSides& sides) : PadLayer("ReplicationPad3d", PadMode::replicate, sides) {}
CircularPad1d::CircularPad1d(const PadSides& sides) : PadLayer("CircularPad1d", PadMode::circular, sides) {}
CircularPad2d::CircularPad2d(const PadSides& sides) : PadLayer("CircularPad2d", PadMode::circular, sides) {}
CircularPad3d::CircularPad3d(const PadSides& sides) : PadLayer("CircularPad3d", PadMode::circular, sides) {}

}  // namespace gradus::nn
