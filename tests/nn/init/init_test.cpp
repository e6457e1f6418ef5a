// Initial values: their distributions against the formulas, and what is refused.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/nn/init/init.h>

namespace init_test {

using namespace gradus;
using nn::init::Fan;
using nn::init::Nonlinearity;

struct Statistics {
  double mean = 0, deviation = 0, largest = 0;
};
Statistics statistics(const Parameter& p) {
  Statistics s;
  const std::vector<double> values = p.value().to_vector();
  const double n = static_cast<double>(values.size());
  for (double v : values) {
    s.mean += v / n;
    s.deviation += v * v / n;
    s.largest = std::max(s.largest, std::abs(v));
  }
  s.deviation = std::sqrt(s.deviation - s.mean * s.mean);
  return s;
}

// 72,000 numbers with fan in 20·9 = 180 and fan out 400·9 = 3600: a mean is good to deviation / 268, a deviation to 0.3 %.
Parameter weight() { return Parameter(Array::zeros({400, 20, 3, 3}, f64)); }

void expect_uniform(const Parameter& p, double deviation) {
  const Statistics s = statistics(p);
  EXPECT_NEAR(s.mean, 0, deviation / 50);
  EXPECT_NEAR(s.deviation, deviation, deviation / 50);
  EXPECT_LE(s.largest, std::sqrt(3.0) * deviation * (1 + 1e-12));
  EXPECT_GE(s.largest, 0.99 * std::sqrt(3.0) * deviation);
}
void expect_normal(const Parameter& p, double deviation) {
  const Statistics s = statistics(p);
  EXPECT_NEAR(s.mean, 0, deviation / 50);
  EXPECT_NEAR(s.deviation, deviation, deviation / 50);
  EXPECT_GE(s.largest, 3.5 * deviation);                // tails that a uniform distribution has not
}

TEST(Init, FansAreCountedAsInPyTorch) {
  const auto matrix = nn::init::fans({3, 5}), kernel = nn::init::fans({8, 4, 3, 2}), grouped = nn::init::fans({8, 1, 5});
  EXPECT_EQ(matrix.in, 5);
  EXPECT_EQ(matrix.out, 3);
  EXPECT_EQ(kernel.in, 24);
  EXPECT_EQ(kernel.out, 48);
  EXPECT_EQ(grouped.in, 5);
  EXPECT_EQ(grouped.out, 40);
  EXPECT_THROW(nn::init::fans({7}), ShapeError);
  EXPECT_THROW(nn::init::fans({}), ShapeError);
}

TEST(Init, Kaiming) {
  Generator g(1);
  Parameter p = weight();
  nn::init::kaiming_uniform(p, {}, g);
  expect_uniform(p, std::sqrt(2.0 / 180));
  nn::init::kaiming_uniform(p, {.a = std::sqrt(5.0)}, g);
  expect_uniform(p, std::sqrt(1.0 / 3 / 180));
  nn::init::kaiming_uniform(p, {.mode = Fan::out, .nonlinearity = Nonlinearity::tanh}, g);
  expect_uniform(p, 5.0 / 3 / std::sqrt(3600.0));
  nn::init::kaiming_normal(p, {.nonlinearity = Nonlinearity::relu}, g);
  expect_normal(p, std::sqrt(2.0 / 180));
  nn::init::kaiming_normal(p, {.mode = Fan::out, .nonlinearity = Nonlinearity::linear}, g);
  expect_normal(p, std::sqrt(1.0 / 3600));
}

TEST(Init, Xavier) {
  Generator g(2);
  Parameter p = weight();
  nn::init::xavier_uniform(p, 1, g);
  expect_uniform(p, std::sqrt(2.0 / 3780));
  nn::init::xavier_normal(p, 2, g);
  expect_normal(p, 2 * std::sqrt(2.0 / 3780));
}

TEST(Init, UniformNormalAndConstant) {
  Generator g(3);
  Parameter p = weight();
  nn::init::uniform(p, 2, 4, g);
  const Statistics u = statistics(p);
  EXPECT_NEAR(u.mean, 3, 0.02);
  EXPECT_NEAR(u.deviation, 2 / std::sqrt(12.0), 0.02);
  nn::init::normal(p, -1, 0.5, g);
  const Statistics n = statistics(p);
  EXPECT_NEAR(n.mean, -1, 0.02);
  EXPECT_NEAR(n.deviation, 0.5, 0.02);
  nn::init::constant(p, 0.25);
  EXPECT_THAT(p.value().to_vector(), testing::Each(0.25));
  nn::init::ones(p);
  EXPECT_THAT(p.value().to_vector(), testing::Each(1));
  nn::init::zeros(p);
  EXPECT_THAT(p.value().to_vector(), testing::Each(0));
}

TEST(Init, SameSeedSameNumbersAndTheLeafStays) {
  Generator a(9), b(9);
  Parameter p = weight(), q = weight();
  const Leaf* leaf = p.leaf().get();
  nn::init::kaiming_normal(p, {}, a);
  nn::init::kaiming_normal(q, {}, b);
  EXPECT_EQ(p.value().to_vector(), q.value().to_vector());
  EXPECT_EQ(p.leaf().get(), leaf);
  nn::init::kaiming_normal(q, {}, b);
  EXPECT_NE(p.value().to_vector(), q.value().to_vector());
}

TEST(Init, RefusesWhatMakesNoSense) {
  Parameter vector(Array::full({5}, 7)), undefined, empty(Array::zeros({0, 3}));
  EXPECT_THROW(nn::init::kaiming_uniform(vector), ShapeError);
  EXPECT_THROW(nn::init::xavier_normal(vector), ShapeError);
  EXPECT_THROW(nn::init::zeros(undefined), ValueError);
  EXPECT_THROW(nn::init::kaiming_normal(undefined), ValueError);
  EXPECT_THROW(nn::init::uniform(vector, 2, 1), ValueError);
  EXPECT_THROW(nn::init::normal(vector, 0, -1), ValueError);
  EXPECT_THROW(nn::init::normal(vector, std::numeric_limits<double>::quiet_NaN()), ValueError);
  EXPECT_EQ(vector.value().to_vector(), std::vector<double>(5, 7));
  nn::init::kaiming_uniform(empty);
  nn::init::xavier_uniform(empty);
  EXPECT_EQ(empty.shape(), (Shape{0, 3}));
}

}  // namespace init_test
