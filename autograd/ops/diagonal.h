// Diagonals and triangles of matrices, and of batches of them. `offset` > 0 is above the main diagonal, < 0 below. Any dtype. GraphError
// for an undefined tensor.
//   trace(x);   triu(scores, 1);   diag(variances);
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// The diagonal of dimensions a and b, which go, as a new last one: a view. ValueError for a equal to b.
Tensor diagonal(const Tensor& x, std::int64_t offset = 0, Axis a = 0, Axis b = 1);
// Matrices, in dimensions a and b of the result, with x's last dimension as their diagonals and zeros elsewhere.
Tensor diag_embed(const Tensor& x, std::int64_t offset = 0, Axis a = -2, Axis b = -1);
// Of a matrix its diagonal, of a vector the matrix; ShapeError for others.
Tensor diag(const Tensor& x, std::int64_t offset = 0);
Tensor trace(const Tensor& x);                                            // the sum of a matrix's diagonal; ShapeError for others

// x [..., M, N] with zeros above, or below, the diagonal. What is not kept gets no gradient.
Tensor tril(const Tensor& x, std::int64_t offset = 0);
Tensor triu(const Tensor& x, std::int64_t offset = 0);
// Where those of a matrix [rows, columns] are, i64 [2, n]: row and column of each, row after row. ShapeError for negative sizes.
Tensor tril_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset = 0);
Tensor triu_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset = 0);

}  // namespace gradus
