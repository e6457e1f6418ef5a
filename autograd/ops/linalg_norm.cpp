// Norms and ranks, powers and products of several matrices.
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/linalg.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/op.h>

namespace gradus::linalg {
namespace {

using namespace detail;

// One of the blocks of exp([[A, E], [0, A]]): how exp(A) moves along E.
Tensor moved_exponential(const Tensor& a, const Tensor& e) {
  const std::int64_t n = a.dim(-1);
  const Tensor block = cat({cat({a, e}, -1), cat({zeros_of(a), a}, -1)}, -2);
  return slice(slice(matrix_exp(block), -2, 0, n), -1, n, 2 * n);
}

struct MatrixExp final : Op {
  std::string_view name() const override { return "matrix_exp"; }
  Array forward(const Tensor& a) {
    save(a);
    return kernels::matrix_exp(a.value());
  }
  Grads backward(Tensor g) override { return {moved_exponential(mT(saved()[0]), g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return moved_exponential(saved()[0], vs[0]); }
};

// a with the two axes last.
Tensor with_matrices_last(const Tensor& a, const Axes& axes) {
  check_defined("matrix_norm", a, "a");
  const std::vector<int> two(axes.begin(), axes.end());
  check<ValueError>(two.size() == 2, "matrix_norm: takes two axes, not ", two.size());
  check<ShapeError>(a.rank() >= 2, "matrix_norm: takes matrices [..., M, N], not ", describe(a));
  check_computes_in(a.dtype(), "matrix_norm");
  const int first = normal_axis(two[0], a.rank(), "matrix_norm"), second = normal_axis(two[1], a.rank(), "matrix_norm");
  check<ValueError>(first != second, "matrix_norm: axes must be two, not ", first, " twice, for shape ", a.shape());
  return movedim(a, {first, second}, {-2, -1});
}

// The norms [...] with dimensions of size 1 where the axes were.
Tensor kept(const Tensor& y, const Tensor& a, const Axes& axes, bool keepdim) {
  if (!keepdim) return y;
  Shape shape = a.shape();
  for (const int axis : axes) shape[normal_axis(axis, a.rank(), "matrix_norm")] = 1;
  return reshape(y, shape);
}

}  // namespace

Tensor matrix_norm(const Tensor& a, MatrixNorm order, const Axes& axes, bool keepdim) {
  const Tensor x = with_matrices_last(a, axes);
  return order == MatrixNorm::fro ? norm(a, 2, axes, keepdim) : kept(sum(svdvals(x), -1), a, axes, keepdim);
}

Tensor matrix_norm(const Tensor& a, double order, const Axes& axes, bool keepdim) {
  const Tensor x = with_matrices_last(a, axes);
  const double p = std::abs(order);
  check<ValueError>(p == 1 || p == 2 || p == std::numeric_limits<double>::infinity(),
                    "matrix_norm: order must be 1, 2, ∞, −1, −2 or −∞, not ", order);
  const Tensor values = p == 2 ? svdvals(x) : sum(abs(x), p == 1 ? -2 : -1);
  check<ValueError>(order > 0 || values.dim(-1) > 0, "matrix_norm: there is none of order ", order, " of no elements: ", a.shape());
  return kept(order < 0 ? amin(values, -1) : values.dim(-1) > 0 ? amax(values, -1) : sum(values, -1), a, axes, keepdim);
}

Tensor vector_norm(const Tensor& x, double p, const Axes& axes, bool keepdim) {
  check_defined("vector_norm", x);
  return norm(x, p, axes, keepdim);
}

Tensor matrix_rank(const Tensor& a, double rtol) { return matrix_rank(a, RankOptions{.rtol = rtol}); }
Tensor matrix_rank(const Tensor& a, const RankOptions& options) {
  if (!options.hermitian) check_matrix("matrix_rank", a);
  else check_square("matrix_rank", a);
  const Tensor values = options.hermitian ? abs(eigvalsh(a.detach())) : svdvals(a.detach());
  return sum(significant("matrix_rank", a, values, options.rtol.value_or(-1), options.atol), -1);
}

Tensor matrix_exp(const Tensor& a) {
  check_square("matrix_exp", a);
  return record(MatrixExp{}, a);
}

Tensor matrix_power(const Tensor& a, std::int64_t n) {
  check_square("matrix_power", a);
  if (n == 0) return in_batch(identity_like(a), leading(a));
  Tensor power = n < 0 ? inv(a) : a, result;
  for (std::uint64_t rest = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);;) {
    if (rest & 1) result = result.defined() ? matmul(result, power) : power;
    if ((rest >>= 1) == 0) return result;
    power = matmul(power, power);
  }
}

Tensor multi_dot(std::span<const Tensor> all) {
  check<ValueError>(all.size() >= 2, "multi_dot: takes at least two tensors, not ", all.size());
  for (const Tensor& x : all) check_defined("multi_dot", x, "a factor");
  const std::size_t n = all.size();
  // sizes[i] × sizes[i + 1] is factor i.
  std::vector<double> sizes;
  for (std::size_t i = 0; i < n; ++i) {
    const Tensor& x = all[i];
    const bool end = i == 0 || i == n - 1;
    check<ShapeError>(x.rank() == 2 || (end && x.rank() == 1), "multi_dot: takes matrices, at its ends also vectors: factor ", i, " is ",
                      describe(x));
    const std::int64_t rows = x.rank() == 2 || i > 0 ? x.dim(0) : 1, columns = x.rank() == 2 ? x.dim(1) : i > 0 ? 1 : x.dim(0);
    check<ShapeError>(i == 0 || rows == all[i - 1].dim(-1), "multi_dot: inner dimensions differ: factor ", i - 1, " ",
                      describe(all[i - 1 + (i == 0)]), ", factor ", i, " ", describe(x));
    if (i == 0) sizes.push_back(static_cast<double>(rows));
    sizes.push_back(static_cast<double>(columns));
  }
  // cost[i][j]: of factors i to j, with the best first cut (Cormen et al., "Introduction to Algorithms", 15.2).
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
  std::vector<std::vector<std::size_t>> cut(n, std::vector<std::size_t>(n, 0));
  for (std::size_t length = 1; length < n; ++length)
    for (std::size_t i = 0; i + length < n; ++i) {
      const std::size_t j = i + length;
      cost[i][j] = std::numeric_limits<double>::infinity();
      for (std::size_t k = i; k < j; ++k) {
        const double c = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
        if (c < cost[i][j]) cost[i][j] = c, cut[i][j] = k;
      }
    }
  const auto product = [&](const auto& self, std::size_t i, std::size_t j) -> Tensor {
    return i == j ? all[i] : matmul(self(self, i, cut[i][j]), self(self, cut[i][j] + 1, j));
  };
  return product(product, 0, n - 1);
}

}  // namespace gradus::linalg
