// Products and linear algebra against PyTorch's numbers (golden/make_linalg.py), and where those say nothing: sizes for LAPACK, singular
// matrices, equal values, nothing at all.
#include <cmath>
#include <functional>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/distance.h>
#include <gradus/autograd/ops/einsum.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::linalg_test {

using linalg::MatrixNorm;

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
using Doubles = std::vector<double>;
using Inputs = const std::vector<Tensor>&;
using Answer = Tensor (*)(Inputs x);

Doubles numbers(const Tensor& x) { return x.value().to_vector(); }
Tensor mT(const Tensor& x) { return transpose(x); }
Tensor one(std::int64_t n, Dtype dtype = f64) { return eye(n, dtype); }
double largest(const Tensor& x) { return x.size() ? max(abs(x)).item() : 0; }

Tensor flat(const std::vector<Tensor>& parts) {
  std::vector<Tensor> all;
  for (const Tensor& part : parts) all.push_back(reshape(part, {-1}));
  return cat(all);
}

void expect_golden(const std::string& name, Answer f) { gradus::expect_golden("linalg", name, {"a", "b", "c", "d"}, f, 1e-10, 1e-9); }

TEST(Linalg, ProductsArePyTorchs) {
  expect_golden("products_vector_vector", [](Inputs x) { return matmul(x[0], x[1]); });
  expect_golden("products_vector_batch", [](Inputs x) { return matmul(x[0], x[1]); });
  expect_golden("products_batch_vector", [](Inputs x) { return matmul(x[0], x[1]); });
  expect_golden("products_addmm", [](Inputs x) { return addmm(x[0], x[1], x[2], 0.5, -2); });
  expect_golden("products_baddbmm", [](Inputs x) { return baddbmm(x[0], x[1], x[2], 1, 3); });
  expect_golden("products_inner", [](Inputs x) { return inner(x[0], x[1]); });
  expect_golden("products_tensordot", [](Inputs x) { return tensordot(x[0], x[1], {2, 0}, {0, -1}); });
  expect_golden("products_kron", [](Inputs x) { return kron(x[0], x[1]); });
  expect_golden("products_cross", [](Inputs x) { return cross(x[0], x[1], 1); });
  expect_golden("products_cdist_0.5", [](Inputs x) { return cdist(x[0], x[1], 0.5); });
  expect_golden("products_cdist_1", [](Inputs x) { return cdist(x[0], x[1], 1); });
  expect_golden("products_cdist_2", [](Inputs x) { return cdist(x[0], x[1]); });
  expect_golden("products_cdist_3", [](Inputs x) { return cdist(x[0], x[1], 3); });
  expect_golden("products_cdist_inf", [](Inputs x) { return cdist(x[0], x[1], inf); });
  expect_golden("einsum_trace", [](Inputs x) { return einsum("ii", x); });
  expect_golden("einsum_diagonal", [](Inputs x) { return einsum("iij->ji", x); });
  expect_golden("einsum_cube", [](Inputs x) { return einsum("iii->i", x); });
  expect_golden("einsum_bilinear", [](Inputs x) { return einsum("bn,anm,bm->ba", x); });
  expect_golden("einsum_dots", [](Inputs x) { return einsum("...ij,...jk->...ik", x); });
  expect_golden("einsum_summed_dots", [](Inputs x) { return einsum("i...->i", x); });
  expect_golden("einsum_implicit", [](Inputs x) { return einsum("cb,aB", x); });
  expect_golden("einsum_chain", [](Inputs x) { return einsum("ab,bc,cd,da->", x); });
  expect_golden("einsum_ones", [](Inputs x) { return einsum("ij,jk->ik", x); });
  expect_golden("einsum_outer", [](Inputs x) { return einsum("i,j", x); });
  expect_golden("einsum_heads", [](Inputs x) { return einsum("bhqd,bhkd->bhqk", x); });
  expect_golden("einsum_both_dots", [](Inputs x) { return einsum("b...,...b->...", x); });
  expect_golden("einsum_spaces", [](Inputs x) { return einsum(" i j , j -> i ", x); });
}

TEST(Linalg, ProductsOfNothingAndBeyond) {
  EXPECT_EQ(matmul(zeros({0}), zeros({0})).item(), 0);
  EXPECT_EQ(matmul(zeros({2, 0}), zeros({0})).shape(), Shape{2});
  EXPECT_EQ(numbers(einsum("ij,jk->ik", {zeros({2, 0}), zeros({0, 1})})), Doubles(2, 0));
  EXPECT_EQ(einsum("bi,bi->b", {zeros({0, 3}), zeros({0, 3})}).shape(), Shape{0});
  EXPECT_EQ(kron(tensor(3), tensor({1, 2})).shape(), Shape{2});
  EXPECT_EQ(numbers(addmm(full({2}, nan), ones({2, 1}), ones({1, 2}), 0)), Doubles(4, 1));  // beta = 0: not looked at
  EXPECT_EQ(einsum("a,b,c,d,e,f,g,h->", std::vector<Tensor>(8, ones({3}))).item(), 6561);
  // Sums of one operand alone, sizes of 1 that others have larger, and what is left over when pairs are chosen.
  const Tensor a = random({3, 1, 4}), b = random({5, 4}, 2), c = random({5}, 3);
  expect_near(einsum("ijk,jk,j->i", {a, b, c}), sum(a * b * unsqueeze(c, 1), {1, 2}).value(), 1e-13);
  expect_near(einsum("ijk,l,m->i", {a, c, c}), (sum(a, {1, 2}) * sum(c) * sum(c)).value(), 1e-13);
  expect_near(tensordot(a, b, 0), (reshape(a, {3, 1, 4, 1, 1}) * b).value(), 0);
  expect_error<ShapeError>(
      [] {
        einsum("abcdefgh,ijk", {zeros({1, 1, 1, 1, 1, 1, 1, 1}), zeros({1, 1, 1})});
      },
      {"einsum", "11 dimensions", "more than 8"});
  expect_error<ValueError>([] { einsum("i->...i", {zeros({2})}); }, {"einsum", "dots that no operand has"});
  expect_error<DtypeError>([] { einsum("i", {zeros({2}, i64)}); }, {"einsum", "i64"});
  expect_error<ValueError>([] { tensordot(zeros({2}), zeros({2}), {0}, {0, 1}); }, {"tensordot", "[0]", "[0, 1]"});
  expect_error<ShapeError>([] { addmm(zeros({3, 2, 2}), zeros({2, 2}), zeros({2, 2})); }, {"addmm", "does not broadcast", "[3, 2, 2]"});
}

TEST(Linalg, DistancesOfNearPointsAndOfNone) {
  const Tensor a = tensor({{1e8, 0}, {1e8 + 3, 4}}, f64), x = variable(a);
  EXPECT_EQ(numbers(cdist(a, a)), (Doubles{0, 5, 5, 0}));
  EXPECT_EQ(numbers(cdist(a, a, 1)), (Doubles{0, 7, 7, 0}));
  EXPECT_EQ(numbers(cdist(a, a, inf)), (Doubles{0, 4, 4, 0}));
  EXPECT_EQ(numbers(cdist(a, tensor({{1e8, 4}}, f64), 0)), (Doubles{1, 1}));
  for (const bool create_graph : {true, false}) {
    expect_near(grad(sum(cdist(x, a)), x, {.create_graph = create_graph}), tensor({{-0.6, -0.8}, {0.6, 0.8}}, f64).value(), 1e-15);
    EXPECT_EQ(numbers(grad(sum(cdist(a, x, 1)), x, {.create_graph = create_graph})), (Doubles{-1, -1, 1, 1}));
  }
  for (const double p : {1., 2.}) {
    for (const Dtype dtype : {f32, f64}) {
      const Tensor many = random({2, 70, 131}, 1, dtype), others = random({37, 131}, 2, dtype);
      expect_near(cdist(many, others, p).to(f64), norm(unsqueeze(many.to(f64), -2) - others.to(f64), p, -1).value(),
                  dtype == f32 ? 1e-6 : 1e-14);
    }
    expect_same_gradients([p](const auto& y) { return cdist(y[0], y[1], p); }, {random({2, 70, 13}), random({200, 13}, 2)}, 1e-12);
    EXPECT_EQ(cdist(zeros({0, 3}), zeros({2, 3}), p).shape(), (Shape{0, 2}));
    EXPECT_EQ(numbers(cdist(zeros({1, 0}), zeros({2, 0}), p)), Doubles(2, 0));
    const Tensor none = variable(zeros({2, 0, 3}));
    EXPECT_EQ(grad(sum(cdist(none, ones({4, 3}), p)), none).shape(), none.shape());
  }
  EXPECT_EQ(numbers(cdist(zeros({1, 0}), zeros({2, 0}), 3)), Doubles(2, 0));
}

TEST(Linalg, EquationsArePyTorchs) {
  expect_golden("solve_inv", [](Inputs x) { return linalg::inv(x[0]); });
  expect_golden("solve_matrix", [](Inputs x) { return linalg::solve(x[0], x[1]); });
  expect_golden("solve_vectors", [](Inputs x) { return linalg::solve(x[0], x[1]); });
  expect_golden("solve_upper", [](Inputs x) { return linalg::solve_triangular(x[0], x[1], true); });
  expect_golden("solve_right_unit", [](Inputs x) { return linalg::solve_triangular(x[0], x[1], false, false, true); });
  expect_golden("solve_lstsq", [](Inputs x) { return linalg::lstsq(x[0], x[1]).solution; });
  expect_golden("solve_lstsq_wide", [](Inputs x) { return linalg::lstsq(x[0], x[1]).solution; });
  expect_golden("solve_pinv", [](Inputs x) { return linalg::pinv(x[0]); });
  expect_golden("solve_pinv_rank", [](Inputs x) { return linalg::pinv(x[0], 1e-10); });
  expect_golden("solve_left", [](Inputs x) { return linalg::solve(x[0], x[1], false); });
  expect_golden("solve_pinv_atol", [](Inputs x) { return linalg::pinv(x[0], {.atol = 1.5}); });
  expect_golden("solve_pinv_hermitian", [](Inputs x) { return linalg::pinv(x[0], {.atol = 0.1, .hermitian = true}); });
  expect_golden("det_plain", [](Inputs x) { return linalg::det(x[0]); });
  expect_golden("det_log", [](Inputs x) { return flat({linalg::slogdet(x[0]).sign, linalg::slogdet(x[0]).logabsdet}); });
}

TEST(Linalg, FactorisationsArePyTorchs) {
  expect_golden("factor_cholesky", [](Inputs x) { return linalg::cholesky(x[0]); });
  expect_golden("factor_cholesky_upper", [](Inputs x) { return linalg::cholesky(x[0], true); });
  const Answer qr = [](Inputs x) {
    const auto [q, r] = linalg::qr(x[0]);
    return flat({square(q), square(r)});
  };
  for (const char* name : {"factor_qr", "factor_qr_wide"}) expect_golden(name, qr);
  const Answer svd = [](Inputs x) {
    const auto [u, s, vh] = linalg::svd(x[0], false);
    return flat({square(u), s, square(vh), matmul(u, vh)});
  };
  for (const char* name : {"factor_svd_tall", "factor_svd_wide", "factor_svd_square"}) expect_golden(name, svd);
  expect_golden("factor_svdvals", [](Inputs x) { return linalg::svdvals(x[0]); });
  expect_golden("factor_svdvals_equal", [](Inputs x) { return linalg::svdvals(x[0]); });
  expect_golden("factor_eigh", [](Inputs x) {
    const auto [values, vectors] = linalg::eigh(x[0]);
    return flat({values, square(vectors)});
  });
  expect_golden("factor_eigvalsh", [](Inputs x) { return linalg::eigvalsh(x[0]); });
  expect_golden("factor_eigh_upper", [](Inputs x) {
    const auto [values, vectors] = linalg::eigh(x[0], true);
    expect_near(linalg::eigvalsh(x[0], true), values.value(), 1e-13);
    return flat({values, square(vectors)});
  });
  const Answer whole = [](Inputs x) {
    const auto [u, s, vh] = linalg::svd(x[0]);
    const std::int64_t k = s.dim(-1);
    const Tensor left = slice(u.detach(), -1, k, u.dim(-1)), right = slice(vh.detach(), -2, k, vh.dim(-2));
    return flat({square(slice(u, -1, 0, k)), s, square(slice(vh, -2, 0, k)), matmul(left, mT(left)), matmul(mT(right), right)});
  };
  for (const char* name : {"factor_svd_full_tall", "factor_svd_full_wide"}) expect_golden(name, whole);
  expect_golden("factor_qr_complete_wide", [](Inputs x) {
    const auto [q, r] = linalg::qr(x[0], linalg::QrMode::complete);
    return flat({square(q), square(r)});
  });
}

TEST(Linalg, NormsAndPowersArePyTorchs) {
  for (const std::string on : {"norm_", "norm_of_zero_"}) {
    expect_golden(on + "fro", [](Inputs x) { return linalg::matrix_norm(x[0]); });
    expect_golden(on + "nuc", [](Inputs x) { return linalg::matrix_norm(x[0], MatrixNorm::nuc); });
    expect_golden(on + "1", [](Inputs x) { return linalg::matrix_norm(x[0], 1); });
    expect_golden(on + "2", [](Inputs x) { return linalg::matrix_norm(x[0], 2); });
    expect_golden(on + "inf", [](Inputs x) { return linalg::matrix_norm(x[0], inf); });
  }
  expect_golden("norm_-1", [](Inputs x) { return linalg::matrix_norm(x[0], -1); });
  expect_golden("norm_-2", [](Inputs x) { return linalg::matrix_norm(x[0], -2); });
  expect_golden("norm_-inf", [](Inputs x) { return linalg::matrix_norm(x[0], -inf); });
  expect_golden("norm_axes", [](Inputs x) { return linalg::matrix_norm(x[0], 2, {2, 0}, true); });
  for (const std::string size : {"tiny", "small", "middle", "large", "huge"})
    expect_golden("power_exp_" + size, [](Inputs x) { return linalg::matrix_exp(x[0]); });
  expect_golden("power_5", [](Inputs x) { return linalg::matrix_power(x[0], 5); });
  expect_golden("power_-3", [](Inputs x) { return linalg::matrix_power(x[0], -3); });
  expect_golden("power_multi_dot", [](Inputs x) { return linalg::multi_dot(x); });
}

// What the answers are for, at sizes of our own loops, of LAPACK's and of many matrices; the same bits whatever the number of threads.
TEST(Linalg, AnswersSolveWhatWasAsked) {
  const int threads = num_threads();
  for (const Dtype dtype : {f32, f64})
    for (const Shape& shape : {Shape{1, 1}, {40, 3, 3}, {3, 16, 16}, {17, 17}, {5, 33, 33}, {70, 70}, {3, 50, 20}, {20, 50}, {7, 4, 9}}) {
      SCOPED_TRACE(text(dtype, " ", shape));
      const double tolerance = (dtype == f32 ? 3e-5 : 5e-14) * static_cast<double>(shape[shape.rank() - 1]);
      const Tensor a = random(shape, 5, dtype);
      Doubles first;
      for (const int count : {1, 3}) {
        set_threads(count);
        std::vector<Tensor> answers;
        const auto [u, s, vh] = linalg::svd(a, false);
        const auto [q, r] = linalg::qr(a);
        const Tensor all_u = linalg::svd(a).U, all_vh = linalg::svd(a).Vh;
        const auto [all_q, long_r] = linalg::qr(a, linalg::QrMode::complete);
        answers = {u, s, vh, q, r, all_u, all_vh, all_q, linalg::pinv(a), linalg::svdvals(a)};
        const std::int64_t k = s.dim(-1);
        for (const Tensor& basis : {all_u, all_vh, all_q})
          EXPECT_LT(largest(matmul(basis, mT(basis)) - one(basis.dim(-1), dtype)), tolerance);
        EXPECT_LT(largest(matmul(slice(all_u, -1, 0, k) * unsqueeze(s, -2), slice(all_vh, -2, 0, k)) - a), tolerance);
        EXPECT_LT(largest(matmul(all_q, long_r) - a), tolerance);
        EXPECT_EQ(largest(linalg::qr(a, linalg::QrMode::r).R - r), 0);
        EXPECT_FALSE(linalg::qr(a, linalg::QrMode::r).Q.defined());
        EXPECT_LT(largest(matmul(u * unsqueeze(s, -2), vh) - a), tolerance);
        EXPECT_LT(largest(matmul(mT(u), u) - one(k, dtype)), tolerance);
        EXPECT_LT(largest(matmul(vh, mT(vh)) - one(k, dtype)), tolerance);
        EXPECT_LT(largest(answers.back() - s), tolerance);
        EXPECT_TRUE(all(slice(s, -1, 0, k - 1) >= slice(s, -1, 1, k)).item());
        EXPECT_LT(largest(matmul(q, r) - a), tolerance);
        EXPECT_LT(largest(matmul(mT(q), q) - one(k, dtype)), tolerance);
        EXPECT_EQ(largest(tril(r, -1)), 0);
        EXPECT_LT(largest(matmul(matmul(a, linalg::pinv(a)), a) - a), 100 * tolerance);
        if (a.dim(-1) == a.dim(-2)) {
          const std::int64_t n = a.dim(-1);
          const Tensor safe = a + one(n, dtype) * double(n), symmetric = a + mT(a), definite = matmul(a, mT(a)) + one(n, dtype);
          const Tensor b = random({n, 3}, 6, dtype), inverse = linalg::inv(safe), l = linalg::cholesky(definite);
          const auto [values, vectors] = linalg::eigh(symmetric);
          answers.insert(answers.end(),
                         {inverse, l, values, vectors, linalg::solve(safe, b), linalg::solve(mT(safe), b), linalg::det(a / 4),
                          linalg::matrix_exp(a / double(n)), linalg::solve_triangular(l, expand(b, matmul(l, b).shape()), false)});
          EXPECT_LT(largest(matmul(inverse, safe) - one(n, dtype)), tolerance);
          EXPECT_LT(largest(matmul(safe, linalg::solve(safe, b)) - b), tolerance);
          EXPECT_LT(largest(matmul(mT(safe), linalg::solve(mT(safe), b)) - b), tolerance);
          EXPECT_LT(largest(matmul(l, answers.back()) - b), tolerance);
          EXPECT_LT(largest(matmul(mT(l), linalg::solve_triangular(mT(l), answers.back(), true)) - answers.back()), tolerance);
          EXPECT_LT(largest(matmul(l, mT(l)) - definite), tolerance * double(n));
          EXPECT_EQ(largest(triu(l, 1)), 0);
          EXPECT_LT(largest(matmul(symmetric, vectors) - vectors * unsqueeze(values, -2)), 4 * tolerance);
          EXPECT_LT(largest(matmul(mT(vectors), vectors) - one(n, dtype)), tolerance);
          EXPECT_LT(largest(linalg::eigvalsh(symmetric) - values), 4 * tolerance);
          EXPECT_LT(largest(log(abs(linalg::det(a / 4))) - linalg::slogdet(a / 4).logabsdet), tolerance);
          EXPECT_LT(largest(matmul(linalg::matrix_exp(a / double(n)), linalg::matrix_exp(-a / double(n))) - one(n, dtype)), 10 * tolerance);
        }
        const Doubles all = numbers(flat(answers));
        if (count == 1)
          first = all;
        else
          EXPECT_EQ(all, first);
      }
    }
  set_threads(threads);
}

TEST(Linalg, SolveKeepsItsFactorsForTheGradient) {
  for (const std::int64_t n : {3, 20})
    expect_same_gradients([](const auto& x) { return linalg::solve(x[0], x[1]); },
                          {random({2, n, n}) + one(n) * double(n), random({n, 2}, 2)}, 1e-11);
}

TEST(Linalg, WhoFailsIsNamed) {
  const Tensor whole = unsqueeze(one(20), 0), hole = unsqueeze(diag_embed(cat({ones({18}, f64), zeros({1}, f64), ones({1}, f64)})), 0);
  const Tensor batch = stack({cat({whole, whole, whole}), cat({whole, hole, whole})});
  for (const auto& f : std::vector<std::function<void()>>{[&] { linalg::inv(batch); }, [&] { linalg::solve(batch, ones({20}, f64)); }})
    expect_error<ValueError>(f, {"matrix [1, 1] of [2, 3, 20, 20] f64", "is singular", "element 19"});
  expect_error<ValueError>([&] { linalg::cholesky(batch); }, {"cholesky", "matrix [1, 1]", "leading minor of order 19"});
  expect_error<ValueError>([&] { linalg::eigh(batch / 0); }, {"eigh", "matrix [0, 0]", "not finite"});
  expect_error<ValueError>([&] { linalg::svdvals(full({3, 2}, nan)); }, {"svd", "[3, 2] f32", "not finite"});
  EXPECT_TRUE(std::isnan(linalg::inv(full({2, 2}, nan)).value().at({0, 0})));  // not singular: not a number
  EXPECT_TRUE(std::isnan(linalg::det(full({20, 20}, nan)).item()));
  EXPECT_TRUE(std::isnan(linalg::matrix_exp(full({2, 2}, inf)).value().at({0, 1})));
  EXPECT_EQ(linalg::solve_triangular(tensor({{0, 0}, {1, 1}}), ones({2, 1}), false).value().at({0, 0}), inf);
}

// Cofactors, to second order, where nothing can be divided by: against minors computed by hand and differences.
TEST(Linalg, DeterminantsOfSingularMatricesHaveTheirGradients) {
  const auto gradient = [](const Tensor& value, Tensor* again = nullptr, const Tensor& along = {}) {
    const Tensor a = variable(value), g = grad(linalg::det(a), a, {.create_graph = true});
    if (again) *again = grad(sum(g * along), a);
    return g.detach();
  };
  expect_near(gradient(tensor({{1, 2}, {2, 4}}, f64)), tensor({{4, -2}, {-2, 1}}, f64).value(), 1e-14);
  expect_near(gradient(zeros({2, 2}, f64)), Array::zeros({2, 2}, f64), 0);
  const Tensor lowly = matmul(random({4, 2}), random({2, 4}, 2)), low = matmul(random({4, 3}), random({3, 4}, 2)), step = random({4, 4}, 3);
  for (const Tensor& a : {lowly, low, random({4, 4}), tensor({{0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 2}, {3, 0, 0, 0}}, f64)}) {
    Tensor second;
    const Tensor first = gradient(a, &second, step);
    const double h = 1e-5;
    EXPECT_NEAR(sum(first * step).item(), (linalg::det(a + step * h) - linalg::det(a - step * h)).item() / (2 * h), 1e-8);
    expect_near(second, ((gradient(a + step * h) - gradient(a - step * h)) / (2 * h)).value(), 1e-7);
    // Recorded, third order and so on: still right in value.
    const Tensor x = variable(a), g = grad(linalg::det(x), x, {.create_graph = true}), gg = grad(sum(g * step), x, {.create_graph = true});
    expect_near(gg, second.value(), 1e-12);
  }
  const auto slope = [](const auto& x) {
    const Tensor a = x[0].requires_grad() ? x[0] : variable(x[0]);
    return grad(linalg::det(a), a, {.create_graph = true});
  };
  check_gradients(slope, {random({3, 3}) + one(3)});  // to third order
  const Tensor a = variable(tensor({{1, 2}, {2, 4}}, f64));
  EXPECT_EQ(linalg::slogdet(a).sign.item(), 0);
  EXPECT_EQ(linalg::slogdet(a).logabsdet.item(), -inf);
  EXPECT_TRUE(std::isinf(grad(linalg::slogdet(a).logabsdet, a).value().at({0, 0})));
  EXPECT_EQ(linalg::det(variable(zeros({3, 0, 0}))).value().to_vector(), Doubles(3, 1));
  const Tensor none = variable(zeros({3, 0, 0}));
  EXPECT_EQ(grad(sum(linalg::det(none)), none).shape(), (Shape{3, 0, 0}));
}

TEST(Linalg, OfNothing) {
  for (const Shape& shape : {Shape{0, 0}, {0, 3, 3}, {2, 0, 0}}) {
    SCOPED_TRACE(text(shape));
    const Tensor x = variable(zeros(shape, f64));
    for (const Tensor& y :
         {linalg::inv(x), linalg::cholesky(x), linalg::qr(x).Q, linalg::svd(x).U, linalg::eigh(x).eigenvectors, linalg::matrix_exp(x),
          linalg::pinv(x), linalg::pinv(x, {.hermitian = true}), linalg::solve(x, x), linalg::solve_triangular(x, x, true),
          linalg::lstsq(x, x).solution, linalg::matrix_power(x, 3)}) {
      EXPECT_EQ(y.shape(), shape);
      for (const bool create_graph : {true, false}) EXPECT_EQ(grad(sum(y), x, {.create_graph = create_graph}).shape(), shape);
    }
  }
  for (const Shape& shape : {Shape{0, 3}, {2, 3, 0}}) {
    const Tensor x = zeros(shape, f64);
    const std::int64_t m = x.dim(-2), n = x.dim(-1);
    EXPECT_EQ(linalg::pinv(x).dim(-2), n);
    EXPECT_EQ(linalg::qr(x).R.dim(-1), n);
    EXPECT_EQ(linalg::svd(x).U.dim(-2), m);
    EXPECT_EQ(linalg::svd(x).U.dim(-1), m);
    EXPECT_EQ(linalg::svd(x).Vh.dim(-2), n);
    EXPECT_EQ(linalg::qr(x, linalg::QrMode::complete).Q.dim(-1), m);
    EXPECT_EQ(linalg::lstsq(x, zeros({m, 2}, f64)).solution.dim(-2), n);
    EXPECT_EQ(largest(linalg::matrix_norm(x, 2)) + largest(linalg::matrix_norm(x, MatrixNorm::nuc)) + largest(linalg::matrix_norm(x, 1)),
              0);
    EXPECT_EQ(largest(linalg::matrix_rank(x).to(f64)), 0);
  }
  expect_error<ValueError>([] { linalg::matrix_norm(zeros({0, 3}), -2); }, {"matrix_norm", "no elements", "[0, 3]"});
}

TEST(Linalg, RanksAndResiduals) {
  const Tensor tall = matmul(random({5, 2}), random({2, 3}, 2)), full = random({5, 3}, 3), b = random({5}, 4);
  EXPECT_EQ(linalg::matrix_rank(tall).item(), 2);
  EXPECT_EQ(linalg::matrix_rank(tall, 0.9).item(), 1);
  const Tensor diagonal = diag(tensor({-4, 1, 1e-3}, f64)), skew = diagonal + triu(ones({3, 3}, f64), 1);
  EXPECT_EQ(linalg::matrix_rank(diagonal, {.atol = 0.01}).item(), 2);
  EXPECT_EQ(linalg::matrix_rank(diagonal, {.atol = 0.01, .rtol = 0.5}).item(), 1);   // the larger tolerance of both
  EXPECT_EQ(linalg::matrix_rank(diagonal, {.atol = 1e-4}).item(), 3);
  EXPECT_EQ(linalg::matrix_rank(skew, {.atol = 0.01, .hermitian = true}).item(), 2);   // the upper triangle is not looked at
  expect_near(linalg::pinv(skew, {.rtol = 0.01, .hermitian = true}), diag(tensor({-0.25, 1, 0}, f64)).value(), 1e-14);
  expect_error<ShapeError>([] { linalg::pinv(zeros({2, 3}), {.hermitian = true}); }, {"pinv", "square", "[2, 3]"});
  const auto low = linalg::lstsq(tall, b);
  EXPECT_EQ(low.rank.item(), 2);
  EXPECT_EQ(low.rank.dtype(), i64);
  EXPECT_EQ(low.residuals.size(), 0);
  expect_near(low.solution, matmul(linalg::pinv(tall), b).value(), 1e-12);
  const auto [x, rest, rank, values] = linalg::lstsq(full, b);
  EXPECT_EQ(rank.item(), 3);
  EXPECT_NEAR(rest.item(), sum(square(matmul(full, x) - b)).item(), 1e-13);
  EXPECT_LT(largest(matmul(transpose(full), matmul(full, x) - b)), 1e-13);
  expect_near(values, linalg::svdvals(full).value(), 1e-13);
  // Equal values: those have a gradient, the vectors NaN.
  const Tensor same = variable(one(2));
  EXPECT_TRUE(std::isnan(grad(sum(linalg::svd(same).U), same).value().at({0, 1})));
  EXPECT_EQ(numbers(grad(sum(linalg::eigh(same).eigenvalues), same)), (Doubles{1, 0, 0, 1}));
}

}  // namespace gradus::linalg_test
