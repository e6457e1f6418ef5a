// Moving elements about: views where possible. Axes count from the front, negative ones from the back; they and shapes may be numbers of
// any integer type, shapes and lists of axes also vectors. GraphError for an undefined tensor.
#pragma once
#include <initializer_list>
#include <span>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor reshape(const Tensor& x, const Shape& shape);                      // one size may be -1
Tensor flatten(const Tensor& x, Axis first = 0, Axis last = -1);            // dimensions first..last become one
Tensor transpose(const Tensor& x, Axis a = -2, Axis b = -1);                // swaps two dimensions
Tensor permute(const Tensor& x, const Shape& axes);                       // axis i of the result is axis axes[i] of x
Tensor unsqueeze(const Tensor& x, Axis axis);
Tensor squeeze(const Tensor& x, Axis axis);                                // ShapeError unless its size is 1
// x[begin:end:step] along an axis; begin, end < 0 count from the back. ValueError for an end beyond the axis, which Python cuts off.
Tensor slice(const Tensor& x, Axis axis, std::int64_t begin, std::int64_t end, std::int64_t step = 1);
Tensor select(const Tensor& x, Axis axis, std::int64_t index);             // one index of a dimension, which goes
Tensor cat(std::span<const Tensor> xs, Axis axis = 0);                     // shapes equal but along axis
inline Tensor cat(std::initializer_list<Tensor> xs, Axis axis = 0) { return cat(std::span(xs.begin(), xs.size()), axis); }
Tensor stack(std::span<const Tensor> xs, Axis axis = 0);                   // along a new dimension
inline Tensor stack(std::initializer_list<Tensor> xs, Axis axis = 0) { return stack(std::span(xs.begin(), xs.size()), axis); }

// Elements of x along `axis` picked by `index` (i64), whose shape is x's but along axis (PyTorch's gather); its gradient adds back.
Tensor gather(const Tensor& x, Axis axis, const Tensor& index);
// Zeros of `shape` to which x's elements are added at `index` along `axis`: the gradient of gather. PyTorch's
// zeros(shape).scatter_add(axis, index, x), but x, index and shape agree in every other dimension, where PyTorch takes smaller ones.
Tensor scatter_add(const Tensor& x, Axis axis, const Tensor& index, const Shape& shape);

}  // namespace gradus
