// Layers that put something around sequences, images and volumes, without parameters: a number, zeros, or x's own elements, reflected,
// replicated or around. What they compute: pad, ops/rearrange.h.
//   nn::ReflectionPad2d{1};   nn::ZeroPad2d({1, 1, 0, 2});   nn::ConstantPad1d{2, 3.5};
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>

#include <gradus/autograd/ops/rearrange.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

// How many elements come before and after: a number for all sides, or as in pad() two for each dimension, the last one first: {left, right,
// top, bottom, front, back}. Less than none: they are cut off.
struct PadSides {
  PadSides(std::int64_t all) : of{all}, count(1) {}
  PadSides(std::initializer_list<std::int64_t> each);        // ValueError for more than six
  std::array<std::int64_t, 6> of;
  std::size_t count;
};

// What padding layers share. ShapeError for an x that has not so many dimensions behind its channels, with N or without; constants are put
// around any x of so many.
template <int dims>
class PadLayer {
 public:
  Tensor operator()(const Tensor& x) const;
  using Fields = nn::Fields<>;

 protected:
  PadLayer(const char* layer, PadMode mode, const PadSides& sides, double value = 0);   // ValueError for a wrong number of sides

 private:
  const char* layer_;
  PadMode mode_;
  double value_;
  std::array<std::int64_t, 6> sides_;
};

struct ConstantPad1d : PadLayer<1> { ConstantPad1d(const PadSides& sides, double value); };
struct ConstantPad2d : PadLayer<2> { ConstantPad2d(const PadSides& sides, double value); };
struct ConstantPad3d : PadLayer<3> { ConstantPad3d(const PadSides& sides, double value); };
struct ZeroPad1d : PadLayer<1> { explicit ZeroPad1d(const PadSides& sides); };
struct ZeroPad2d : PadLayer<2> { explicit ZeroPad2d(const PadSides& sides); };
struct ZeroPad3d : PadLayer<3> { explicit ZeroPad3d(const PadSides& sides); };
struct ReflectionPad1d : PadLayer<1> { explicit ReflectionPad1d(const PadSides& sides); };
struct ReflectionPad2d : PadLayer<2> { explicit ReflectionPad2d(const PadSides& sides); };
struct ReflectionPad3d : PadLayer<3> { explicit ReflectionPad3d(const PadSides& sides); };
struct ReplicationPad1d : PadLayer<1> { explicit ReplicationPad1d(const PadSides& sides); };
struct ReplicationPad2d : PadLayer<2> { explicit ReplicationPad2d(const PadSides& sides); };
struct ReplicationPad3d : PadLayer<3> { explicit ReplicationPad3d(const PadSides& sides); };
struct CircularPad1d : PadLayer<1> { explicit CircularPad1d(const PadSides& sides); };
struct CircularPad2d : PadLayer<2> { explicit CircularPad2d(const PadSides& sides); };
struct CircularPad3d : PadLayer<3> { explicit CircularPad3d(const PadSides& sides); };

}  // namespace gradus::nn
