// Equations, and what linalg.h's sources share.
#include <algorithm>
#include <limits>
#include <string>

#include <gradus/autograd/ops/apply.h>
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

namespace detail {

void check_matrix(const char* op, const Tensor& a) {
  check_defined(op, a, "a");
  check<ShapeError>(a.rank() >= 2, op, ": takes matrices [..., M, N], not ", describe(a));
  check_computes_in(a.dtype(), op);
}
void check_square(const char* op, const Tensor& a) {
  check_matrix(op, a);
  check<ShapeError>(a.dim(-2) == a.dim(-1), op, ": takes square matrices, not ", describe(a));
}
Shape leading(const Tensor& a) { return Shape(std::span(a.shape().begin(), static_cast<std::size_t>(a.rank() - 2))); }
Tensor in_batch(const Tensor& a, const Shape& lead) {
  Shape shape = lead;
  shape.push_back(a.dim(-2)), shape.push_back(a.dim(-1));
  return a.shape() == shape ? a : expand(a, shape);
}
Tensor identity_like(const Tensor& a) { return diag_embed(Tensor(Array::full({a.dim(-1)}, 1, a.dtype()))); }

void refuse(const char* op, const Tensor& a, const kernels::Failure& failure, const std::string& why) {
  const Shape lead = leading(a);
  Shape at = lead;
  for (std::int64_t axis = lead.rank() - 1, rest = failure.matrix; axis >= 0; --axis) {
    const int i = static_cast<int>(axis);
    at[i] = rest % lead[i], rest /= lead[i];
  }
  fail<ValueError>(op, ": ", lead.rank() ? text("matrix ", at, " of ") : std::string(), describe(a), " ", why);
}
void check_not_singular(const char* op, const Tensor& a, const kernels::Failure& failure) {
  if (failure.matrix >= 0)
    refuse(op, a, failure, text("is singular: element ", failure.row, " on the diagonal of U, in A = P·L·U, is zero"));
}
void check_converged(const char* op, const Tensor& a, const kernels::Failure& failure) {
  if (failure.matrix >= 0) refuse(op, a, failure, "has elements that are not finite, or whose values LAPACK does not find");
}

Tensor significant(const char* op, const Tensor& a, const Tensor& values, double rtol, double atol) {
  check<ValueError>(rtol == rtol && atol == atol, op, ": the tolerance is not a number");
  const double epsilon = visit_floating(a.dtype(), op, []<class T>(T) { return static_cast<double>(std::numeric_limits<T>::epsilon()); });
  const double least = static_cast<double>(std::max(a.dim(-2), a.dim(-1))) * epsilon;
  if (values.dim(-1) == 0) return values > 0;
  const Tensor relative = amax(values, -1, true) * (rtol >= 0 ? rtol : atol > 0 ? 0 : least);
  return values > (atol > 0 ? maximum(relative, atol) : relative);
}

}  // namespace detail

namespace {

using namespace detail;

struct Inverse final : Op {
  std::string_view name() const override { return "inv"; }
  Array forward(const Tensor& a) {
    const kernels::Lu lu = kernels::lu(a.value());
    check_not_singular("inv", a, lu.singular);
    save_output();
    return kernels::inverse(lu);
  }
  Grads backward(Tensor g) override {
    const Tensor y = mT(output());
    return {-matmul(y, matmul(g, y))};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Tensor y = output();
    return -matmul(y, matmul(vs[0], y));
  }
};

// a [..., N, N], b [..., N, K], of one batch.
struct Solve final : Op {
  std::string_view name() const override { return "solve"; }
  Array forward(const Tensor& a, const Tensor& b) {
    const kernels::Lu lu = kernels::lu(a.value());
    check_not_singular("solve", a, lu.singular);
    save(a, Tensor(lu.factors), Tensor(lu.pivots));
    save_output();
    return kernels::solve(lu, b.value(), false);
  }
  Grads backward(Tensor g) override {
    const auto [a, factors, pivots] = saved<3>();
    const Tensor by_b =
        recording() ? record(Solve{}, mT(a), g) : Tensor(kernels::solve({factors.value(), pivots.value()}, g.value(), true));
    return {needs(0) ? -matmul(by_b, mT(output())) : Tensor{}, needs(1) ? by_b : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Tensor a = saved()[0];
    return record(Solve{}, a, gradus::detail::sum_of_tangents(needs(1) ? vs[1] : Tensor{}, needs(0) ? -matmul(vs[0], output()) : Tensor{}));
  }
};

// A·X = B, of one triangle of a.
struct SolveTriangular final : Op {
  std::string_view name() const override { return "solve_triangular"; }
  bool upper, unit;
  SolveTriangular(bool upper, bool unit) : upper(upper), unit(unit) {}
  Array forward(const Tensor& a, const Tensor& b) {
    save(a);
    save_output();
    return kernels::solve_triangular(a.value(), b.value(), upper, unit);
  }
  Tensor triangle(const Tensor& a) const { return upper ? triu(a, unit) : tril(a, -std::int64_t(unit)); }
  Grads backward(Tensor g) override {
    const Tensor by_b = record(SolveTriangular(!upper, unit), mT(saved()[0]), g);
    return {needs(0) ? triangle(-matmul(by_b, mT(output()))) : Tensor{}, needs(1) ? by_b : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    return record(SolveTriangular(upper, unit), saved()[0],
                  gradus::detail::sum_of_tangents(needs(1) ? vs[1] : Tensor{}, needs(0) ? -matmul(triangle(vs[0]), output()) : Tensor{}));
  }
};

// Where the singular values count, f of them, elsewhere 0, as a factor of rows: [..., K, 1].
Tensor reciprocals(const Tensor& values, const Tensor& counts) {
  return unsqueeze(where(counts, 1.0 / where(counts, values, 1.0), 0.0), -1);
}

// The lower triangle, mirrored. Its gradient is that of a symmetric matrix, which is what it was.
struct Mirrored final : Op {
  std::string_view name() const override { return "pinv"; }
  Array forward(const Tensor& a) { return (tril(a.detach()) + mT(tril(a.detach(), -1))).value(); }
  Grads backward(Tensor g) override { return {g}; }
};

struct PseudoInverse final : Op {
  std::string_view name() const override { return "pinv"; }
  RankOptions options;
  explicit PseudoInverse(const RankOptions& options) : options(options) {}
  Array forward(const Tensor& a) {
    save(a);
    save_output();
    const NoGrad constants;
    const auto counts = [&](const Tensor& values) { return significant("pinv", a, values, options.rtol.value_or(-1), options.atol); };
    if (options.hermitian) {
      const auto [values, v] = eigh(a.detach());
      return matmul(v, reciprocals(values, counts(abs(values))) * mT(v)).value();
    }
    const auto [u, s, vh] = svd(a.detach(), false);
    return matmul(mT(vh), reciprocals(s, counts(s)) * mT(u)).value();
  }
  // Golub and Pereyra: P = A⁺, h = gᵀ; −(PhP)ᵀ + (1 − AP)·h·P·Pᵀ + Pᵀ·P·h·(1 − PA), with the products of the smaller sizes first
  Grads backward(Tensor g) override {
    const Tensor &a = saved()[0], p = output(), h = mT(g), pt = mT(p);
    const Tensor hp = matmul(h, p), ph = matmul(p, h), left = matmul(hp, pt), right = matmul(pt, ph);
    return {-mT(matmul(p, hp)) + (left - matmul(a, matmul(p, left))) + (right - matmul(matmul(right, p), a))};
  }
};

// The solution is known; backward takes the pseudo-inverse. b [..., M, K], of one batch.
struct LeastSquaresSolution final : Op {
  std::string_view name() const override { return "lstsq"; }
  Array solution;
  double rcond;
  LeastSquaresSolution(Array solution, double rcond) : solution(std::move(solution)), rcond(rcond) {}
  Array forward(const Tensor& a, const Tensor& b) {
    save(a, b);
    save_output();
    return std::move(solution);
  }
  // With x = P·b: dx = −P·dA·x + P·Pᵀ·dAᵀ·(b − A·x) + (1 − P·A)·dAᵀ·Pᵀ·x + P·db
  Grads backward(Tensor g) override {
    const auto [a, b] = saved<2>();
    const Tensor p = pinv(a, rcond), pt = mT(p), x = output(), by_b = matmul(pt, g);
    if (!needs(0)) return {Tensor{}, by_b};
    const Tensor rest = b - matmul(a, x), along = g - matmul(p, matmul(a, g));
    return {-matmul(by_b, mT(x)) + matmul(rest, mT(matmul(p, by_b))) + matmul(matmul(pt, x), mT(along)), needs(1) ? by_b : Tensor{}};
  }
};

}  // namespace

Tensor inv(const Tensor& a) {
  check_square("inv", a);
  return record(Inverse{}, a);
}

namespace {

struct Sides {
  Tensor a, b;
  bool vector;
};

// Both in one batch, a vector as a column. `rows`: which of a's dimensions b's rows belong to.
Sides sides(const char* op, const Tensor& a, const Tensor& b, int rows) {
  check_defined(op, b, "b");
  check<DtypeError>(a.dtype() == b.dtype(), op, ": dtypes differ: a ", describe(a), ", b ", describe(b));
  Shape vectors = leading(a);
  vectors.push_back(a.dim(rows));
  const bool vector = b.rank() == 1 || b.shape() == vectors;
  const Tensor column = vector ? unsqueeze(b, -1) : b;
  check<ShapeError>(column.rank() >= 2 && column.dim(-2) == a.dim(rows), op, ": b must have ", a.dim(rows), " rows: a ", describe(a),
                    ", b ", describe(b));
  const Shape lead = broadcast_shapes(vectors.rank() > 1 ? leading(a) : Shape{}, leading(column), op);
  return {in_batch(a, lead), in_batch(column, lead), vector};
}

}  // namespace

Tensor solve(const Tensor& a, const Tensor& b, bool left) {
  check_square("solve", a);
  if (!left) {
    check_defined("solve", b, "b");
    Shape vectors = leading(a);
    vectors.push_back(a.dim(-1));
    check<ShapeError>(b.rank() >= 2 && b.shape() != vectors, "solve: X·A = B takes matrices b [..., K, N], no vectors: a ", describe(a),
                      ", b ", describe(b));
    return mT(solve(mT(a), mT(b)));
  }
  const auto [matrix, right, vector] = sides("solve", a, b, -1);
  const Tensor x = record(Solve{}, matrix, right);
  return vector ? squeeze(x, -1) : x;
}

Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left, bool unitriangular) {
  check_square("solve_triangular", a);
  check_defined("solve_triangular", b, "b");
  check<ShapeError>(b.rank() >= 2 && b.dim(left ? -2 : -1) == a.dim(-1), "solve_triangular: b must have ", a.dim(-1),
                    left ? " rows" : " columns", ": a ", describe(a), ", b ", describe(b));
  check<DtypeError>(a.dtype() == b.dtype(), "solve_triangular: dtypes differ: a ", describe(a), ", b ", describe(b));
  const Shape lead = broadcast_shapes(leading(a), leading(b), "solve_triangular");
  const Tensor triangle = in_batch(a, lead), right = in_batch(b, lead);
  if (left) return record(SolveTriangular(upper, unitriangular), triangle, right);
  return mT(record(SolveTriangular(!upper, unitriangular), mT(triangle), mT(right)));
}

Tensor pinv(const Tensor& a, double rtol) { return pinv(a, RankOptions{.rtol = rtol}); }
Tensor pinv(const Tensor& a, const RankOptions& options) {
  if (!options.hermitian) check_matrix("pinv", a);
  else check_square("pinv", a);
  return record(PseudoInverse(options), options.hermitian ? record(Mirrored{}, a) : a);
}

LeastSquares lstsq(const Tensor& a, const Tensor& b, double rcond) {
  check_matrix("lstsq", a);
  const auto [left, right, vector] = sides("lstsq", a, b, -2);
  LeastSquares out;
  Array solution;
  {
    const NoGrad constants;
    const auto [u, s, vh] = svd(left.detach(), false);
    const Tensor counts = significant("lstsq", a, s, rcond);
    out.rank = sum(counts, -1), out.singular_values = s;
    solution = matmul(mT(vh), reciprocals(s, counts) * matmul(mT(u), right.detach())).value();
  }
  const Tensor x = record(LeastSquaresSolution(std::move(solution), rcond), left, right);
  const bool determined = left.dim(-2) > left.dim(-1) && all(out.rank == static_cast<double>(left.dim(-1))).item() != 0;
  out.residuals = determined ? sum(square(matmul(left, x) - right), -2) : Tensor(Array::zeros({0}, a.dtype()));
  out.solution = vector ? squeeze(x, -1) : x;
  return out;
}

}  // namespace gradus::linalg
