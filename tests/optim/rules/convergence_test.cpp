// Every optimizer finds the minimum of the functions that the books show: a ravine, Rosenbrock's and Beale's valleys, a saddle that it has
// to leave, and least squares through noisy gradients. Rates and steps are stated in the table; all start at the same points.
#include <cmath>
#include <functional>
#include <memory>

#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/optim/rules/adadelta.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/adamax.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/ftrl.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/lion.h>
#include <gradus/optim/rules/muon.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/presets.h>
#include <gradus/optim/rules/radam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/rprop.h>
#include <gradus/optim/rules/schedule_free_adamw.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::convergence_test {

using Point = std::array<double, 2>;

struct Landscape {
  std::string name;
  Point start, minimum;
  double near;                                              // how close is close enough, in both coordinates
  std::function<Point(Point w, int step)> gradient;
};

const Landscape ravine{.name = "ravine", .start = {-4, 2}, .minimum = {0, 0}, .near = 0.05, .gradient = [](Point w, int) {
                         return Point{0.1 * w[0], 4 * w[1]};
                       }};
const Landscape rosenbrock{.name = "Rosenbrock", .start = {-1, 1.5}, .minimum = {1, 1}, .near = 0.1, .gradient = [](Point w, int) {
  const double valley = w[1] - w[0] * w[0];
  return Point{-40 * valley * w[0] - 2 * (1 - w[0]), 20 * valley};       // 10·(y − x²)² + (1 − x)²
}};
const Landscape beale{.name = "Beale", .start = {1, 1}, .minimum = {3, 0.5}, .near = 0.1, .gradient = [](Point w, int) {
  const auto [x, y] = w;
  const double a = 1.5 - x + x * y, b = 2.25 - x + x * y * y, c = 2.625 - x + x * y * y * y;
  return Point{2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y * y * y - 1), 2 * a * x + 4 * b * x * y + 6 * c * x * y * y};
}};
const Landscape saddle{.name = "saddle", .start = {1.5, 1e-3}, .minimum = {0, 1}, .near = 0.05, .gradient = [](Point w, int) {
  return Point{2 * w[0], w[1] * w[1] * w[1] - w[1]};                     // x² + y⁴/4 − y²/2: a saddle at 0, minima at y = ±1
}};
const Landscape noisy{.name = "noisy least squares", .start = {0, 0}, .minimum = {1, -2}, .near = 0.15, .gradient = [](Point w, int step) {
  const double x = table_gradient(step, 1, 3 * step) / 2, noise = table_gradient(step, 2, 7 * step + 1) / 4;   // y = 1 − 2x and noise
  const double error = w[0] + w[1] * x - (1 - 2 * x + noise);
  return Point{error, error * x};
}};

struct Walker {
  std::string name;
  int steps;
  std::function<std::unique_ptr<Optimizer>(const Parameters&)> make;
};
template <class O>
struct With {
  std::string name;
  int steps;
  typename O::Options options;
  operator Walker() const {
    return {.name = name, .steps = steps, .make = [options = options](const Parameters& p) { return std::make_unique<O>(p, options); }};
  }
};

// The rate falls to a hundredth along the way, so that steps of fixed size come to rest too.
Point walk(const Landscape& land, const Walker& walker) {
  const Parameters p = single(f64s({land.start[0], land.start[1]}).reshape({1, 2}));
  const auto optimizer = walker.make(p);
  const double lr = optimizer->lr();
  for (int step = 0; step < walker.steps; ++step) {
    const std::vector<double> w = values(p);
    const Point g = land.gradient({w[0], w[1]}, step);
    p[0].leaf->grad = f64s({g[0], g[1]}).reshape({1, 2});
    if (walker.name != "Ftrl") optimizer->set_lr(lr * std::pow(0.01, static_cast<double>(step) / walker.steps));   // see ftrl.h
    optimizer->step();
  }
  const std::vector<double> w = values(p);
  return {w[0], w[1]};
}

TEST(Convergence, OfEveryOptimizerOnEveryLandscape) {
  const std::vector<Walker> walkers{
      With<SGD>{.name = "SGD", .steps = 20000, .options = {.lr = 0.02}},
      With<SGD>{.name = "SGD with momentum", .steps = 2000, .options = {.lr = 0.01, .momentum = 0.9}},
      With<SGD>{.name = "the lecture's momentum", .steps = 2000, .options = lecture::momentum(0.1)},
      With<Adagrad>{.name = "Adagrad", .steps = 4000, .options = {.lr = 0.5}},
      With<Adadelta>{.name = "Adadelta", .steps = 8000, .options = {.lr = 5, .eps = 1e-4}},
      With<RMSprop>{.name = "RMSprop", .steps = 3000, .options = {.lr = 0.02}},
      With<Adam>{.name = "Adam", .steps = 2000, .options = {.lr = 0.05}},
      With<Adam>{.name = "the lecture's Adam", .steps = 3000, .options = lecture::adam(0.02)},
      With<AdamW>{.name = "AdamW", .steps = 2000, .options = {.lr = 0.05, .weight_decay = 0}},
      With<Adamax>{.name = "Adamax", .steps = 2000, .options = {.lr = 0.1}},
      With<NAdam>{.name = "NAdam", .steps = 2000, .options = {.lr = 0.05}},
      With<RAdam>{.name = "RAdam", .steps = 10000, .options = {.lr = 0.01}},
      With<ASGD>{.name = "ASGD", .steps = 20000, .options = {.lr = 0.02, .lambd = 0}},
      With<Ftrl>{.name = "Ftrl", .steps = 20000, .options = {.lr = 0.5, .initial_accumulator_value = 0}},
      With<Lion>{.name = "Lion", .steps = 3000, .options = {.lr = 0.01}},
      With<ScheduleFreeAdamW>{.name = "Schedule-Free AdamW", .steps = 4000, .options = {.lr = 0.05}},
      With<Adafactor>{.name = "Adafactor", .steps = 6000, .options = {.lr = 0.1}},
      With<LAMB>{.name = "LAMB", .steps = 3000, .options = {.lr = 0.05}},
      With<Muon>{.name = "Muon", .steps = 4000, .options = {.lr = 0.02, .weight_decay = 0}},
      With<Rprop>{.name = "Rprop", .steps = 400, .options = {}},
  };
  for (const Walker& walker : walkers)
    for (const Landscape& land : {ravine, rosenbrock, beale, saddle, noisy}) {
      if (walker.name == "Rprop" && land.name == noisy.name) continue;   // not for noise, as its header says
      const Point end = walk(land, walker);
      for (int i = 0; i < 2; ++i) EXPECT_NEAR(end[i], land.minimum[i], land.near) << walker.name << " on " << land.name;
    }
}

}  // namespace gradus::optim::testing::convergence_test
