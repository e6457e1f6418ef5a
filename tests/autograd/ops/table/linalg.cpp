// Linear algebra. Where an answer is one of several, as the signs of singular vectors are, rows look at what all have in common.
#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

#include "autograd/ops/op_table.h"

namespace gradus::linalg_table {

using linalg::MatrixNorm;

// Far from singular, and positive definite; symmetric.
Tensor regular(const Tensor& x) { return x.defined() ? x + eye(x.dim(-1), x.dtype()) * 5 : x; }
Tensor definite(const Tensor& x) { return x.defined() ? regular(matmul(x, transpose(x))) : x; }
Tensor symmetric(const Tensor& x) { return x.defined() ? x + transpose(x) : x; }
// Singular values far apart.
Tensor apart(const Tensor& x) {
  return x.defined() ? x * 0.3 + eye(x.dim(-2), x.dim(-1), x.dtype()) * arange(1, 1 + double(x.dim(-1)), x.dtype()) * 2 : x;
}

const Rows equations{
    {.name = "inv",
     .f = of([](auto& a) { return linalg::inv(regular(a)); }),
     .inputs = {{.shape = {2, 3, 3}}},
     .mistake =
         [] {
           linalg::inv(cat({ones({1, 2, 2}), eye(2).value().reshape({1, 2, 2})}));
         },
     .says = {"inv", "matrix [0] of [2, 2, 2] f32", "is singular", "element 2"}, .shapes = "1x1; 0x3x3; 2x0x0"},
    {.name = "solve",
     .f = of([](auto& a, auto& b) { return linalg::solve(regular(a), b); }),
     .inputs = {{.shape = {3, 3}}, {.shape = {2, 3, 2}}},
     .mistake =
         [] {
           linalg::solve(zeros({2, 2}), zeros({3, 1}));
         },
     .says = {"solve", "2 rows", "[3, 1]"}, .shapes = "1x1 1x1; 0x0 0x2; 0x3x3 1x3x2; 3x3 3x0"},
    {.name = "solve",
     .f = of([](auto& a, auto& b) { return linalg::solve(regular(a), b); }),
     .inputs = {{.shape = {2, 3, 3}}, {.shape = {2, 3}}},
     .mistake =
         [] {
           linalg::solve(zeros({2, 2}), zeros({2}));
         },
     .says = {"solve", "[2, 2] f32 is singular"}},
    {.name = "solve",
     .f = of([](auto& a, auto& b) { return linalg::solve(regular(a), b); }),
     .inputs = {{.shape = {3, 3}}, {.shape = {3}}}},
    {.name = "solve_triangular",
     .f = of([](auto& a, auto& b) { return linalg::solve_triangular(regular(a), b, true); }),
     .inputs = {{.shape = {2, 3, 3}}, {.shape = {3, 2}}},
     .mistake =
         [] {
           linalg::solve_triangular(zeros({2, 3}), zeros({3, 1}), true);
         },
     .says = {"solve_triangular", "square", "[2, 3]"}, .shapes = "1x1 1x1; 0x3x3 3x2; 0x0 0x2"},
    {.name = "solve_triangular",
     .f = of([](auto& a, auto& b) { return linalg::solve_triangular(a, b, false, false, true); }),
     .inputs = {{.shape = {3, 3}}, {.shape = {2, 2, 3}}},
     .mistake =
         [] {
           linalg::solve_triangular(zeros({2, 2}), zeros({3, 1}), true, false);
         },
     .says = {"solve_triangular", "2 columns", "[3, 1]"}},
    {.name = "lstsq",
     .f = of([](auto& a, auto& b) {
       const auto [x, rest, rank, values] = linalg::lstsq(apart(a), b);
       return std::array{x, rest};
     }),
     .inputs = {{.shape = {2, 4, 2}}, {.shape = {4, 2}}},
     .mistake =
         [] {
           linalg::lstsq(zeros({2, 3}), zeros({3}));
         },
     .says = {"lstsq", "2 rows", "[2, 3]", "[3]"}, .shapes = "0x4x2 4x2; 2x4x2 4x0; 2x1 2x1"},
    {.name = "lstsq",
     .f = of([](auto& a, auto& b) { return linalg::lstsq(apart(a), b, 1e-3).solution; }),
     .inputs = {{.shape = {2, 4}}, {.shape = {2}}}, .shapes = "1x1 1"},
    {.name = "pinv",
     .f = of([](auto& a) { return linalg::pinv(apart(a)); }),
     .inputs = {{.shape = {2, 4, 2}}},
     .mistake = [] { linalg::pinv(zeros({2})); },
     .says = {"pinv", "[..., M, N]", "[2]"}, .shapes = "1x1; 0x2x3; 2x0x3"},
    {.name = "pinv", .f = of([](auto& a) { return linalg::pinv(apart(a), 1e-3); }), .inputs = {{.shape = {2, 3}}}},
    {.name = "pinv",
     .f = of([](auto& a) { return linalg::pinv(a.defined() ? matmul(a, transpose(a)) : a); }),
     .inputs = {{.shape = {3, 2}}}},  // rank 2 of 3
    {.name = "det",
     .f = of([](auto& a) { return linalg::det(a); }),
     .inputs = {{.shape = {2, 3, 3}}},
     .mistake =
         [] {
           linalg::det(zeros({2, 3}, f64));
         },
     .says = {"det", "square", "[2, 3] f64"}, .shapes = "1x1; 0x3x3; 2x0x0"},
    {.name = "slogdet",
     .f = of([](auto& a) {
       const auto [sign, log] = linalg::slogdet(a);
       return std::array{sign, log};
     }),
     .inputs = {{.shape = {2, 3, 3}}},
     .mistake =
         [] {
           linalg::slogdet(zeros({2, 2}, i64));
         },
     .says = {"slogdet", "i64"}, .shapes = "1x1; 0x3x3; 0x0"},
};

const Rows factorisations{
    {.name = "cholesky",
     .f = of([](auto& a) { return linalg::cholesky(definite(a)); }),
     .inputs = {{.shape = {2, 3, 3}}},
     .mistake =
         [] {
           linalg::cholesky(tensor({{1, 2}, {2, 1}}, f64));
         },
     .says = {"cholesky", "[2, 2] f64", "leading minor of order 2"}, .shapes = "1x1; 0x2x2; 2x0x0"},
    {.name = "cholesky", .f = of([](auto& a) { return linalg::cholesky(definite(a), true); }), .inputs = {{.shape = {3, 3}}}},
    {.name = "qr",
     .f = of([](auto& a) {
       const auto [q, r] = linalg::qr(a);
       return std::array{square(q), square(r)};
     }),
     .inputs = {{.shape = {2, 4, 3}}},
     .mistake = [] { linalg::qr(zeros({2})); },
     .says = {"qr", "[..., M, N]", "[2]"}, .shapes = "1x1; 0x4x3; 3x1; 2x3x0"},
    {.name = "qr", .f = of([](auto& a) { return square(linalg::qr(a).R); }), .inputs = {{.shape = {2, 4}}}},
    {.name = "qr", .f = of([](auto& a) { return square(linalg::qr(a).Q); }), .inputs = {{.shape = {3, 3}}}},
    {.name = "svd",
     .f = of([](auto& a) {
       const auto [u, s, vh] = linalg::svd(apart(a), false);
       return std::array{square(u), s, square(vh), matmul(u, vh)};
     }),
     .inputs = {{.shape = {2, 4, 3}}},
     .mistake =
         [] {
           linalg::svd(full({2, 2}, NAN));
         },
     .says = {"svd", "[2, 2] f32", "not finite"}, .shapes = "1x1; 0x4x3; 3x1; 2x0x3"},
    {.name = "svd", .f = of([](auto& a) { return square(linalg::svd(apart(a), false).Vh); }), .inputs = {{.shape = {2, 3}}}},
    {.name = "svd", .f = of([](auto& a) { return square(linalg::svd(apart(a), false).U); }), .inputs = {{.shape = {4, 2}}}},
    {.name = "svdvals",
     .f = of([](auto& a) { return linalg::svdvals(apart(a)); }),
     .inputs = {{.shape = {2, 3, 4}}},
     .mistake =
         [] {
           linalg::svdvals(zeros({2, 2}, i64));
         },
     .says = {"svdvals", "i64"}, .shapes = "1x1; 0x3x4; 3x0"},
    {.name = "eigh",
     .f = of([](auto& a) {
       const auto [values, vectors] = linalg::eigh(symmetric(apart(a)));
       return std::array{values, square(vectors)};
     }),
     .inputs = {{.shape = {2, 3, 3}}},
     .mistake =
         [] {
           linalg::eigh(zeros({2, 3}));
         },
     .says = {"eigh", "square", "[2, 3]"}, .shapes = "1x1; 0x3x3; 2x0x0"},
    {.name = "eigh",
     .f = of([](auto& a) { return square(linalg::eigh(symmetric(apart(a))).eigenvectors); }),
     .inputs = {{.shape = {3, 3}}}},
    {.name = "eigvalsh",
     .f = of([](auto& a) { return linalg::eigvalsh(symmetric(apart(a))); }),
     .inputs = {{.shape = {3, 3}}},
     .mistake = [] { linalg::eigvalsh(zeros({2})); },
     .says = {"eigvalsh", "[2]"}, .shapes = "1x1; 0x0"},
};

const Rows norms{
    {.name = "matrix_norm",
     .f = of([](auto& a) { return linalg::matrix_norm(a); }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake =
         [] {
           linalg::matrix_norm(zeros({2, 3}), 3);
         },
     .says = {"matrix_norm", "not 3"}, .shapes = "1x1; 0x3x2; 2x0x3"},
    {.name = "matrix_norm",
     .f = of([](auto& a) {
       return linalg::matrix_norm(apart(a), MatrixNorm::nuc, {-2, -1}, true);
     }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake =
         [] {
           linalg::matrix_norm(zeros({2, 3}), MatrixNorm::nuc, {0, -2});
         },
     .says = {"matrix_norm", "0 twice"}, .shapes = "2x1x1; 0x3x2"},
    {.name = "matrix_norm",
     .f = of([](auto& a) {
       return linalg::matrix_norm(a, 1, {0, 2}, true);
     }),
     .inputs = {{.shape = {3, 2, 2}}},
     .mistake =
         [] {
           linalg::matrix_norm(zeros({2, 3}), 1, {0});
         },
     .says = {"matrix_norm", "two axes, not 1"}, .shapes = "1x2x1; 2x0x2"},
    {.name = "matrix_norm", .f = of([](auto& a) { return linalg::matrix_norm(apart(a), -2); }), .inputs = {{.shape = {3, 3}}},
     .shapes = "1x1"},
    {.name = "matrix_norm",
     .f = of([](auto& a) {
       return linalg::matrix_norm(a, -INFINITY, {1, 0});
     }),
     .inputs = {{.shape = {3, 4}}}, .shapes = "1x1"},
    {.name = "vector_norm",
     .f = of([](auto& a) { return linalg::vector_norm(a, 3, 0, true); }),
     .inputs = {{.shape = {3, 4}}},
     .mistake = [] { linalg::vector_norm(zeros({2}), 2, 1); },
     .says = {"norm", "axis 1"}, .shapes = "3x0; 1x1"},
    {.name = "matrix_exp",
     .f = of([](auto& a) { return linalg::matrix_exp(a); }),
     .inputs = {{.shape = {2, 3, 3}}},
     .mistake =
         [] {
           linalg::matrix_exp(zeros({2, 3}));
         },
     .says = {"matrix_exp", "square", "[2, 3]"}, .shapes = "1x1; 0x3x3; 2x0x0"},
    {.name = "matrix_power",
     .f = of([](auto& a) { return linalg::matrix_power(a, 5); }),
     .inputs = {{.shape = {2, 3, 3}, .low = -1, .high = 1}},
     .mistake =
         [] {
           linalg::matrix_power(zeros({2, 2}), -1);
         },
     .says = {"inv", "is singular"}, .shapes = "1x1; 0x2x2; 0x0"},
    {.name = "matrix_power", .f = of([](auto& a) { return linalg::matrix_power(regular(a), -2); }), .inputs = {{.shape = {2, 2}}},
     .shapes = "1x1; 0x2x2"},
    {.name = "matrix_rank",
     .f = of([](auto& a) { return linalg::matrix_rank(a); }),
     .inputs = {{.shape = {2, 3, 2}}},
     .differentiable = false,
     .mistake =
         [] {
           linalg::matrix_rank(zeros({2, 2}), NAN);
         },
     .says = {"matrix_rank", "not a number"}},
    {.name = "multi_dot",
     .f = [](const Tensors& x) -> Tensors { return {linalg::multi_dot(x)}; },
     .inputs = {{.shape = {3}}, {.shape = {3, 4}}, {.shape = {4, 2}}, {.shape = {2}}},
     .mistake =
         [] {
           linalg::multi_dot({zeros({2, 3}), zeros({2, 3})});
         },
     .says = {"multi_dot", "factor 0 [2, 3]", "factor 1"}, .shapes = "1 1x1 1x1 1; 0 0x2 2x2 2"},
};

// What the same functions do when told.
const Rows options{
    {.name = "solve",
     .f = of([](auto& a, auto& b) { return linalg::solve(regular(a), b, false); }),
     .inputs = {{.shape = {3, 3}}, {.shape = {2, 2, 3}}},
     .mistake =
         [] {
           linalg::solve(zeros({2, 3, 3}), zeros({2, 3}), false);
         },
     .says = {"solve", "no vectors", "[2, 3, 3]", "[2, 3]"}},
    {.name = "pinv",
     .f = of([](auto& a) { return linalg::pinv(a.defined() ? matmul(a, transpose(a)) : a, {.hermitian = true}); }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { linalg::pinv(zeros({2, 3}), {.hermitian = true}); },
     .says = {"pinv", "square", "[2, 3]"}},
    {.name = "qr",
     .f = of([](auto& a) {
       const auto [q, r] = linalg::qr(a, linalg::QrMode::complete);
       const Tensor more = slice(q, -1, 2, 4);
       return std::array{square(slice(q, -1, 0, 2)), square(r), matmul(more, transpose(more))};
     }),
     .inputs = {{.shape = {2, 4, 2}}}},
    {.name = "qr", .f = of([](auto& a) { return square(linalg::qr(a, linalg::QrMode::r).R); }), .inputs = {{.shape = {3, 2}}}},
    {.name = "svd",
     .f = of([](auto& a) {
       const auto [u, s, vh] = linalg::svd(apart(a));
       const Tensor more = slice(vh, -2, 2, 4);
       return std::array{square(u), s, matmul(transpose(more), more)};
     }),
     .inputs = {{.shape = {2, 4}}}},
    {.name = "svd",
     .f = of([](auto& a) {
       const Tensor u = linalg::svd(apart(a)).U;
       return matmul(u * tensor({3, 2, 1, 1}, u.dtype()), transpose(u));
     }),
     .inputs = {{.shape = {2, 4, 2}}}},
    {.name = "eigh",
     .f = of([](auto& a) {
       const auto [values, vectors] = linalg::eigh(symmetric(apart(a)), true);
       return std::array{values, square(vectors)};
     }),
     .inputs = {{.shape = {3, 3}}}},
};

}  // namespace gradus::linalg_table
