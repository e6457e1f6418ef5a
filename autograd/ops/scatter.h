// Elements picked along one axis by an index for each of them, and brought back. x and index have one rank; the index (whole numbers of any
// type, from 0 on) may be smaller than x in any dimension but the axis, where it may have any size. A scalar counts as a vector of one
// element. Any dtype, but where sums are said to be floating or whole.
//   y[i][j] = x[index[i][j]][j]   for gather(x, 0, index)
// ValueError for an index that leads out of its axis, with its place; ShapeError, DtypeError; then nothing has been changed.
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// The elements at `index`, in its shape. The gradient adds up what was picked several times.
Tensor gather(const Tensor& x, Axis axis, const Tensor& index);
// The same for x and index that broadcast against each other but along the axis, with indices < 0 that count from the back (PyTorch's
// take_along_dim); without an axis both are flattened.
Tensor take_along_axis(const Tensor& x, const Tensor& index, Axis axis);
Tensor take_along_axis(const Tensor& x, const Tensor& index);

// x with the elements of src, or a number, in the places that the index says; src is at least as large as the index. Of several for one
// place the last one stays, and it alone gets the gradient (PyTorch leaves the order open, and gives the gradient to all).
Tensor scatter(const Tensor& x, Axis axis, const Tensor& index, const Tensor& src);
Tensor scatter(const Tensor& x, Axis axis, const Tensor& index, double value);
// x plus the elements of src in those places, in the order of the index. Whole numbers wrap around, bool is "or".
Tensor scatter_add(const Tensor& x, Axis axis, const Tensor& index, const Tensor& src);
// The same for zeros of `shape`: the gradient of gather. PyTorch's zeros(shape).scatter_add(axis, index, src).
Tensor scatter_add(const Tensor& src, Axis axis, const Tensor& index, const Shape& shape);

// What becomes of an element of x and those of src that come to its place; amax and amin share the gradient equally among equal ones, and
// NaN wins; the mean of whole numbers is rounded down.
enum class Reduce { sum, prod, mean, amax, amin };
// Without include_self x counts only where nothing comes. Derivatives are exact for products with zeros, too.
Tensor scatter_reduce(const Tensor& x, Axis axis, const Tensor& index, const Tensor& src, Reduce reduce, bool include_self = true);

}  // namespace gradus
