// Other shapes for the same elements, parts of a tensor, and tensors put together: views where possible. Axes count from the front,
// negative ones from the back; they and shapes may be numbers of any integer type, shapes and lists of axes also vectors. Any dtype.
// GraphError for an undefined tensor. What picks by an index is in index.h and scatter.h, what moves elements about in rearrange.h.
#pragma once
#include <initializer_list>
#include <span>
#include <vector>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// ---- shapes
Tensor reshape(const Tensor& x, const Shape& shape);                      // one size may be -1
Tensor flatten(const Tensor& x, Axis first = 0, Axis last = -1);            // dimensions first..last become one
Tensor unflatten(const Tensor& x, Axis axis, const Shape& sizes);         // one dimension becomes several, of which one size may be -1
Tensor transpose(const Tensor& x, Axis a = -2, Axis b = -1);                // swaps two dimensions
Tensor swapaxes(const Tensor& x, Axis a, Axis b);                          // the same under NumPy's name
Tensor permute(const Tensor& x, const Shape& axes);                       // axis i of the result is axis axes[i] of x
Tensor movedim(const Tensor& x, const Axes& from, const Axes& to);        // axis from[i] goes to place to[i], the others keep their order
Tensor unsqueeze(const Tensor& x, Axis axis);
Tensor squeeze(const Tensor& x);                                          // without all dimensions of size 1
Tensor squeeze(const Tensor& x, const Axes& axes);                        // without those of these that have size 1; {}: all
Tensor broadcast_to(const Tensor& x, const Shape& shape);                  // expand() of reduce.h, of which -1 is no part
std::vector<Tensor> broadcast_tensors(std::span<const Tensor> xs);        // to the shape that all broadcast to
inline std::vector<Tensor> broadcast_tensors(std::initializer_list<Tensor> xs) {
  return broadcast_tensors(std::span(xs.begin(), xs.size()));
}

// ---- parts
// x[begin:end:step] along an axis; begin, end < 0 count from the back. ValueError for an end beyond the axis, which Python cuts off, as
// index(x, {Slice(begin, end)}) of index.h does.
Tensor slice(const Tensor& x, Axis axis, std::int64_t begin, std::int64_t end, std::int64_t step = 1);
Tensor narrow(const Tensor& x, Axis axis, std::int64_t begin, std::int64_t length);   // x[begin : begin + length]
Tensor select(const Tensor& x, Axis axis, std::int64_t index);             // one index of a dimension, which goes
// Windows of `size` elements every `step` along an axis, which may overlap, in a new last dimension (PyTorch's x.unfold); the gradient adds
// up.
Tensor unfold(const Tensor& x, Axis axis, std::int64_t size, std::int64_t step);
// Parts of `size` along an axis (the last may be smaller), or of these sizes, which make up the axis.
std::vector<Tensor> split(const Tensor& x, std::int64_t size, Axis axis = 0);
std::vector<Tensor> split(const Tensor& x, std::span<const std::int64_t> sizes, Axis axis = 0);
inline std::vector<Tensor> split(const Tensor& x, std::initializer_list<std::int64_t> sizes, Axis axis = 0) {
  return split(x, std::span(sizes.begin(), sizes.size()), axis);
}
std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, Axis axis = 0);   // at most so many, of equal sizes but the last
std::vector<Tensor> unbind(const Tensor& x, Axis axis = 0);                // along an axis, which goes

// ---- together
Tensor cat(std::span<const Tensor> xs, Axis axis = 0);                     // shapes equal but along axis
inline Tensor cat(std::initializer_list<Tensor> xs, Axis axis = 0) { return cat(std::span(xs.begin(), xs.size()), axis); }
Tensor stack(std::span<const Tensor> xs, Axis axis = 0);                   // along a new dimension
inline Tensor stack(std::initializer_list<Tensor> xs, Axis axis = 0) { return stack(std::span(xs.begin(), xs.size()), axis); }
Tensor hstack(std::span<const Tensor> xs);                                // side by side: along axis 1, vectors along axis 0
inline Tensor hstack(std::initializer_list<Tensor> xs) { return hstack(std::span(xs.begin(), xs.size())); }
Tensor vstack(std::span<const Tensor> xs);                                // one below the other: along axis 0, vectors as rows
inline Tensor vstack(std::initializer_list<Tensor> xs) { return vstack(std::span(xs.begin(), xs.size())); }
Tensor dstack(std::span<const Tensor> xs);                                // along axis 2, vectors and matrices as [1, N, 1] and [M, N, 1]
inline Tensor dstack(std::initializer_list<Tensor> xs) { return dstack(std::span(xs.begin(), xs.size())); }

// The coordinates of a grid: vectors (or scalars) of n₀, n₁, … give as many tensors [n₀, n₁, …], the i-th of which moves along axis i. Of
// xy, as for pictures, axes 0 and 1 change places.
enum class Indexing { ij, xy };
std::vector<Tensor> meshgrid(std::span<const Tensor> xs, Indexing indexing = Indexing::ij);
inline std::vector<Tensor> meshgrid(std::initializer_list<Tensor> xs, Indexing indexing = Indexing::ij) {
  return meshgrid(std::span(xs.begin(), xs.size()), indexing);
}

}  // namespace gradus
