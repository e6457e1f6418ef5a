// Parts of a tensor, for operations that are made of them; their callers have checked all arguments.
#pragma once
#include <cstdint>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

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
