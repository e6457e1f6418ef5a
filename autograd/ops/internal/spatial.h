// What operations on sequences, images and volumes share: one way to write a size for each dimension, and one layout for the kernels.
#pragma once
#include <array>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/ops/pair.h>

namespace gradus::detail {

// A number for each of one, two or three dimensions, the last one last; what is not there is 0.
struct Sizes {
  std::array<std::int64_t, 3> of{};
  Sizes() = default;
  Sizes(std::int64_t l) : of{0, 0, l} {}
  Sizes(const Pair& p) : of{0, p.h, p.w} {}
  Sizes(const Triple& t) : of{t.d, t.h, t.w} {}
};

// How x lies in front of the kernels, which know images [N, C, H, W] and volumes [N, C, D, H, W]: a sequence is an image of height 1, and
// what has no N has N = 1.
struct Frame {
  int dims;        // 1, 2, 3
  bool batched;
  Array raise(const Array& a) const;
  Array lower(const Array& a) const;
  int channel_axis() const { return batched ? 1 : 0; }
  std::int64_t size(const Shape& x, int dim) const { return x[channel_axis() + 1 + dim]; }   // of the dimension `dim` < dims
};

// "[2, 3]", or "2" where there is one dimension.
std::string text_of(const Sizes& sizes, int dims);

// "[N, C, H, W] or [C, H, W]"
const char* form_of(int dims);

}  // namespace gradus::detail
