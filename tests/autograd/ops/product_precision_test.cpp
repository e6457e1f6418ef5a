// Products in bf16: they are the products of the rounded operands, with their gradients; what they leave alone; whom the setting reaches.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>
#include <thread>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/product_precision.h>
#include <gradus/autograd/build_info.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/einsum.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/checkpoint.h>
#include <gradus/autograd/walk/grad.h>

namespace gradus::product_precision_test {

constexpr auto bf16_products = ProductPrecision::bf16, f32_products = ProductPrecision::f32;

bool available() { return build_info().bf16.starts_with("by "); }
#define NEEDS_BF16() \
  if (!available()) GTEST_SKIP() << "bf16: " << build_info().bf16

Tensor numbers(const Shape& shape, std::uint64_t seed) {
  Generator g(seed);
  return randn(shape, g);
}
Tensor rounded(const Tensor& x) { return Tensor(x.value().to(bf16).to(f64)); }
std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

template <class F, class... X>
auto in_bf16(const F& f, const X&... x) {
  const ProductPrecisionScope scope(bf16_products);
  return f(x...);
}

using Product = std::function<Tensor(const Tensor&, const Tensor&)>;

// f is bilinear: what it makes of rounded operands in f64 differs by the additions in f32 alone, each of which is wrong by 2^-24 of what
// has been added up.
void expect_products_of_rounded(const Product& f, const Tensor& a, const Tensor& b, std::int64_t terms) {
  SCOPED_TRACE(text(a.shape(), " and ", b.shape()));
  const std::vector<double> got = values(in_bf16(f, a, b)), want = values(f(rounded(a), rounded(b)));
  const std::vector<double> sizes = values(f(abs(rounded(a)), abs(rounded(b)))), exact = values(f(a, b));
  double rounding = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_LE(std::abs(got[i] - want[i]), static_cast<double>(terms) * 0x1p-23 * sizes[i]) << "at " << i;
    ASSERT_LE(std::abs(got[i] - exact[i]), (0x1p-7 + 0x1p-16 + static_cast<double>(terms) * 0x1p-22) * 1.01 * sizes[i]) << "at " << i;
    rounding = std::max(rounding, std::abs(got[i] - exact[i]));
  }
  EXPECT_GT(rounding, 1e-4) << "nothing was rounded";
}

TEST(ProductPrecision, MatricesInEveryLayout) {
  NEEDS_BF16();
  for (const auto& [m, n, k] : {std::array<std::int64_t, 3>{128, 64, 96}, {65, 67, 129}, {2, 700, 300}, {300, 3, 333}, {64, 64, 1100}}) {
    SCOPED_TRACE(text(m, " x ", n, " x ", k));
    const Tensor a = numbers({m, k}, 1), b = numbers({k, n}, 2), at = numbers({k, m}, 3), bt = numbers({n, k}, 4);
    const Tensor wide = slice(numbers({m, k + 7}, 5), 1, 3, k + 3);   // rows that lie apart
    expect_products_of_rounded([](auto& x, auto& y) { return matmul(x, y); }, a, b, k);
    expect_products_of_rounded([](auto& x, auto& y) { return matmul(transpose(x), y); }, at, b, k);
    expect_products_of_rounded([](auto& x, auto& y) { return matmul(x, transpose(y)); }, a, bt, k);
    expect_products_of_rounded([](auto& x, auto& y) { return matmul(transpose(x), transpose(y)); }, at, bt, k);
    expect_products_of_rounded([](auto& x, auto& y) { return matmul(x, y); }, wide, b, k);
    expect_products_of_rounded([](auto& x, auto& y) { return linear(x, y, {}); }, a, bt, k);
  }
}

TEST(ProductPrecision, BatchesSumsAndBiases) {
  NEEDS_BF16();
  expect_products_of_rounded([](auto& x, auto& y) { return matmul(x, y); }, numbers({3, 1, 64, 80}, 1), numbers({2, 80, 70}, 2), 80);
  const Tensor rows = numbers({4, 70, 90}, 3), columns = numbers({4, 80, 90}, 4);
  expect_products_of_rounded([](auto& x, auto& y) { return einsum("bij,bkj->bik", {x, y}); }, rows, columns, 90);
  const Tensor x = numbers({128, 96}, 5), w = numbers({64, 96}, 6), bias = numbers({64}, 7);
  const Tensor with = in_bf16([&] { return linear(x, w, bias); }), without = in_bf16([&] { return linear(x, w, {}); });
  EXPECT_LT(max(abs(with - (without + bias))).item(), 1e-5);   // the bias is not rounded
}

TEST(ProductPrecision, Convolutions) {
  NEEDS_BF16();
  const Tensor images = numbers({4, 16, 12, 12}, 1), taps = numbers({32, 16, 3, 3}, 2);
  expect_products_of_rounded([](auto& x, auto& w) { return conv2d(x, w, {}, {.padding = 1}); }, images, taps, 16 * 9);
  expect_products_of_rounded([](auto& x, auto& w) { return conv2d(x, w, {}, {.stride = 2}); }, images, taps, 16 * 9);
  expect_products_of_rounded([](auto& x, auto& w) { return conv2d(x, w); }, numbers({4, 64, 16, 16}, 6), numbers({64, 64, 1, 1}, 3), 64);
  expect_products_of_rounded([](auto& x, auto& w) { return conv1d(x, w); }, numbers({4, 32, 50}, 4), numbers({32, 32, 3}, 5), 32 * 3);
  expect_products_of_rounded([](auto& x, auto& w) { return conv_transpose2d(x, w); }, images, numbers({16, 32, 3, 3}, 6), 16 * 9);
}

// The gradient by one operand is a product of the other, rounded, and of the slopes, rounded.
TEST(ProductPrecision, Gradients) {
  NEEDS_BF16();
  struct Case { Product f; Shape a, b; std::int64_t terms; };
  for (const Case& c : {Case{[](auto& x, auto& y) { return matmul(x, y); }, {96, 70}, {70, 80}, 96},
                        Case{[](auto& x, auto& y) { return linear(x, y, {}); }, {2, 64, 70}, {80, 70}, 128},
                        Case{[](auto& x, auto& w) { return conv2d(x, w, {}, {.padding = 1}); }, {4, 16, 12, 12}, {32, 16, 3, 3}, 576}}) {
    const Tensor a = numbers(c.a, 1), b = numbers(c.b, 2), g = numbers(c.f(a, b).shape(), 3);
    const auto by = [&](bool second) {
      return [&c, second](const Tensor& other, const Tensor& slopes) {   // bilinear in what stands beside, and in the slopes
        const Tensor x = variable(zeros(second ? c.b : c.a, other.dtype()));
        return grad(sum((second ? c.f(other, x) : c.f(x, other)) * slopes), x);
      };
    };
    expect_products_of_rounded(by(false), b, g, c.terms);
    expect_products_of_rounded(by(true), a, g, c.terms);
  }
}

TEST(ProductPrecision, ABackwardPassHasThePrecisionOfItsForwardPass) {
  NEEDS_BF16();
  const auto gradients = [](ProductPrecision forward, ProductPrecision backward, bool again) {
    const Tensor x = variable(numbers({96, 80}, 1)), w = variable(numbers({64, 80}, 2)), taps = variable(numbers({16, 8, 3, 3}, 3));
    const auto f = [&](const Tensor& v) {
      const Tensor y = tanh(linear(v, w, {}));
      return sum(square(matmul(transpose(y), v))) + sum(square(conv2d(reshape(y, {3, 8, 16, 16}), taps)));
    };
    Tensor loss;
    {
      const ProductPrecisionScope scope(forward);
      loss = again ? checkpoint(f, x) : f(x);
    }
    const ProductPrecisionScope scope(backward);
    loss.backward();
    return std::array{values(x.grad()), values(w.grad()), values(taps.grad())};
  };
  const auto exact = gradients(f32_products, f32_products, false), low = gradients(bf16_products, bf16_products, false);
  EXPECT_NE(exact, low);
  for (const bool again : {false, true}) {
    EXPECT_EQ(gradients(bf16_products, f32_products, again), low);
    EXPECT_EQ(gradients(f32_products, bf16_products, again), exact);
  }
}

TEST(ProductPrecision, SecondOrder) {
  NEEDS_BF16();
  const ProductPrecisionScope scope(bf16_products);
  const Tensor x = variable(numbers({70, 90}, 1)), w = numbers({64, 90}, 2);
  const Tensor first = grad(sum(square(linear(x, w, {}))), x, {.create_graph = true}), second = grad(sum(square(first)), x);
  const Tensor exact_x = variable(x.detach().to(f64)), exact_w = w.to(f64);
  const Tensor exact_first = grad(sum(square(linear(exact_x, exact_w, {}))), exact_x, {.create_graph = true});
  const Tensor exact = grad(sum(square(exact_first)), exact_x);
  EXPECT_LT(norm(second.to(f64) - exact).item() / norm(exact).item(), 0.02);
}

TEST(ProductPrecision, NanAndInfinityArrive) {
  NEEDS_BF16();
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  Array a = full({80, 80}, 1).value();
  float* const numbers_of_a = a.mutable_data<float>();
  numbers_of_a[5 * 80 + 7] = static_cast<float>(nan), numbers_of_a[6 * 80 + 8] = static_cast<float>(-infinity);
  numbers_of_a[7 * 80 + 9] = std::numeric_limits<float>::max();   // above the largest bf16: infinity
  const Array c = in_bf16([&] { return matmul(Tensor(a), full({80, 80}, 1)).value(); });
  EXPECT_TRUE(std::isnan(c.at({5, 3})));
  EXPECT_EQ(c.at({6, 3}), -infinity);
  EXPECT_EQ(c.at({7, 3}), infinity);
  EXPECT_EQ(c.at({4, 3}), 80);
}

TEST(ProductPrecision, TheSameBitsAgain) {
  NEEDS_BF16();
  const int threads = num_threads();
  for (const int n : {1, 3}) {
    set_threads(n);
    const auto run = [] {
      const Tensor a = numbers({300, 200}, 1), b = numbers({200, 150}, 2);
      const Tensor images = numbers({8, 16, 12, 12}, 3), taps = numbers({32, 16, 3, 3}, 4);
      return in_bf16([&] { return std::pair{values(matmul(a, b)), values(conv2d(images, taps))}; });
    };
    EXPECT_EQ(run(), run());
  }
  set_threads(threads);
}

// f64, small products, vectors, and everything on a processor without such products.
TEST(ProductPrecision, WhatStaysAsItIs) {
  const auto same = [](const Product& f, const Tensor& a, const Tensor& b) {
    EXPECT_EQ(values(in_bf16(f, a, b)), values(f(a, b))) << a.shape() << " x " << b.shape() << " " << a.dtype();
  };
  const Product product = [](auto& x, auto& y) { return matmul(x, y); };
  same(product, numbers({100, 90}, 1).to(f64), numbers({90, 80}, 2).to(f64));
  same(product, numbers({16, 16}, 1), numbers({16, 16}, 2));
  same(product, numbers({1, 900}, 1), numbers({900, 800}, 2));
  same(product, numbers({3, 0}, 1), numbers({0, 5}, 2));
  same(product, numbers({0, 300}, 1), numbers({300, 300}, 2));
  if (available()) return;
  same(product, numbers({100, 90}, 1), numbers({90, 80}, 2));
  same([](auto& x, auto& w) { return conv2d(x, w); }, numbers({4, 16, 12, 12}, 1), numbers({32, 16, 3, 3}, 2));
}

TEST(ProductPrecision, WhomTheSettingReaches) {
  EXPECT_EQ(product_precision(), f32_products);
  const auto elsewhere = [] {
    ProductPrecision seen{};
    std::thread([&] { seen = product_precision(); }).join();
    return seen;
  };
  {
    const ProductPrecisionScope outer(bf16_products);
    EXPECT_EQ(product_precision(), bf16_products);
    EXPECT_EQ(elsewhere(), f32_products);   // a scope is its thread's
    try {
      const ProductPrecisionScope inner(f32_products);
      EXPECT_EQ(product_precision(), f32_products);
      matmul(zeros({2, 3}), zeros({2, 3}));
    } catch (const ShapeError&) {
    }
    EXPECT_EQ(product_precision(), bf16_products);
  }
  set_product_precision(bf16_products);
  EXPECT_EQ(product_precision(), bf16_products);
  EXPECT_EQ(elsewhere(), bf16_products);
  set_product_precision(f32_products);
  EXPECT_EQ(product_precision(), f32_products);
}

}  // namespace gradus::product_precision_test
