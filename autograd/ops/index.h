// Indexing as in NumPy, and assigning to what is indexed: a function that gives a new tensor. Axes count from the back if negative. Any
// dtype.
//   index(x, {1, Slice(2, None), Ellipsis})       x[1, 2:, ...], or x[{1, Slice(2, None), Ellipsis}]
//   index(x, {rows, columns})                     x[rows, columns]: two tensors of whole numbers, broadcast together
//   index(x, {{2, 0, -1}, None, x_is_good})       x[[2, 0, -1], None, mask]
//   index_put(x, {mask}, zeros({}))               x[mask] = 0
// ValueError for an index that leads out of its axis, with its place, ShapeError, DtypeError, GraphError for an undefined tensor; then
// nothing has been changed.
#pragma once
#include <initializer_list>
#include <span>
#include <vector>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// As an index: a new dimension of size 1; in a Slice: from the beginning, to the end, by one.
struct NoneType {};
inline constexpr NoneType None{};
// As an index: all dimensions that the other indices do not name.
struct EllipsisType {};
inline constexpr EllipsisType Ellipsis{};

// begin:end:step as Python has it: numbers < 0 count from the back, what is beyond the axis is cut off, a negative step goes backwards
// (that copies).
struct Slice {
  struct Bound {
    bool given = false;
    std::int64_t value = 0;
    Bound(NoneType) {}
    template <WholeNumber T>
    Bound(T number) : given(true), value(static_cast<std::int64_t>(number)) {}
  };
  Slice(Bound from = None, Bound to = None, Bound by = None) : begin(from), end(to), step(by) {}
  Bound begin, end, step;
};

// One index. A tensor of whole numbers picks along one dimension, one of bool (a mask) what is true along as many as it has.
class Index {
 public:
  enum class Kind { number, slice, new_axis, ellipsis, tensor };
  template <WholeNumber T>
  Index(T i) : kind(Kind::number), number(static_cast<std::int64_t>(i)) {}
  Index(const Slice& range) : kind(Kind::slice), slice(range) {}
  Index(NoneType) : kind(Kind::new_axis) {}
  Index(EllipsisType) : kind(Kind::ellipsis) {}
  Index(const Tensor& positions) : kind(Kind::tensor), tensor(positions) {}
  Index(std::initializer_list<std::int64_t> numbers) : Index(std::span(numbers.begin(), numbers.size())) {}
  template <WholeNumbers R>
  Index(const R& numbers) : Index(Tensor(Array::from(std::span(numbers.data(), numbers.size()), {numbers.size()}))) {}

  Kind kind;
  std::int64_t number = 0;
  Slice slice;
  Tensor tensor;
};

// Numbers, slices, None and the ellipsis give a view. Where there are tensors, they broadcast together, and the dimensions of their common
// shape stand where they stood if they, and numbers, are next to each other, else in front (so x[0, :, i], too, as in NumPy; PyTorch leaves
// them there). The gradient adds up what was picked several times.
Tensor index(const Tensor& x, std::span<const Index> at);
inline Tensor index(const Tensor& x, std::initializer_list<Index> at) { return index(x, std::span(at.begin(), at.size())); }
// x[at] = values, which broadcast to x[at]; with `accumulate` x[at] += values, where several for one place add up, in their order. Of
// several that are assigned to one place the last one stays, and it alone gets the gradient.
Tensor index_put(const Tensor& x, std::span<const Index> at, const Tensor& values, bool accumulate = false);
inline Tensor index_put(const Tensor& x, std::initializer_list<Index> at, const Tensor& values, bool accumulate = false) {
  return index_put(x, std::span(at.begin(), at.size()), values, accumulate);
}

// Along one axis, at an index [K] of whole numbers from 0 on (a number counts as one element). `source` has x's shape but along the axis,
// where it has K.
Tensor index_select(const Tensor& x, Axis axis, const Tensor& index);                                   // x[:, index]
Tensor index_add(const Tensor& x, Axis axis, const Tensor& index, const Tensor& source, double alpha = 1);   // x[:, index] += alpha·source
Tensor index_copy(const Tensor& x, Axis axis, const Tensor& index, const Tensor& source);              // x[:, index] = source
Tensor index_fill(const Tensor& x, Axis axis, const Tensor& index, double value);                      // x[:, index] = value
Tensor index_fill(const Tensor& x, Axis axis, const Tensor& index, const Tensor& value);               // a tensor of one element
// As scatter_reduce() of scatter.h does with elements.
Tensor index_reduce(const Tensor& x, Axis axis, const Tensor& index, const Tensor& source, Reduce reduce, bool include_self = true);

// The elements at places that are counted row-major through all of x, from the back if negative, in the index's shape.
Tensor take(const Tensor& x, const Tensor& index);

}  // namespace gradus
