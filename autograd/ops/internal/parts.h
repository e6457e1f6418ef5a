// Parts of a tensor, for operations that are made of them; their callers have checked all arguments.
#pragma once
#include <cstdint>

#include <gradus/autograd/ops/shape.h>

namespace gradus::detail {

// A scalar as the vector of one element that it counts as along an axis, and what f makes of that as a scalar again; others are left alone.
inline Tensor as_vector(const Tensor& x) { return x.defined() && x.rank() == 0 ? reshape(x, {1}) : x; }
template <class F>
Tensor of_vectors(const Tensor& x, F f) {
  return x.defined() && x.rank() == 0 ? reshape(f(as_vector(x)), {}) : f(x);
}

struct Interval {
  int axis;
  std::int64_t begin, end, step;
};
Tensor slice_range(const Tensor& x, const Interval& range);   // a view

struct Window {
  std::int64_t size, step = 1, dilation = 1;
};
Tensor windows(const Tensor& x, int axis, const Window& window);                            // Array::windows
Tensor add_windows(const Tensor& x, int axis, const Window& window, std::int64_t size);   // into zeros that have `size` along the axis

}  // namespace gradus::detail
