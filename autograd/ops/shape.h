// Moving elements about: views where possible.
#pragma once
#include <initializer_list>
#include <span>

#include <gradus/autograd/tensor.h>

namespace gradus {

Tensor reshape(const Tensor& x, const Shape& shape);                      // one size may be -1
Tensor flatten(const Tensor& x, int first = 0, int last = -1);            // dimensions first..last become one
Tensor transpose(const Tensor& x, int a = -2, int b = -1);                // swaps two dimensions
Tensor permute(const Tensor& x, const Shape& axes);
Tensor unsqueeze(const Tensor& x, int axis);
Tensor squeeze(const Tensor& x, int axis);                                // ShapeError unless its size is 1
Tensor slice(const Tensor& x, int axis, std::int64_t begin, std::int64_t end, std::int64_t step = 1);   // begin, end < 0 count from the back
Tensor select(const Tensor& x, int axis, std::int64_t index);             // one index of a dimension, which goes
Tensor cat(std::span<const Tensor> xs, int axis = 0);                     // shapes equal but along axis
inline Tensor cat(std::initializer_list<Tensor> xs, int axis = 0) { return cat(std::span(xs.begin(), xs.size()), axis); }
Tensor stack(std::span<const Tensor> xs, int axis = 0);                   // along a new dimension
inline Tensor stack(std::initializer_list<Tensor> xs, int axis = 0) { return stack(std::span(xs.begin(), xs.size()), axis); }

// Elements of x along `axis` picked by `index` (i64), whose shape is x's but along axis (PyTorch's gather); its gradient adds back.
Tensor gather(const Tensor& x, int axis, const Tensor& index);
// Zeros of `shape` to which x's elements are added at `index` along `axis`: the gradient of gather.
Tensor scatter_add(const Tensor& x, int axis, const Tensor& index, const Shape& shape);

}  // namespace gradus
