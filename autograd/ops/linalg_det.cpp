// Determinants. Their gradients are cofactors, polynomials in the elements of A: for singular matrices they come from the singular values,
// by which nothing is divided.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/internal/linalg.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/op.h>

namespace gradus::linalg {
namespace {

using namespace detail;

Tensor as_matrices(const Tensor& x) { return unsqueeze(unsqueeze(x, -1), -1); }
Tensor trace_of(const Tensor& x) { return as_matrices(sum(diagonal(x, 0, -2, -1), -1)); }

// Whether the inverse of one of the matrices would lose more than a few digits.
bool is_delicate(const kernels::Lu& lu) {
  const Array pivots = lu.factors.diagonal(0, lu.factors.rank() - 2, lu.factors.rank() - 1);
  const std::vector<double> values = pivots.to_vector();
  const std::size_t n = static_cast<std::size_t>(pivots.dim(-1));
  for (std::size_t at = 0; at < values.size(); at += n) {
    double least = std::abs(values[at]), most = least;
    for (std::size_t i = at; i < at + n; ++i) least = std::min(least, std::abs(values[i])), most = std::max(most, std::abs(values[i]));
    if (!(least > 1e-3 * most)) return true;
  }
  return false;
}

// products[i] = Π of all values but the i-th.
void products_of_others(const std::vector<double>& values, std::vector<double>& products) {
  double before = 1, behind = 1;
  for (std::size_t i = 0; i < values.size(); ++i) products[i] = before, before *= values[i];
  for (std::size_t i = values.size(); i-- > 0;) products[i] *= behind, behind *= values[i];
}

// A = U·diag(s)·Vᵀ turns A into a diagonal: det A = sign·Π s. f(s, m, k) writes the matrix k [N, N] of sign·U·k·Vᵀ for each matrix, where
// m is Uᵀ·g·V, if g is given.
template <class F>
Array in_frame(const char* op, const Tensor& a, const Tensor& g, F f) {
  const NoGrad constants;
  kernels::Failure failure;
  const std::array<Array, 3> usv = kernels::svd(a.value(), false, failure);
  check_converged(op, a, failure);
  const Array& s = usv[1];
  const Tensor left = usv[0], right = usv[2];
  const Tensor sign = Tensor(kernels::determinant(kernels::lu(usv[0]))) * Tensor(kernels::determinant(kernels::lu(usv[2])));
  const Array turned = g.defined() ? matmul(matmul(mT(left), g.detach()), mT(right)).value().as_contiguous() : Array();
  const std::int64_t n = a.dim(-1);
  Array inside(a.shape(), a.dtype());
  visit_floating(a.dtype(), op, [&]<class T>(T) {
    T* k = inside.mutable_data<T>();
    const T* m = turned.defined() ? turned.data<T>() : nullptr;
    const T* values = s.data<T>();
    for (std::int64_t i = 0; i < s.size(); i += n, k += n * n, m = m ? m + n * n : m)
      f(std::vector<double>(values + i, values + i + n), m, k);
  });
  // U and V are orthogonal: their determinants are 1 or −1 but for rounding
  return (matmul(matmul(left, inside), right) * as_matrices(where(sign < 0, -1.0, zeros_of(sign) + 1))).value();
}

// The second derivative of det: how the cofactors move when A moves along g. Symmetric, so it is its own transpose.
struct CofactorsAlong final : Op {
  std::string_view name() const override { return "det"; }
  // In the frame: det(D + m) has the terms p[i][j]·(m[i][i]·m[j][j] − m[i][j]·m[j][i]), p the product of all other values.
  Array forward(const Tensor& a, const Tensor& g) {
    save(a, g);
    return in_frame("det", a, g, [](const std::vector<double>& values, const auto* m, auto* k) {
      const std::size_t n = values.size();
      std::vector<double> others = values, products(n);
      for (std::size_t i = 0; i < n; ++i) {
        double on_diagonal = 0;
        others[i] = 1;
        products_of_others(others, products);
        others[i] = values[i];
        for (std::size_t j = 0; j < n; ++j) {
          if (j == i) continue;
          k[i * n + j] = static_cast<std::remove_reference_t<decltype(*k)>>(-products[j] * static_cast<double>(m[j * n + i]));
          on_diagonal += products[j] * static_cast<double>(m[j * n + j]);
        }
        k[i * n + i] = static_cast<std::remove_reference_t<decltype(*k)>>(on_diagonal);
      }
    });
  }
  // By A it is the third derivative, for matrices that have an inverse Y. With B = Y·g, C = Y·h: the derivative of
  // det·(tr B·tr C − tr C·B).
  Grads backward(Tensor h) override {
    const auto [a, g] = saved<2>();
    Tensor by_a;
    if (needs(0)) {
      const Tensor y = inv(a), b = matmul(y, g), c = matmul(y, h), bc = matmul(b, c), cb = matmul(c, b), tb = trace_of(b), tc = trace_of(c);
      by_a = as_matrices(det(a)) * mT((tb * tc - trace_of(cb)) * y + matmul(cb + bc - tc * b - tb * c, y));
    }
    return {by_a, needs(1) ? record(CofactorsAlong{}, a, h) : Tensor{}};
  }
};

// det(A)·A⁻ᵀ, of singular matrices too.
struct Cofactors final : Op {
  std::string_view name() const override { return "det"; }
  Array forward(const Tensor& a) {
    save(a);
    const NoGrad constants;
    if (const kernels::Lu lu = kernels::lu(a.value()); a.size() == 0 || !is_delicate(lu))
      return (mT(Tensor(kernels::inverse(lu))) * as_matrices(kernels::determinant(lu))).value();
    return in_frame("det", a, Tensor(), [](const std::vector<double>& values, const auto*, auto* k) {
      const std::size_t n = values.size();
      std::vector<double> products(n);
      products_of_others(values, products);
      std::fill(k, k + n * n, 0);
      for (std::size_t i = 0; i < n; ++i) k[i * (n + 1)] = static_cast<std::remove_reference_t<decltype(*k)>>(products[i]);
    });
  }
  Grads backward(Tensor g) override { return {record(CofactorsAlong{}, saved()[0], g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(CofactorsAlong{}, saved()[0], vs[0]); }
};

struct Det final : Op {
  std::string_view name() const override { return "det"; }
  Array forward(const Tensor& a) {
    save(a);
    return kernels::determinant(kernels::lu(a.value()));
  }
  Grads backward(Tensor g) override { return {as_matrices(g) * record(Cofactors{}, saved()[0])}; }
};

struct SLogDet final : Op {
  std::string_view name() const override { return "slogdet"; }
  bool singular = false;
  std::array<Array, 2> forward(const Tensor& a) {
    const kernels::Lu lu = kernels::lu(a.value());
    singular = lu.singular.matrix >= 0;
    save(a);
    return kernels::log_determinant(lu);
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const Tensor& a = saved()[0];
    if (!gs[1].defined()) return {zeros_of(a)};  // of the sign
    return {as_matrices(gs[1]) * (singular ? record(Cofactors{}, a) / as_matrices(det(a)) : mT(inv(a)))};
  }
};

}  // namespace

Tensor det(const Tensor& a) {
  check_square("det", a);
  return record(Det{}, a);
}

SignAndLog slogdet(const Tensor& a) {
  check_square("slogdet", a);
  const auto [sign, log] = record(SLogDet{}, a);
  return {sign.detach(), log};
}

}  // namespace gradus::linalg
