// Dropout: its mask is Philox's, word for word; its share, scale and gradients.
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::dropout_test {

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

TEST(Dropout, TheMaskIsPhiloxKeyedByTheGeneratorsFork) {
  for (std::int64_t n : {1, 3, 127, 128, 129, 1000}) {
    Generator g(42, 7), same(42, 7);
    const double p = 0.3;
    const Tensor y = dropout(ones({n}, f64), p, g);
    const std::uint64_t key = same.fork();
    for (std::int64_t i = 0; i < n; ++i) {
      const auto words = philox({static_cast<std::uint32_t>(i / 4), 0, 0, 0},
                                {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
      const bool kept = words[static_cast<std::size_t>(i % 4)] >= static_cast<std::uint32_t>(p * 0x1p32);
      ASSERT_EQ(y.value().at({i}), kept ? 1 / (1 - p) : 0) << i;
    }
    EXPECT_EQ(g.state().position, same.state().position);
  }
}

TEST(Dropout, DependsNeitherOnThreadsNorOnShape) {
  const int before = num_threads();
  const Array x = random({100, 1003}, 1, f32).value();
  const auto drop = [](const Array& a, int threads) {
    set_threads(threads);
    Generator g(5);
    return dropout(a, 0.5, g).value().to_vector();
  };
  const auto one = drop(x, 1);
  EXPECT_EQ(drop(x, 3), one);
  EXPECT_EQ(drop(x.reshape({1003, 100}), 2), one);
  EXPECT_EQ(drop(x.transpose(0, 1).contiguous_copy().transpose(0, 1), 2), one);
  set_threads(before);
}

TEST(Dropout, EachCallDrawsAnotherMaskAndASeedRepeatsIt) {
  Generator g(1), again(1);
  const auto first = dropout(ones({100}), 0.5, g).value().to_vector(), second = dropout(ones({100}), 0.5, g).value().to_vector();
  EXPECT_NE(first, second);
  EXPECT_EQ(dropout(ones({100}), 0.5, again).value().to_vector(), first);
}

TEST(Dropout, KeepsTheExpectedShareAndTheMean) {
  Generator g(3);
  for (double p : {0.1, 0.5, 0.9}) {
    const std::int64_t n = 1'000'000;
    const Tensor y = dropout(ones({n}), p, g);
    const double kept = sum(y != 0).item() / double(n), deviation = std::sqrt(p * (1 - p) / double(n));
    EXPECT_NEAR(kept, 1 - p, 5 * deviation);
    EXPECT_NEAR(max(y).item(), 1 / (1 - p), 1e-5);
  }
}

TEST(Dropout, ProbabilityZeroAndOne) {
  Generator g(1);
  const Tensor x = variable(random({10}, 1, f32));
  EXPECT_EQ(dropout(x, 0, g).value().raw(), x.value().raw());
  const Tensor y = dropout(x * std::numeric_limits<double>::infinity(), 1, g);
  expect_near(y, Array::zeros({10}), 0);
  expect_near(grad(dropout(x, 1, g), x, {.seed = ones({10})}), Array::zeros({10}), 0);
}

TEST(Dropout, DroppedInfinitiesAreZero) {
  Generator g(1);
  const Tensor y = dropout(full({1000}, std::numeric_limits<double>::infinity()), 0.5, g);
  EXPECT_FALSE(std::isnan(sum(y).item()));
  EXPECT_GT(sum(y == 0).item(), 400);
}

TEST(Dropout, GradientsToSecondOrder) {
  for (const Shape& shape : {Shape{3, 4}, Shape{1}, Shape{0, 2}, Shape{}}) {
    check_gradients([](const auto& v) { Generator g(2); return square(dropout(v[0] * v[0], 0.4, g)); }, {random(shape)});
  }
  check_gradients([](const auto& v) { Generator g(2); return square(dropout(transpose(v[0]), 0.4, g)); }, {random({3, 4})});
}

// Every channel is kept whole or dropped whole, by the words of the same key that elements of [N, C] have.
TEST(Dropout, OfChannelsDrawsOneWordForEach) {
  for (const Shape& shape : {Shape{9, 7, 5}, Shape{9, 7, 3, 2}, Shape{9, 7, 2, 2, 3}, Shape{9, 7, 1, 1}}) {
    Generator g(3), same(3), alpha(3);
    const Tensor x = random(shape), kept = dropout(ones({9, 7}, f64), 0.3, same);
    Shape along = Shape::filled(shape.rank(), 1);
    along[0] = 9, along[1] = 7;
    const Tensor factor = reshape(kept, along);
    const Tensor y = shape.rank() == 3 ? dropout1d(x, 0.3, g) : shape.rank() == 4 ? dropout2d(x, 0.3, g) : dropout3d(x, 0.3, g);
    expect_near(y, (x * factor).value(), 1e-15);
    // Of selu: α where it is dropped, then a·x + b.
    const double saturated = -1.7580993408473766, a = 1 / std::sqrt(0.7 * (1 + 0.3 * saturated * saturated)), b = -a * 0.3 * saturated;
    const Tensor dropped = where(factor > 0, x, saturated) * a + b;
    expect_near(feature_alpha_dropout(x, 0.3, alpha), dropped.value(), 1e-14);
  }
  Generator g(4), same(4), once(4), again(4);
  const Tensor x = random({3, 4, 2});
  EXPECT_EQ(values(dropout2d(x, 0.5, g)), values(dropout1d(x, 0.5, same)));                       // [N, C, L]
  EXPECT_EQ(values(dropout1d(reshape(x, {12, 2}), 0.5, once)), values(dropout1d(x, 0.5, again)));  // [C, L]
}

TEST(Dropout, AlphaKeepsMeanAndVarianceOfSelu) {
  Generator g(3);
  for (const Dtype dtype : {f32, f64}) {
    const Tensor x = randn({400'001}, g, dtype), y = alpha_dropout(x, 0.2, g);
    EXPECT_NEAR(mean(y).item(), 0, 0.01);
    EXPECT_NEAR(mean(square(y)).item(), 1, 0.01);
    const double a = 1 / std::sqrt(0.8 * (1 + 0.2 * 1.7580993408473766 * 1.7580993408473766)), dropped = -1.7580993408473766 * a * 0.8;
    EXPECT_NEAR(sum(abs(y - dropped) < 1e-6).item() / 400'001, 0.2, 0.005);
  }
  const Tensor huge = full({1000}, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(std::isnan(sum(alpha_dropout(huge, 0.5, g)).item()));
  expect_near(alpha_dropout(huge, 1, g), Array::zeros({1000}), 0);
  EXPECT_EQ(alpha_dropout(huge, 0, g).value().raw(), huge.value().raw());
}

TEST(Dropout, Errors) {
  Generator g(1);
  expect_error<ValueError>([&] { dropout(zeros({2}), 1.5, g); }, {"dropout", "[0, 1]", "1.5"});
  expect_error<ValueError>([&] { dropout(zeros({2}), -0.1, g); }, {"dropout", "-0.1"});
  expect_error<ValueError>([&] { dropout(zeros({2}), std::nan(""), g); }, {"dropout", "nan"});
  expect_error<DtypeError>([&] { dropout(zeros({2}, i64), 0.5, g); }, {"dropout", "i64"});
  EXPECT_EQ(g.state().position, 0u);
}

}  // namespace gradus::dropout_test
