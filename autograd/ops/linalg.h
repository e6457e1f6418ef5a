// Linear algebra of matrices [..., M, N], under the names of torch.linalg: every leading dimension is a batch.
//   linalg::solve(a, b);   const auto [values, vectors] = linalg::eigh(covariance);   linalg::svd(a, false).U;   linalg::matrix_norm(a, 2);
// f32 or f64. GraphError for an undefined tensor; ShapeError, DtypeError; ValueError for a matrix without an answer, which names its place
// in the batch. Gradients are those of losses that do not ask how an answer was chosen among several (the signs of Q's columns, of singular
// and eigenvectors): where singular values or eigenvalues are equal, the gradients of their vectors are NaN, as in PyTorch.
#pragma once
#include <initializer_list>
#include <optional>
#include <span>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::linalg {

// ---- equations
Tensor inv(const Tensor& a);                                    // A⁻¹; ValueError for a singular matrix. Giles 2008
// X of A·X = B: b [..., N, K], or vectors [..., N] (b of rank 1, or of a's shape without its last dimension); batches broadcast. Without
// `left` X of X·A = B, b [..., K, N].
Tensor solve(const Tensor& a, const Tensor& b, bool left = true);
// The same where A is a triangle, its other half not looked at: A·X = B, or X·A = B unless `left`; with ones on the diagonal if
// unitriangular. A zero on the diagonal makes infinities.
Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left = true, bool unitriangular = false);

// The X with the smallest Σ |A·X − B|², of several that with the smallest norm. Singular values of at most rcond·largest count as zero
// (below 0: max(M, N)·ε). The derivative is that at constant rank (Golub, Pereyra 1973), of `solution` and `residuals` alone.
struct LeastSquares {
  Tensor solution, residuals;       // residuals: Σ |A·X − B|² of each column; [0] unless M > N and every rank is N
  Tensor rank, singular_values;     // rank: i64
};
LeastSquares lstsq(const Tensor& a, const Tensor& b, double rcond = -1);
// Which singular values count: those above atol and above rtol·largest (left out: max(M, N)·ε, or 0 where atol is above 0). Of a
// `hermitian` matrix, whose lower triangle is looked at, they are magnitudes of eigenvalues, which are found faster.
struct RankOptions {
  double atol = 0;
  std::optional<double> rtol = {};
  bool hermitian = false;
};
// Moore's and Penrose's inverse; singular values of at most rtol·largest count as zero (below 0: max(M, N)·ε).
Tensor pinv(const Tensor& a, double rtol = -1);
Tensor pinv(const Tensor& a, const RankOptions& options);

// ---- determinants
// The gradient is the matrix of cofactors, right to second order for singular matrices too (where PyTorch's is 0).
Tensor det(const Tensor& a);
struct SignAndLog {
  Tensor sign, logabsdet;           // of a singular matrix 0 and −∞, with an infinite gradient
};
SignAndLog slogdet(const Tensor& a);

// ---- factorisations
// L of A = L·Lᵀ, or U of A = Uᵀ·U, of a symmetric positive definite A, of which the lower triangle is looked at; the gradient is symmetric.
// ValueError names the first leading minor that is not positive. Murray 2016
Tensor cholesky(const Tensor& a, bool upper = false);
// A = Q·R: Q [..., M, K] with orthogonal columns, R [..., K, N] an upper triangle, K = min(M, N). Seeger et al. 2017. `complete` gives a
// square Q [..., M, M] and R [..., M, N], zeros in its last rows; `r` gives R alone, as of `reduced`, and an undefined Q.
struct QR {
  Tensor Q, R;
};
enum class QrMode { reduced, complete, r };
QR qr(const Tensor& a, QrMode mode = QrMode::reduced);
// A = U·diag(S)·Vh: U [..., M, M], S [..., K] falling, Vh [..., N, N]; without full_matrices U [..., M, K] and Vh [..., K, N],
// K = min(M, N), which is all that A is made of. Townsend 2016. What completes a basis has the gradient of losses that do not ask how it
// was chosen, as U·Uᵀ of those columns (PyTorch's is 0).
struct SVD {
  Tensor U, S, Vh;
};
SVD svd(const Tensor& a, bool full_matrices = true);
Tensor svdvals(const Tensor& a);                                // S alone, which takes a fraction of the time where nothing is recorded
// A = V·diag(λ)·Vᵀ of a symmetric A, of which the lower triangle is looked at, or the upper one: λ [..., N] rising, V's columns the
// vectors. Giles 2008
struct Eigen {
  Tensor eigenvalues, eigenvectors;
};
Eigen eigh(const Tensor& a, bool upper = false);
Tensor eigvalsh(const Tensor& a, bool upper = false);           // λ alone

// ---- norms and powers
enum class MatrixNorm {
  fro,                                                          // √Σ a²; at 0 the gradient is 0
  nuc,                                                          // Σ S
};
Tensor matrix_norm(const Tensor& a, MatrixNorm order = MatrixNorm::fro, const Axes& axes = {-2, -1}, bool keepdim = false);
// 1 and ∞: the largest sum of |a| of a column, a row; 2: the largest singular value; −1, −∞, −2: the smallest. Equal ones share the
// gradient.
Tensor matrix_norm(const Tensor& a, double order, const Axes& axes = {-2, -1}, bool keepdim = false);
Tensor vector_norm(const Tensor& x, double p = 2, const Axes& axes = {}, bool keepdim = false);   // norm() of reduce.h
Tensor matrix_exp(const Tensor& a);                             // Σ Aⁿ/n!; not finite: NaN. Higham 2005; gradient: Mathias 1996
Tensor matrix_power(const Tensor& a, std::int64_t n);           // A·A·…; of n < 0 of the inverse
Tensor matrix_rank(const Tensor& a, double rtol = -1);          // how many singular values are above rtol·largest (i64); no gradient
Tensor matrix_rank(const Tensor& a, const RankOptions& options);
// The product of several matrices in the order that takes the fewest multiplications; the first and the last may be vectors.
Tensor multi_dot(std::span<const Tensor> all);
inline Tensor multi_dot(std::initializer_list<Tensor> all) { return multi_dot(std::span(all.begin(), all.size())); }

}  // namespace gradus::linalg
