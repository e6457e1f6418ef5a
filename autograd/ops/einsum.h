// Products whose dimensions have names or numbers: sums over some of them, in any order.
//   einsum("bhqd,bhkd->bhqk", {query, key});   einsum("ii", {matrix});   tensordot(a, b, 2);   kron(a, b);
// f32 or f64, all operands alike. GraphError for an undefined tensor, ShapeError, DtypeError.
#pragma once
#include <initializer_list>
#include <span>
#include <string_view>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Einstein's sum: a letter for each dimension of each operand, the terms with commas between them. What stands behind -> are the
// dimensions of the result; letters that are not there are summed over. Without ->: those of all letters that occur once, in alphabetical
// order, capitals first. A letter twice in a term is its diagonal; sizes of one letter are equal or 1, which broadcasts; `...` stands for
// any number of dimensions, which broadcast from the last one on, and are summed over unless the result has them (without -> they come
// first). More than two operands are multiplied pair by pair, next the pair that makes the fewest elements. ValueError for an equation
// that is none.
Tensor einsum(std::string_view equation, std::span<const Tensor> operands);
inline Tensor einsum(std::string_view equation, std::initializer_list<Tensor> operands) {
  return einsum(equation, std::span(operands.begin(), operands.size()));
}

// Σ over the last n dimensions of a and the first n of b, or over dimensions axes_a[i] of a with axes_b[i] of b; the others follow each
// other, a's first.
Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t n = 2);
Tensor tensordot(const Tensor& a, const Tensor& b, const Shape& axes_a, const Shape& axes_b);

// Kronecker's product: each element of a times all of b. The smaller rank gets dimensions of size 1 in front; at most 4 dimensions.
Tensor kron(const Tensor& a, const Tensor& b);

// The product of vectors in space, which lie along `axis` (of size 3); the other dimensions broadcast.
Tensor cross(const Tensor& a, const Tensor& b, Axis axis = -1);

}  // namespace gradus
