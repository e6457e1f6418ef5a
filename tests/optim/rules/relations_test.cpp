// How the formulas of one name are related: relations E1 to E5, exact in real arithmetic, between the lecture's, PyTorch's and others'.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::relations_test {

// The largest difference between the weights of two optimizers after each of `steps` steps of the table, their rates halved every 7.
std::vector<double> differences(auto make_one, auto make_two, int steps, bool scheduled) {
  const Parameters p = table_parameters(), q = table_parameters();
  auto one = make_one(p);
  auto two = make_two(q);
  std::vector<double> out;
  for (int step = 0; step < steps; ++step) {
    run(*one, p, step, step + 1);
    run(*two, q, step, step + 1);
    if (scheduled && step % 7 == 6) {
      one->set_lr(one->lr() / 2);
      two->set_lr(two->lr() / 2);
    }
    const std::vector<double> a = values(p), b = values(q);
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    out.push_back(most);
  }
  return out;
}

template <class O>
auto maker(typename O::Options options) {
  return [options](const Parameters& p) { return std::make_unique<O>(p, options); };
}

TEST(Relation, E1MomentumAsAnAverageIsClassicMomentumWithASmallerRate) {
  for (bool nesterov : {false, true}) {
    const auto average = maker<SGD>({.lr = 0.1, .momentum = 0.9, .nesterov = nesterov, .form = Momentum::ema});
    const auto classic = maker<SGD>({.lr = 0.1 * (1 - 0.9), .momentum = 0.9, .nesterov = nesterov});
    for (double difference : differences(average, classic, 30, true)) EXPECT_LT(difference, 1e-13);
  }
}

TEST(Relation, E2DampeningDiffersFromTheAverageByTheFirstBufferOnly) {
  const double beta = 0.8;
  Parameters p = table_parameters(), q = table_parameters();
  SGD dampened(p, {.lr = 0.1, .momentum = beta, .dampening = beta}), average(q, {.lr = 0.1, .momentum = beta, .form = Momentum::ema});
  for (int t = 1; t <= 20; ++t) {   // b has its first gradient at step 0
    run(dampened, p, t - 1, t);
    run(average, q, t - 1, t);
    const Array one = dampened.state().arrays.at("b.momentum_buffer"), two = average.state().arrays.at("b.momentum_buffer");
    for (std::int64_t i = 0; i < 17; ++i)
      EXPECT_NEAR(one.at({i}) - two.at({i}), std::pow(beta, t) * table_gradient(0, 1, i), 1e-14) << t;
  }
}

TEST(Relation, E3TheRateInsideTheBufferIsClassicUntilItChanges) {
  const auto inside = maker<SGD>({.lr = 0.1, .momentum = 0.9, .form = Momentum::lr_inside}),
             classic = maker<SGD>({.lr = 0.1, .momentum = 0.9});
  for (double difference : differences(inside, classic, 30, false)) EXPECT_LT(difference, 1e-12);
  const std::vector<double> scheduled = differences(inside, classic, 8, true);
  for (int step = 0; step < 7; ++step) EXPECT_LT(scheduled[step], 1e-12);
  EXPECT_GT(scheduled[7], 0.01);   // the first step at the new rate
}

TEST(Relation, E4TheSameEpsilonAllowsFarLargerStepsOutsideTheRoot) {
  const auto step = [](Eps at) {
    const Parameters p = single(f64s({0}), f64s({1e-20}));
    RMSprop(p, {.lr = 1, .eps = 1e-8, .eps_at = at}).step();
    return -values(p)[0];
  };
  EXPECT_NEAR(step(Eps::outside), 1e-12, 1e-22);            // over ε
  EXPECT_NEAR(step(Eps::inside), 1e-16, 1e-26);             // over √ε
}

TEST(Relation, E5WithoutBiasCorrectionFirstStepsAreLarge) {
  const Parameters p = single(f64s({0}));
  Adam adam(p, {.lr = 1, .eps = 0, .bias_correction = false});
  std::vector<double> sizes{0};
  for (int t = 1; t <= 1000; ++t) {
    const double before = values(p)[0];
    p[0].leaf->grad = f64s({0.25});
    adam.step();
    sizes.push_back(before - values(p)[0]);
    EXPECT_NEAR(sizes[t], (1 - std::pow(0.9, t)) / std::sqrt(1 - std::pow(0.999, t)), 1e-9);
  }
  EXPECT_NEAR(sizes[1], 3.162, 5e-4);
  EXPECT_NEAR(sizes[12], 6.569, 5e-4);
  EXPECT_NEAR(sizes[100], 3.241, 5e-4);
  EXPECT_NEAR(sizes[1000], 1.258, 5e-4);
  EXPECT_EQ(std::max_element(sizes.begin(), sizes.end()) - sizes.begin(), 12);
}

TEST(Relation, AdamsEpsilonUnderTheHatIsTheOneOutsideScaled) {
  const Parameters p = single(f64s({0}), f64s({0.5})), q = single(f64s({0}), f64s({0.5}));
  Adam(p, {.lr = 1, .eps = 0.1, .eps_at = Eps::scaled_hat}).step();
  Adam(q, {.lr = 1, .eps = 0.1 / std::sqrt(1 - 0.999)}).step();
  EXPECT_NEAR(values(p)[0], values(q)[0], 1e-15);
}

}  // namespace gradus::optim::testing::relations_test
