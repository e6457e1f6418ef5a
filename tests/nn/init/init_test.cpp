// Initial values: their distributions against the formulas, and what is refused.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/shape.h>
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

// The largest distance between the values' distribution and a normal one's part in [a, b], times √n: above 2 once in 1500 times.
double distance_from_truncated(const Parameter& p, double mean, double deviation, double a, double b) {
  const auto below = [&](double x) { return 0.5 * std::erfc((mean - x) / deviation / std::sqrt(2.0)); };
  const auto above = [&](double x) { return 0.5 * std::erfc((x - mean) / deviation / std::sqrt(2.0)); };
  const bool right = a > mean;   // far out the other tail has the digits
  std::vector<double> values = p.value().to_vector();
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = values[i];
    const double share = right ? (above(a) - above(x)) / (above(a) - above(b)) : (below(x) - below(a)) / (below(b) - below(a));
    const double rank = static_cast<double>(i);
    largest = std::max({largest, std::abs(share - rank / n), std::abs(share - (rank + 1) / n)});
  }
  return largest * std::sqrt(n);
}

TEST(Init, TruncNormalIsTheNormalDistributionBetweenItsBounds) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  struct Case {
    double mean, deviation, a, b;
  };
  Generator g(4);
  for (const Case& c : {Case{0, 1, -2, 2}, {1, 0.5, 0.9, inf}, {0, 0.02, -2, 2}, {0, 1, 3, inf}, {0, 1, -inf, -3}, {0, 1, 2.5, 2.6},
                        {0, 1, -0.1, 0.2}, {0, 1, 8, 9}, {5, 1, -1, 2}, {0, 1, 0.1, 0.6}}) {
    SCOPED_TRACE(testing::Message() << c.mean << " " << c.deviation << " " << c.a << " " << c.b);
    Parameter p(Array::zeros({10, 1000}, f64));
    nn::init::trunc_normal(p, c.mean, c.deviation, c.a, c.b, g);
    EXPECT_LT(distance_from_truncated(p, c.mean, c.deviation, c.a, c.b), 2);
    const std::vector<double> values = p.value().to_vector();
    EXPECT_GE(*std::min_element(values.begin(), values.end()), c.a);
    EXPECT_LE(*std::max_element(values.begin(), values.end()), c.b);
  }
  Parameter narrow(Array::zeros({1000}));
  nn::init::trunc_normal(narrow, 0, 1, -0.1, 0.1, g);
  EXPECT_EQ(narrow.dtype(), f32);
  EXPECT_THAT(narrow.value().to_vector(), testing::Each(testing::AllOf(testing::Ge(-0.1f), testing::Le(0.1f))));
}

TEST(Init, EyeAndDiracChangeNothing) {
  Parameter matrix(Array::full({2, 3}, 7));
  nn::init::eye(matrix);
  EXPECT_EQ(matrix.value().to_vector(), (std::vector<double>{1, 0, 0, 0, 1, 0}));
  const Tensor x = randn({2, 4, 5, 6});
  Parameter full(Array::full({4, 4, 3, 5}, 7)), grouped(Array::full({4, 2, 3, 3}, 7));
  nn::init::dirac(full);
  nn::init::dirac(grouped, 2);
  EXPECT_EQ(conv2d(x, full, {}, {.padding = {1, 2}}).value().to_vector(), x.value().to_vector());
  EXPECT_EQ(conv2d(x, grouped, {}, {.padding = 1, .groups = 2}).value().to_vector(), x.value().to_vector());
  Parameter wide(Array::full({3, 2, 4}, 7)), volume(Array::full({1, 2, 1, 2, 3}, 7)), empty(Array::zeros({0, 2, 3}));
  nn::init::dirac(wide);   // 4 places: the third is the middle, as in PyTorch
  EXPECT_EQ(wide.value().to_vector(), (std::vector<double>{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  nn::init::dirac(volume);
  EXPECT_EQ(volume.value().to_vector(), (std::vector<double>{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
  nn::init::dirac(empty);
}

// The largest deviation of m·mᵀ (or mᵀ·m, where there are more rows) from gain² times the identity.
double off_orthogonal(const Parameter& p, double gain) {
  const Tensor m = flatten(Tensor(p.value().to(f64)), 1);
  const Tensor product = m.dim(0) <= m.dim(1) ? matmul(m, transpose(m)) : matmul(transpose(m), m);
  double largest = 0;
  for (std::int64_t i = 0; i < product.dim(0); ++i)
    for (std::int64_t j = 0; j < product.dim(0); ++j)
      largest = std::max(largest, std::abs(product.value().at({i, j}) - (i == j) * gain * gain));
  return largest;
}

TEST(Init, OrthogonalIsOrthogonal) {
  Generator g(5);
  for (const Shape& shape : {Shape{5, 5}, {3, 8}, {8, 3}, {4, 3, 3, 2}, {1, 7}, {7, 1}}) {
    Parameter p(Array::zeros(shape, f64)), single(Array::zeros(shape));
    nn::init::orthogonal(p, 1.5, g);
    EXPECT_LT(off_orthogonal(p, 1.5), 1e-14) << shape;
    nn::init::orthogonal(single, 1, g);
    EXPECT_LT(off_orthogonal(single, 1), 1e-6) << shape;
  }
  // All are as likely: an element is positive half of the time, and so is the determinant.
  int positive = 0, turning = 0;
  Parameter p(Array::zeros({2, 2}, f64));
  for (int i = 0; i < 1000; ++i) {
    nn::init::orthogonal(p, 1, g);
    const std::vector<double> q = p.value().to_vector();
    positive += q[0] > 0;
    turning += q[0] * q[3] > q[1] * q[2];
  }
  EXPECT_NEAR(positive, 500, 5 * std::sqrt(250.0));
  EXPECT_NEAR(turning, 500, 5 * std::sqrt(250.0));
  Parameter empty(Array::zeros({0, 3}));
  nn::init::orthogonal(empty);
}

TEST(Init, SparseHasItsZerosInEveryColumn) {
  Generator g(6);
  Parameter p(Array::zeros({50, 400}, f64));
  nn::init::sparse(p, 0.33, 0.5, g);
  const std::vector<double> values = p.value().to_vector();
  std::vector<int> of_row(50);
  double squares = 0;
  for (std::size_t column = 0; column < 400; ++column) {
    int zeros = 0;
    for (std::size_t row = 0; row < 50; ++row) {
      const double value = values[row * 400 + column];
      zeros += value == 0, of_row[row] += value == 0, squares += value * value;
    }
    EXPECT_EQ(zeros, 17);   // ⌈16.5⌉
  }
  for (const int zeros : of_row) EXPECT_NEAR(zeros, 400 * 0.34, 5 * std::sqrt(400 * 0.34 * 0.66));
  EXPECT_NEAR(std::sqrt(squares / (33 * 400)), 0.5, 0.5 / 20);
  nn::init::sparse(p, 1, 0.5, g);
  EXPECT_THAT(p.value().to_vector(), testing::Each(0));
  nn::init::sparse(p, 0, 0.5, g);
  EXPECT_THAT(p.value().to_vector(), testing::Each(testing::Ne(0)));
}

TEST(Init, GainsArePyTorchs) {
  using nn::init::calculate_gain;
  EXPECT_EQ(calculate_gain(Nonlinearity::linear), 1);
  EXPECT_EQ(calculate_gain(Nonlinearity::sigmoid), 1);
  EXPECT_EQ(calculate_gain(Nonlinearity::tanh), 5.0 / 3);
  EXPECT_EQ(calculate_gain(Nonlinearity::relu), std::sqrt(2.0));
  EXPECT_EQ(calculate_gain(Nonlinearity::leaky_relu), std::sqrt(2 / (1 + 0.01 * 0.01)));
  EXPECT_EQ(calculate_gain(Nonlinearity::leaky_relu, 0.2), std::sqrt(2 / (1 + 0.2 * 0.2)));
  EXPECT_EQ(calculate_gain(Nonlinearity::selu), 0.75);
}

TEST(Init, TheStructuredOnesRefuseAndRepeatThemselves) {
  Parameter vector(Array::full({5}, 7)), matrix(Array::full({4, 6}, 7)), kernel(Array::full({4, 6, 3}, 7)), undefined;
  EXPECT_THROW(nn::init::eye(vector), ShapeError);
  EXPECT_THROW(nn::init::dirac(matrix), ShapeError);
  EXPECT_THROW(nn::init::dirac(kernel, 3), ValueError);
  EXPECT_THROW(nn::init::dirac(kernel, 0), ValueError);
  EXPECT_THROW(nn::init::orthogonal(vector), ShapeError);
  EXPECT_THROW(nn::init::orthogonal(matrix, std::nan("")), ValueError);
  EXPECT_THROW(nn::init::sparse(kernel, 0.1), ShapeError);
  EXPECT_THROW(nn::init::sparse(matrix, 1.1), ValueError);
  EXPECT_THROW(nn::init::sparse(matrix, 0.1, -1), ValueError);
  EXPECT_THROW(nn::init::trunc_normal(vector, 0, 0), ValueError);
  EXPECT_THROW(nn::init::trunc_normal(vector, 0, 1, 2, 2), ValueError);
  EXPECT_THROW(nn::init::eye(undefined), ValueError);
  EXPECT_THROW(nn::init::dirac(undefined), ValueError);
  EXPECT_THROW(nn::init::orthogonal(undefined), ValueError);
  EXPECT_THROW(nn::init::sparse(undefined, 0.5), ValueError);
  EXPECT_THROW(nn::init::trunc_normal(undefined), ValueError);
  for (const Parameter* p : {&vector, &matrix, &kernel}) EXPECT_THAT(p->value().to_vector(), testing::Each(7));
  const auto drawn = [&](auto fill) {
    Generator g(7);
    fill(g);
    return matrix.value().to_vector();
  };
  const auto orthogonal = [&](Generator& g) { nn::init::orthogonal(matrix, 1, g); };
  const auto sparse = [&](Generator& g) { nn::init::sparse(matrix, 0.5, 1, g); };
  EXPECT_EQ(drawn(orthogonal), drawn(orthogonal));
  EXPECT_EQ(drawn(sparse), drawn(sparse));
}

}  // namespace init_test
