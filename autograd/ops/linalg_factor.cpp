// Factorisations: Cholesky's, Q·R, singular values, eigenvalues.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/internal/linalg.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/op.h>

namespace gradus::linalg {
namespace {

using namespace detail;

Tensor plus(const Tensor& a, const Tensor& b) { return a.defined() ? a + b : b; }
Tensor column(const Tensor& x) { return unsqueeze(x, -1); }
Tensor row(const Tensor& x) { return unsqueeze(x, -2); }

struct Cholesky final : Op {
  std::string_view name() const override { return "cholesky"; }
  Array forward(const Tensor& a) {
    kernels::Failure failure;
    Array lower = kernels::cholesky(a.value(), failure);
    if (failure.matrix >= 0)
      refuse("cholesky", a, failure, text("is not positive definite: its leading minor of order ", failure.row, " is not"));
    save_output();
    return lower;
  }
  // ½·L⁻ᵀ·(Φ + Φᵀ)·L⁻¹, where Φ is the lower triangle of Lᵀ·g with half of its diagonal
  Grads backward(Tensor g) override {
    const Tensor l = output(), upper = mT(l), lower = matmul(upper, g), both = tril(lower) + mT(tril(lower, -1));
    const Tensor half = solve_triangular(upper, both, true);
    return {solve_triangular(upper, mT(half), true) * 0.5};
  }
};

// M >= N.
struct TallQr final : Op {
  std::string_view name() const override { return "qr"; }
  std::array<Array, 2> forward(const Tensor& a) {
    save_output(0), save_output(1);
    return kernels::qr(a.value());
  }
  // (gQ + Q·C)·R⁻ᵀ, where C is the lower triangle of R·gRᵀ − gQᵀ·Q, mirrored
  Grads backward_all(std::span<Tensor> gs) override {
    const Tensor q = output(0), r = output(1);
    Tensor m;
    if (gs[1].defined()) m = matmul(r, mT(gs[1]));
    if (gs[0].defined()) m = plus(m, -matmul(mT(gs[0]), q));
    const Tensor mirrored = tril(m) + mT(tril(m, -1)), y = plus(gs[0], matmul(q, mirrored));
    return {mT(solve_triangular(r, mT(y), true))};
  }
};

// The columns [..., M, M − K] that complete orthogonal ones to a basis. They turn along as q does, by −q·dqᵀ of them.
struct Completion final : Op {
  std::string_view name() const override { return "completion"; }
  Array forward(const Tensor& q) {
    save(q);
    save_output();
    return kernels::completion(q.value());
  }
  Grads backward(Tensor g) override { return {-matmul(output(), matmul(mT(g), saved()[0]))}; }
  Tensor tangent(std::span<const Tensor> vs) override { return -matmul(saved()[0], matmul(mT(vs[0]), output())); }
};

Tensor completed(const Tensor& q) { return q.dim(-1) == q.dim(-2) ? q : cat({q, record(Completion{}, q)}, -1); }

struct Svd final : Op {
  std::string_view name() const override { return "svd"; }
  std::array<Array, 3> forward(const Tensor& a) {
    kernels::Failure failure;
    std::array<Array, 3> out = kernels::svd(a.value(), false, failure);
    check_converged("svd", a, failure);
    save_output(0), save_output(1), save_output(2);
    return out;
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const Tensor u = output(0), s = output(1), vh = output(2);
    if (!gs[0].defined() && !gs[2].defined()) return {matmul(u * row(gs[1]), vh)};
    // s[j]² − s[i]², and 1 on the diagonal
    const Tensor apart = (row(s) - column(s)) * (row(s) + column(s)) + identity_like(column(s) * row(s));
    Tensor inside;
    if (gs[0].defined()) {
      const Tensor turn = matmul(mT(u), gs[0]);
      inside = (turn - mT(turn)) / apart * row(s);
    }
    if (gs[2].defined()) {
      const Tensor turn = matmul(vh, mT(gs[2]));
      inside = plus(inside, column(s) * ((turn - mT(turn)) / apart));
    }
    if (gs[1].defined()) inside = inside + diag_embed(gs[1]);
    Tensor all = matmul(matmul(u, inside), vh);
    // What leaves the space of the vectors.
    if (gs[0].defined() && u.dim(-2) > s.dim(-1)) all = all + matmul((gs[0] - matmul(u, matmul(mT(u), gs[0]))) / row(s), vh);
    if (gs[2].defined() && vh.dim(-1) > s.dim(-1)) all = all + matmul(u, (gs[2] - matmul(matmul(gs[2], mT(vh)), vh)) / column(s));
    return {all};
  }
};

struct Eigh final : Op {
  std::string_view name() const override { return "eigh"; }
  std::array<Array, 2> forward(const Tensor& a) {
    kernels::Failure failure;
    std::array<Array, 2> out = kernels::eigh(a.value(), false, failure);
    check_converged("eigh", a, failure);
    save_output(0), save_output(1);
    return out;
  }
  // V·(diag(gλ) + (Vᵀ·gV)/(λ[j] − λ[i]))·Vᵀ, the symmetric part of it
  Grads backward_all(std::span<Tensor> gs) override {
    const Tensor values = output(0), v = output(1);
    if (!gs[1].defined()) return {matmul(v * row(gs[0]), mT(v))};
    const Tensor turn = matmul(mT(v), gs[1]);
    Tensor inside = (turn - mT(turn)) / ((row(values) - column(values)) * 2 + identity_like(turn));
    if (gs[0].defined()) inside = inside + diag_embed(gs[0]);
    return {matmul(matmul(v, inside), mT(v))};
  }
};

}  // namespace

Tensor cholesky(const Tensor& a, bool upper) {
  check_square("cholesky", a);
  const Tensor l = record(Cholesky{}, a);
  return upper ? mT(l) : l;
}

QR qr(const Tensor& a, QrMode mode) {
  check_matrix("qr", a);
  const std::int64_t m = a.dim(-2), n = a.dim(-1);
  const auto [q, top] = record(TallQr{}, m >= n ? a : slice(a, -1, 0, m));
  const Tensor r = m >= n ? top : cat({top, matmul(mT(q), slice(a, -1, m, n))}, -1);
  if (mode == QrMode::r) return {Tensor(), r};
  if (mode == QrMode::reduced || m <= n) return {q, r};
  Shape below = r.shape();
  below[below.rank() - 2] = m - n;
  return {completed(q), cat({r, Tensor(Array::zeros(below, r.dtype()))}, -2)};
}

SVD svd(const Tensor& a, bool full_matrices) {
  check_matrix("svd", a);
  const auto [u, s, vh] = record(Svd{}, a);
  if (!full_matrices) return {u, s, vh};
  return {completed(u), s, vh.dim(-1) == vh.dim(-2) ? vh : mT(completed(mT(vh)))};
}

Tensor svdvals(const Tensor& a) {
  check_matrix("svdvals", a);
  if (a.requires_grad() && recording()) return svd(a, false).S;
  kernels::Failure failure;
  const Array values = kernels::svd(a.value(), true, failure)[1];
  check_converged("svdvals", a, failure);
  return values;
}

Eigen eigh(const Tensor& a, bool upper) {
  check_square("eigh", a);
  const auto [values, vectors] = record(Eigh{}, upper ? mT(a) : a);
  return {values, vectors};
}

Tensor eigvalsh(const Tensor& a, bool upper) {
  check_square("eigvalsh", a);
  if (a.requires_grad() && recording()) return eigh(a, upper).eigenvalues;
  kernels::Failure failure;
  const Array values = kernels::eigh(upper ? a.value().transpose(a.rank() - 2, a.rank() - 1) : a.value(), true, failure)[0];
  check_converged("eigvalsh", a, failure);
  return values;
}

}  // namespace gradus::linalg
