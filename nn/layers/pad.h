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

// What padding layers share. ShapeError for an x that has not the dimensions of the layer's name behind its channels, with N or without;
// constants are put around any x of so many.
class PadLayer {
 public:
  using Fields = nn::Fields<>;

 protected:
  PadLayer(const char* layer, int dims, PadMode mode, const PadSides& sides, double value = 0);   // ValueError for a wrong number of sides
  Tensor padded(const Tensor& x) const;

 private:
  const char* layer_;
  int dims_;
  PadMode mode_;
  double value_;
  std::array<std::int64_t, 6> sides_;
};

struct ConstantPad1d : PadLayer {
  ConstantPad1d(const PadSides& sides, double value);
  Tensor operator()(const Tensor& x) const;
};
struct ConstantPad2d : PadLayer {
  ConstantPad2d(const PadSides& sides, double value);
  Tensor operator()(const Tensor& x) const;
};
struct ConstantPad3d : PadLayer {
  ConstantPad3d(const PadSides& sides, double value);
  Tensor operator()(const Tensor& x) const;
};
struct ZeroPad1d : PadLayer {
  explicit ZeroPad1d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ZeroPad2d : PadLayer {
  explicit ZeroPad2d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ZeroPad3d : PadLayer {
  explicit ZeroPad3d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ReflectionPad1d : PadLayer {
  explicit ReflectionPad1d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ReflectionPad2d : PadLayer {
  explicit ReflectionPad2d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ReflectionPad3d : PadLayer {
  explicit ReflectionPad3d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ReplicationPad1d : PadLayer {
  explicit ReplicationPad1d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ReplicationPad2d : PadLayer {
  explicit ReplicationPad2d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct ReplicationPad3d : PadLayer {
  explicit ReplicationPad3d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct CircularPad1d : PadLayer {
  explicit CircularPad1d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct CircularPad2d : PadLayer {
  explicit CircularPad2d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};
struct CircularPad3d : PadLayer {
  explicit CircularPad3d(const PadSides& sides);
  Tensor operator()(const Tensor& x) const;
};

}  // namespace gradus::nn
