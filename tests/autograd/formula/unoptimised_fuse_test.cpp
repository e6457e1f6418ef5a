// This file is compiled at -O0 for the machine that builds it (tests/CMakeLists.txt), as programs are that somebody debugs: fuse compiles,
// and what is compiled here does not take the place of the library's loops, nor the other way round.
#include <gtest/gtest.h>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/fuse.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/walk/grad.h>

namespace unoptimised_fuse_test {

using namespace gradus;

template <class F>
void expect_same(F f, Dtype dtype, double tolerance) {
  const Tensor x = variable(tensor({0.25, 0.5, 1, 1.5, 2, 3, 0.125, 4, 5, 6, 7, 8, 0.75, 9, 10, 11, 12, 13, 14}, dtype));
  const Tensor y = variable(full({19}, 1.25, dtype));
  const Tensor fused = fuse(f, x, y), composed = f(x, y);
  const auto g = grad(sum(fused), {x, y}), wanted = grad(sum(composed), {x, y});
  const auto near = [&](const Tensor& a, const Tensor& b) {
    EXPECT_LE(max(abs(a - b) / (1 + abs(b))).item(), tolerance) << a << "\n" << b;
  };
  near(fused.detach(), composed.detach());
  near(g[0], wanted[0]);
  near(g[1], wanted[1]);
}

TEST(UnoptimisedFuse, IsTheComposedFormula) {
  const auto f = [](auto a, auto b) {
    return where(a < b, log(a) + tanh(a) * sigmoid(b), sqrt(a) + erf(a) + softplus(a - b)) + log1p(a) * maximum(a, b) + pow(a, b) +
           exp(-a) / b;
  };
  expect_same(f, f32, 2e-6);
  expect_same(f, f64, 1e-14);
}

}  // namespace unoptimised_fuse_test
