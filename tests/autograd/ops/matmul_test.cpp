// Products against a triple loop in double, for every layout, size and dtype; their gradients; what they refuse.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/kernels/products/blas.h>
#include <gradus/autograd/kernels/products/dnnl_gemm.h>
#include <gradus/autograd/kernels/products/gemm_packed.h>
#include <gradus/autograd/kernels/products/gemm_small.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus::matmul_test {

using testing::HasSubstr;
using testing::ThrowsMessage;

Array random(const Shape& shape, Dtype dtype, std::uint64_t seed) {
  Generator g(seed);
  return randn(shape, g, dtype).value();
}

// The product by definition, element by element through at(), which knows nothing of layouts.
std::vector<double> by_definition(const Array& a, const Array& b) {
  const std::int64_t m = a.dim(-2), k = a.dim(-1), n = b.dim(-1);
  const auto lead = [](const Array& x) { return Shape(std::span(x.shape().begin(), static_cast<std::size_t>(x.rank() - 2))); };
  const Shape batch = broadcast_shapes(lead(a), lead(b), "test");
  Shape a_shape = batch, b_shape = batch;
  for (std::int64_t size : {m, k}) a_shape.push_back(size);
  for (std::int64_t size : {k, n}) b_shape.push_back(size);
  const std::vector<double> av = a.expand(a_shape).to_vector(), bv = b.expand(b_shape).to_vector();
  std::vector<double> c;
  for (std::int64_t i = 0; i < batch.elements(); ++i)
    for (std::int64_t row = 0; row < m; ++row)
      for (std::int64_t column = 0; column < n; ++column) {
        double sum = 0;
        for (std::int64_t t = 0; t < k; ++t) sum += av[(i * m + row) * k + t] * bv[(i * k + t) * n + column];
        c.push_back(sum);
      }
  return c;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], tolerance) << "at " << i;
}

void expect_product(const Array& a, const Array& b) {
  const Array c = matmul(a, b).value();
  SCOPED_TRACE(text(a.dtype(), " ", a.shape(), " strides ", a.strides(), " x ", b.shape(), " strides ", b.strides()));
  const double tolerance = (a.dtype() == f32 ? 2e-6 : 1e-14) * (3 + static_cast<double>(a.dim(-1)));
  expect_near(c.to_vector(), by_definition(a, b), tolerance);
}

TEST(Matmul, EverySizeAndTranspose) {
  // 1 and 0 trip strides; 7 and 8 the small loop, 33 OpenBLAS, 70 oneDNN.
  const std::int64_t sizes[] = {0, 1, 2, 7, 33, 70};
  for (Dtype dtype : {f32, f64})
    for (std::int64_t m : sizes)
      for (std::int64_t n : sizes)
        for (std::int64_t k : sizes)
          for (int transposed = 0; transposed < 4; ++transposed) {
            const Array a = transposed & 1 ? random({k, m}, dtype, 1).transpose(0, 1) : random({m, k}, dtype, 1);
            const Array b = transposed & 2 ? random({n, k}, dtype, 2).transpose(0, 1) : random({k, n}, dtype, 2);
            expect_product(a, b);
            if (HasFatalFailure()) return;
          }
}

TEST(Matmul, LargeEnoughForAllThreads) {
  for (Dtype dtype : {f32, f64}) {
    expect_product(random({64, 784}, dtype, 1), random({512, 784}, dtype, 2).transpose(0, 1));
    expect_product(random({64, 784}, dtype, 1).transpose(0, 1), random({64, 10}, dtype, 2));
    expect_product(random({1, 784}, dtype, 1), random({784, 512}, dtype, 2));
    expect_product(random({784, 512}, dtype, 1), random({512, 1}, dtype, 2));
  }
}

TEST(Matmul, NoTermsGiveZeros) {
  EXPECT_EQ(matmul(zeros({2, 0}), zeros({0, 3})).value().to_vector(), std::vector<double>(6, 0));
  const Tensor bias = tensor({1, 2, 3});
  EXPECT_EQ(linear(zeros({2, 0}), zeros({3, 0}), bias).value().to_vector(), (std::vector<double>{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(linear(zeros({0, 4}), zeros({3, 4}), bias).shape(), (Shape{0, 3}));
}

TEST(Matmul, ViewsOfAllKinds) {
  for (Dtype dtype : {f32, f64}) {
    const Array big = random({40, 60}, dtype, 3), b = random({20, 9}, dtype, 4);
    expect_product(big.slice(1, 7, 27), b);                                        // rows further apart than they are long
    expect_product(big.slice(0, 5, 35, 2).slice(1, 0, 20), b);                     // every second row
    expect_product(big.slice(1, 0, 40, 2), b);                                     // every second column: must be copied
    expect_product(big.slice(0, 0, 20).transpose(0, 1), big.slice(0, 20, 40));     // transposed, offset
    expect_product(random({1, 20}, dtype, 5).expand({6, 20}), b);                  // rows on top of each other
    expect_product(random({6, 1}, dtype, 5).expand({6, 20}), b);                   // columns on top of each other
    expect_product(random({1, 1}, dtype, 5).expand({6, 20}), b.slice(1, 3, 4));    // both; and a single column
    expect_product(random({3, 20, 5}, dtype, 6).permute({2, 0, 1}), b);            // batch innermost
  }
}

TEST(Matmul, LeadingDimensionsBroadcast) {
  for (Dtype dtype : {f32, f64}) {
    expect_product(random({3, 4, 5}, dtype, 1), random({3, 5, 2}, dtype, 2));
    expect_product(random({3, 4, 5}, dtype, 1), random({5, 2}, dtype, 2));
    expect_product(random({4, 5}, dtype, 1), random({3, 5, 2}, dtype, 2));
    expect_product(random({2, 1, 4, 5}, dtype, 1), random({3, 5, 2}, dtype, 2));
    expect_product(random({2, 3, 4, 5}, dtype, 1), random({1, 1, 5, 2}, dtype, 2));
    expect_product(random({1, 4, 5}, dtype, 1), random({1, 5, 2}, dtype, 2));
    expect_product(random({0, 4, 5}, dtype, 1), random({5, 2}, dtype, 2));
    expect_product(random({0, 4, 5}, dtype, 1), random({0, 5, 2}, dtype, 2));
    expect_product(random({2, 3, 4, 0}, dtype, 1), random({0, 2}, dtype, 2));
    expect_product(random({8, 4, 50, 40}, dtype, 1), random({8, 4, 30, 40}, dtype, 2).transpose(2, 3));   // attention
    expect_product(random({8, 50, 4, 40}, dtype, 1).transpose(1, 2), random({8, 30, 4, 40}, dtype, 2).permute({0, 2, 3, 1}));
  }
}

// Each way to a product alone, with bias and accumulation, in memory with gaps.
template <class T, class Way>
void expect_way(Way&& way, const char* name) {
  for (std::int64_t m : {1, 5, 40})
    for (std::int64_t n : {1, 6, 50})
      for (std::int64_t k : {1, 9, 60})
        for (int manner = 0; manner < 16; ++manner) {
          const bool ta = manner & 1, tb = manner & 2, with_bias = manner & 4, accumulate = manner & 8;
          const std::int64_t a_stride = (ta ? m : k) + 3, b_stride = (tb ? k : n) + 2, c_stride = n + 1;
          Generator g(static_cast<std::uint64_t>(manner));
          const auto fill = [&](std::int64_t count) {
            std::vector<T> v(static_cast<std::size_t>(count));
            for (T& x : v) x = static_cast<T>(g.normal());
            return v;
          };
          const std::vector<T> a = fill(a_stride * (ta ? k : m)), b = fill(b_stride * (tb ? n : k)), bias = fill(n);
          std::vector<T> c = fill(c_stride * m), want = c;
          // What is in c must not matter, unless it is to be added to.
          for (std::int64_t i = 0; i < m && !accumulate; ++i) std::fill_n(&c[i * c_stride], n, std::numeric_limits<T>::quiet_NaN());
          for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
              double sum = (accumulate ? want[i * c_stride + j] : 0) + (with_bias ? bias[j] : 0);
              for (std::int64_t t = 0; t < k; ++t)
                sum += double(a[ta ? t * a_stride + i : i * a_stride + t]) * double(b[tb ? j * b_stride + t : t * b_stride + j]);
              want[i * c_stride + j] = static_cast<T>(sum);
            }
          const kernels::Product<T> p{.m = m, .n = n, .k = k, .a = {a.data(), a_stride, ta}, .b = {b.data(), b_stride, tb}, .c = c.data(),
                                      .c_stride = c_stride, .bias = with_bias ? bias.data() : nullptr, .accumulate = accumulate};
          if (!way(p)) continue;
          const double tolerance = (sizeof(T) == 4 ? 3e-6 : 1e-14) * (3 + static_cast<double>(k));
          for (std::size_t i = 0; i < c.size(); ++i)
            ASSERT_NEAR(c[i], want[i], tolerance) << name << " " << m << " " << n << " " << k << " manner " << manner << " at " << i;
        }
}

TEST(Gemm, EveryWayAgreesWithTheDefinition) {
  const auto always = [](auto f) { return [f](const auto& p) { return f(p), true; }; };
  const auto small = always([](const auto& p) { kernels::gemm_small(p); });
  const auto blas = always([](const auto& p) { kernels::blas_gemm(p); });
  const auto packed = always([](const auto& p) { kernels::packed_gemm(p); });
  const auto chosen = always([](const auto& p) { kernels::gemm(p); });
  expect_way<float>(small, "small");
  expect_way<double>(small, "small");
  expect_way<float>(blas, "blas");
  expect_way<double>(blas, "blas");
  expect_way<float>(packed, "packed");
  expect_way<double>(packed, "packed");
  expect_way<float>(chosen, "gemm");
  expect_way<double>(chosen, "gemm");
  expect_way<float>([](const auto& p) { return kernels::dnnl_gemm(p); }, "oneDNN");
}

// Whole numbers, whose products are exact in any order, in memory that ends where the matrix does.
template <class T>
void expect_exact(std::int64_t m, std::int64_t n, std::int64_t k, int manner, std::int64_t down = 1, std::int64_t right = 1) {
  const bool ta = manner & 1, tb = manner & 2, with_bias = manner & 4, accumulate = manner & 8;
  const auto numbers = [](std::int64_t count, int prime, int most) {
    std::vector<T> v(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>(static_cast<int>(i * static_cast<std::size_t>(prime) % 13) - most);
    return v;
  };
  const std::vector<T> a = numbers(m * k, 7919, 6), b = numbers(k * n, 104729, 5), bias = numbers(n, 31, 4), before = numbers(m * n, 17, 3);
  std::vector<T> c = before;
  if (!accumulate) std::fill(c.begin(), c.end(), std::numeric_limits<T>::quiet_NaN());
  kernels::packed_gemm(kernels::Product<T>{.m = m, .n = n, .k = k, .a = {a.data(), ta ? m : k, ta}, .b = {b.data(), tb ? k : n, tb},
                                           .c = c.data(), .c_stride = n, .bias = with_bias ? bias.data() : nullptr,
                                           .accumulate = accumulate});
  for (std::int64_t i = 0; i < m; i += down)
    for (std::int64_t j = 0; j < n; j += right) {
      T sum = (with_bias ? bias[j] : 0) + (accumulate ? before[i * n + j] : 0);
      for (std::int64_t t = 0; t < k; ++t) sum += a[ta ? t * m + i : i * k + t] * b[tb ? j * k + t : t * n + j];
      ASSERT_EQ(c[i * n + j], sum) << m << " x " << n << " x " << k << " manner " << manner << " at " << i << ", " << j;
    }
}

// Every height and width of what is left over of tiles, and every number of terms that is left over of what is turned at a time.
TEST(Gemm, PackedTilesEndAnywhere) {
  int manner = 0;
  for (std::int64_t m = 1; m <= 26; ++m)
    for (std::int64_t n = 1; n <= 70; ++n, ++manner) {
      expect_exact<float>(m, n, 1 + manner % 6, manner % 16);
      expect_exact<double>(m, n, 1 + manner % 6, manner % 16);
      if (HasFatalFailure()) return;
    }
  for (std::int64_t k = 1; k <= 40; ++k) {
    expect_exact<float>(13, 83, k, static_cast<int>(k) % 16);
    expect_exact<double>(65, 41, k, static_cast<int>(k * 5) % 16);
  }
}

// Larger than what is rearranged at a time in each direction, by a little and by a lot.
TEST(Gemm, PackedLoopsGoOnFromBlockToBlock) {
  int manner = 0;
  for (auto [m, n, k] : {std::array{193, 33, 257}, std::array{500, 40, 700}, std::array{20, 4200, 130}, std::array{66, 2049, 3}})
    for (int i = 0; i < 4; ++i, manner += 5) {
      expect_exact<float>(m, n, k, manner % 16, 17, 13);
      expect_exact<double>(m, n, k, manner % 16, 17, 13);
    }
}

// Each number of c is a sum of its own in the order of the terms, whoever else is computed beside it, and the same again and again.
TEST(Gemm, PackedBitsDoNotDependOnTheTile) {
  const Array a = random({150, 500}, f32, 1), b = random({500, 200}, f32, 2);
  const auto product = [&](std::int64_t rows, std::int64_t columns) {
    std::vector<float> c(static_cast<std::size_t>(rows * columns));
    kernels::packed_gemm(kernels::Product<float>{.m = rows, .n = columns, .k = 500, .a = {a.data<float>(), 500},
                                                 .b = {b.data<float>(), 200}, .c = c.data(), .c_stride = columns});
    return c;
  };
  const std::vector<float> all = product(150, 200);
  EXPECT_EQ(product(150, 200), all);
  for (const auto& [rows, columns] : {std::array{149, 200}, std::array{70, 131}, std::array{5, 64}, std::array{2, 17}}) {
    const std::vector<float> some = product(rows, columns);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) ASSERT_EQ(some[i * columns + j], all[i * 200 + j]) << rows << " x " << columns;
  }
}

TEST(Gemm, OneDnnTakesEveryManner) {
#ifdef GRADUS_ONEDNN
  int refused = 0;
  expect_way<float>([&](const auto& p) { return kernels::dnnl_gemm(p) || (++refused, false); }, "oneDNN");
  EXPECT_EQ(refused, 0);
#else
  GTEST_SKIP() << "built without oneDNN";
#endif
}

TEST(Gemm, OldKernelsAreKnownByTheirCores) {
  if (!kernels::blas_description().starts_with("OpenBLAS")) GTEST_SKIP() << "built without OpenBLAS";
  using kernels::Level;
  for (const char* core : {"Prescott", "Nehalem", "Barcelona", "Core2"}) {
    EXPECT_TRUE(kernels::blas_core_is_old(core, Level::v3)) << core;
    EXPECT_TRUE(kernels::blas_core_is_old(core, Level::v4)) << core;
    EXPECT_FALSE(kernels::blas_core_is_old(core, Level::v2)) << core;
  }
  for (const char* core : {"Haswell", "Zen", "SkylakeX", "Cooperlake", "Sapphirerapids", "a core that does not exist yet"})
    EXPECT_FALSE(kernels::blas_core_is_old(core, Level::v4)) << core;
}

TEST(Gemm, NanAndInfinityPass) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  for (std::int64_t size : {2, 40, 80}) {
    for (Dtype dtype : {f32, f64}) {
      Tensor a = full({size, size}, 0, dtype), b = full({size, size}, 1, dtype);
      EXPECT_EQ(matmul(a, b).value().at({0, 0}), 0);
      EXPECT_TRUE(std::isnan(matmul(a, full({size, size}, inf, dtype)).value().at({0, 0})));   // 0·∞
      EXPECT_TRUE(std::isnan(matmul(a, full({size, size}, nan, dtype)).value().at({0, 0})));
    }
  }
}

TEST(Matmul, GradientsToSecondOrder) {
  const auto product = [](const auto& x) { return matmul(x[0], x[1]); };
  const auto r = [](const Shape& shape, std::uint64_t seed) { return Tensor(random(shape, f64, seed)); };
  check_gradients(product, {r({3, 4}, 1), r({4, 2}, 2)});
  check_gradients(product, {r({1, 4}, 1), r({4, 1}, 2)});
  check_gradients(product, {r({2, 3, 4}, 1), r({2, 4, 2}, 2)});
  check_gradients(product, {r({2, 3, 4}, 1), r({4, 2}, 2)});
  check_gradients(product, {r({3, 4}, 1), r({2, 4, 2}, 2)});
  check_gradients(product, {r({2, 1, 3, 4}, 1), r({3, 4, 2}, 2)});
  check_gradients([](const auto& x) { return matmul(transpose(x[0]), transpose(x[1])); }, {r({4, 3}, 1), r({2, 4}, 2)});
  check_gradients([](const auto& x) { return matmul(x[0], x[0]); }, {r({3, 3}, 1)});
  check_gradients(product, {r({2, 0}, 1), r({0, 3}, 2)});
}

TEST(Linear, IsTheProductPlusBias) {
  const Tensor x(random({2, 3, 5}, f64, 1)), w(random({4, 5}, f64, 2)), b(random({4}, f64, 3));
  const Tensor want = matmul(x, transpose(w)) + b;
  expect_near(linear(x, w, b).value().to_vector(), want.value().to_vector(), 1e-14);
  expect_near(linear(x, w).value().to_vector(), (want - b).value().to_vector(), 1e-14);
  EXPECT_EQ(linear(x, w, b).shape(), (Shape{2, 3, 4}));
  EXPECT_EQ(linear(Tensor(random({5}, f64, 1)), w, b).shape(), Shape{4});
  expect_near(linear(x.to(f32), w.to(f32), b.to(f32)).value().to_vector(), want.value().to_vector(), 1e-5);
  // A view as weight, as bias, as input.
  const Tensor xt(random({5, 7}, f64, 4).transpose(0, 1)), wt(random({5, 4}, f64, 2).transpose(0, 1));
  const Tensor strided(random({8}, f64, 3).slice(0, 0, 8, 2));
  expect_near(linear(xt, wt, strided).value().to_vector(), (matmul(xt, transpose(wt)) + strided).value().to_vector(), 1e-14);
}

TEST(Linear, GradientsToSecondOrder) {
  const auto r = [](const Shape& shape, std::uint64_t seed) { return Tensor(random(shape, f64, seed)); };
  const auto f = [](const auto& x) { return linear(x[0], x[1], x[2]); };
  check_gradients(f, {r({3, 4}, 1), r({2, 4}, 2), r({2}, 3)});
  check_gradients(f, {r({2, 3, 4}, 1), r({2, 4}, 2), r({2}, 3)});
  check_gradients(f, {r({4}, 1), r({2, 4}, 2), r({2}, 3)});
  check_gradients(f, {r({0, 4}, 1), r({2, 4}, 2), r({2}, 3)});
  check_gradients([](const auto& x) { return linear(x[0], x[1]); }, {r({3, 1}, 1), r({1, 1}, 2)});
}

TEST(Bilinear, IsTheSumOfAllProductsPlusBias) {
  const Tensor a = random({3, 2}, f64, 1), b = random({3, 4}, f64, 2), w = random({5, 2, 4}, f64, 3), c = random({5}, f64, 4);
  const Tensor wide = reshape(a, {3, 1, 2, 1}) * reshape(b, {3, 1, 1, 4}) * reshape(w, {1, 5, 2, 4});
  const std::vector<double> got = bilinear(a, b, w, c).value().to_vector(), wanted = (sum(wide, {2, 3}) + c).value().to_vector();
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-14);
}

TEST(Matmul, ErrorsNameRuleAndShapes) {
  const Tensor w = variable(zeros({128, 784}), "fc1.weight");
  EXPECT_THAT(
      [&] {
        linear(zeros({64, 800}), w);
      },
      ThrowsMessage<ShapeError>(HasSubstr("linear: input has 800 features but fc1.weight expects 784: x [64, 800], weight [128, 784]")));
  EXPECT_THAT([&] { linear(zeros({64, 800}), zeros({128, 784})); }, ThrowsMessage<ShapeError>(HasSubstr("but weight expects 784")));
  EXPECT_THAT([&] { linear(zeros({64, 784}), w, zeros({64})); }, ThrowsMessage<ShapeError>(HasSubstr("bias must be [128]")));
  EXPECT_THAT([&] { linear(zeros({64, 784}), zeros({784})); }, ThrowsMessage<ShapeError>(HasSubstr("weight must be [outputs, inputs]")));
  EXPECT_THAT([&] { linear(tensor(1.0), w); }, ThrowsMessage<ShapeError>(HasSubstr("at least 1 dimension")));
  EXPECT_THAT([&] { linear(zeros({64, 784}, f64), w); },
              ThrowsMessage<DtypeError>(testing::AllOf(HasSubstr("x [64, 784] f64"), HasSubstr("fc1.weight [128, 784] f32"))));
  EXPECT_THAT([&] { matmul(zeros({2, 3}), zeros({4, 5})); },
              ThrowsMessage<ShapeError>(HasSubstr("matmul: inner dimensions differ: [2, 3] f32 x [4, 5] f32")));
  EXPECT_THAT([&] { matmul(zeros({}), zeros({3, 5})); }, ThrowsMessage<ShapeError>(HasSubstr("at least 1 dimension")));
  EXPECT_THAT([&] { matmul(zeros({2, 3}), zeros({3, 5}, f64)); }, ThrowsMessage<DtypeError>(HasSubstr("[2, 3] f32 x [3, 5] f64")));
  EXPECT_THAT([&] { matmul(zeros({2, 3}, i64), zeros({3, 5}, i64)); }, ThrowsMessage<DtypeError>(HasSubstr("needs f32 or f64")));
  EXPECT_THAT([&] { matmul(zeros({2, 3, 3}), zeros({4, 3, 5})); },
              ThrowsMessage<ShapeError>(HasSubstr("leading dimensions do not broadcast: [2, 3, 3] f32 x [4, 3, 5] f32")));
}

// The gradient of a batch of data would be as large as the batch.
TEST(Matmul, UnwantedGradientsAreNotComputed) {
  const Tensor x = zeros({4000, 500}), w = variable(zeros({2, 500}));
  for (const Tensor& y : {linear(x, w), matmul(x, transpose(w)), matmul(reshape(x, {40, 100, 500}), transpose(w))}) {
    const Tensor loss = sum(y);
    pool::reset_peak();
    const std::int64_t before = pool::peak_bytes();
    loss.backward();
    EXPECT_LT(pool::peak_bytes() - before, x.size());
  }
  EXPECT_TRUE(w.grad().defined());
}

TEST(Threads, ResultsAgreeForEveryNumberOfThreads) {
  const int ours = num_threads();
  for (Dtype dtype : {f32, f64}) {
    const Array a = random({150, 90}, dtype, 1), b = random({90, 130}, dtype, 2);
    for (int n : {1, 2, 5}) {
      set_threads(n);
      expect_product(a, b);
    }
  }
  set_threads(ours);
}

}  // namespace gradus::matmul_test
