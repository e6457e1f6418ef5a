#include <gradus/data/sets/synthetic.h>

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradus::data::synthetic_test {

TEST(Synthetic, PointsLieWhereTheyShould) {
  const auto spirals = two_spirals(1000, {.turns = 2, .noise = 0}), moons = two_moons(1000, {.noise = 0});
  EXPECT_EQ(spirals.tensor(0).shape(), (Shape{1000, 2}));
  EXPECT_EQ(spirals.tensor(1).dtype(), i64);
  for (std::int64_t i = 0; i < 1000; ++i) {
    const auto label = static_cast<double>(i % 2);
    EXPECT_EQ(spirals.tensor(1).value().at({i}), label);
    const double x = spirals.tensor(0).value().at({i, 0}), y = spirals.tensor(0).value().at({i, 1}), radius = std::hypot(x, y);
    const double angle = 4 * std::acos(-1.0) * radius + std::acos(-1.0) * label;
    EXPECT_NEAR(x, radius * std::cos(angle), 1e-5);
    EXPECT_NEAR(y, radius * std::sin(angle), 1e-5);
    EXPECT_LE(radius, 1 + 1e-6);
    const double u = moons.tensor(0).value().at({i, 0}), v = moons.tensor(0).value().at({i, 1});
    EXPECT_NEAR(label == 0 ? std::hypot(u, v) : std::hypot(u - 1, v - 0.5), 1, 1e-6);
    EXPECT_TRUE(label == 0 ? v >= -1e-6 : v <= 0.5 + 1e-6);
  }
}

TEST(Synthetic, NoiseHasTheDeviationAskedFor) {
  const auto line = noisy_line(20'000, {.slope = 3, .intercept = -1, .noise = 0.5, .low = 2, .high = 4});
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    const double x = line.tensor(0).value().at({i, 0}), error = line.tensor(1).value().at({i, 0}) - (3 * x - 1);
    EXPECT_TRUE(2 <= x && x <= 4);
    sum += error;
    squares += error * error;
  }
  EXPECT_NEAR(sum / 20'000, 0, 0.02);
  EXPECT_NEAR(std::sqrt(squares / 20'000), 0.5, 0.02);
}

TEST(Synthetic, DependsOnTheSeedAlone) {
  const auto values = [](std::uint64_t seed) { return two_moons(10, {.seed = seed}).tensor(0).value().to_vector(); };
  EXPECT_EQ(values(1), values(1));
  EXPECT_NE(values(1), values(2));
  EXPECT_EQ(two_spirals(0).size(), 0);
  EXPECT_THROW(two_spirals(-1), ValueError);
  EXPECT_THROW(noisy_line(-1), ValueError);
}

}  // namespace gradus::data::synthetic_test
