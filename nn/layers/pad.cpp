#include <gradus/nn/layers/pad.h>

#include <algorithm>

#include <gradus/nn/model/call.h>

namespace gradus::nn {

PadSides::PadSides(std::initializer_list<std::int64_t> each) : of{}, count(each.size()) {
  check<ValueError>(count <= of.size(), "pad: at most six sides, not ", count);
  std::copy(each.begin(), each.end(), of.begin());
}

PadLayer::PadLayer(const char* layer, int dims, PadMode mode, const PadSides& sides, double value)
    : layer_(layer), dims_(dims), mode_(mode), value_(value), sides_(sides.of) {
  check<ValueError>(sides.count == 1 || sides.count == 2 * static_cast<std::size_t>(dims), layer, ": padding is a number or ", 2 * dims,
                    ", two for each dimension and the last one's first, not ", sides.count);
  if (sides.count == 1) sides_.fill(sides.of[0]);
}

Tensor PadLayer::padded(const Tensor& x) const {
  check_defined(layer_, x);
  const bool fits = mode_ == PadMode::constant ? x.rank() >= dims_ : x.rank() == dims_ + 1 || x.rank() == dims_ + 2;
  check<ShapeError>(fits, layer_, ": x must have ", dims_, dims_ == 1 ? " dimension" : " dimensions", " behind N and C, or C alone, not ",
                    x.shape());
  return pad(x, std::span(sides_.data(), 2 * static_cast<std::size_t>(dims_)), mode_, value_);
}

ConstantPad1d::ConstantPad1d(const PadSides& sides, double value) : PadLayer("ConstantPad1d", 1, PadMode::constant, sides, value) {}
ConstantPad2d::ConstantPad2d(const PadSides& sides, double value) : PadLayer("ConstantPad2d", 2, PadMode::constant, sides, value) {}
ConstantPad3d::ConstantPad3d(const PadSides& sides, double value) : PadLayer("ConstantPad3d", 3, PadMode::constant, sides, value) {}
ZeroPad1d::ZeroPad1d(const PadSides& sides) : PadLayer("ZeroPad1d", 1, PadMode::constant, sides) {}
ZeroPad2d::ZeroPad2d(const PadSides& sides) : PadLayer("ZeroPad2d", 2, PadMode::constant, sides) {}
ZeroPad3d::ZeroPad3d(const PadSides& sides) : PadLayer("ZeroPad3d", 3, PadMode::constant, sides) {}
ReflectionPad1d::ReflectionPad1d(const PadSides& sides) : PadLayer("ReflectionPad1d", 1, PadMode::reflect, sides) {}
ReflectionPad2d::ReflectionPad2d(const PadSides& sides) : PadLayer("ReflectionPad2d", 2, PadMode::reflect, sides) {}
ReflectionPad3d::ReflectionPad3d(const PadSides& sides) : PadLayer("ReflectionPad3d", 3, PadMode::reflect, sides) {}
ReplicationPad1d::ReplicationPad1d(const PadSides& sides) : PadLayer("ReplicationPad1d", 1, PadMode::replicate, sides) {}
ReplicationPad2d::ReplicationPad2d(const PadSides& sides) : PadLayer("ReplicationPad2d", 2, PadMode::replicate, sides) {}
ReplicationPad3d::ReplicationPad3d(const PadSides& sides) : PadLayer("ReplicationPad3d", 3, PadMode::replicate, sides) {}
CircularPad1d::CircularPad1d(const PadSides& sides) : PadLayer("CircularPad1d", 1, PadMode::circular, sides) {}
CircularPad2d::CircularPad2d(const PadSides& sides) : PadLayer("CircularPad2d", 2, PadMode::circular, sides) {}
CircularPad3d::CircularPad3d(const PadSides& sides) : PadLayer("CircularPad3d", 3, PadMode::circular, sides) {}

Tensor ConstantPad1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ConstantPad2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ConstantPad3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ZeroPad1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ZeroPad2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ZeroPad3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ReflectionPad1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ReflectionPad2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ReflectionPad3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ReplicationPad1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ReplicationPad2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor ReplicationPad3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor CircularPad1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor CircularPad2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }
Tensor CircularPad3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return padded(x); }, x); }

}  // namespace gradus::nn
