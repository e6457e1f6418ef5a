// Runs: the same as a loop by hand over the same optimizer, the same again bit for bit, and an end when all bounds are left.
#include <algorithm>
#include <cmath>
#include <set>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/presets.h>
#include <gradus/optim/schedules/cosine_annealing_lr.h>
#include <gradus/optim/second_order/lbfgs.h>
#include <support.h>

#include "landscape/descent.h"
#include "landscape/optimizers.h"
#include "landscape/schedules.h"
#include "optim/rules/list.h"

namespace landscape::descent_test {

using namespace gradus;
using Kinds = Outcome::Kind;

Tensor rosenbrock(const Parameter& w) {
  const Tensor x = select(w, 0, 0), y = select(w, 0, 1);
  return square(1 - x) + 100.0 * square(y - square(x));
}

TEST(Descent, IsTheLoopThatOneWouldWrite) {
  Parameter w(Array::from({-1.2, 1.0}, {2}), "w");
  optim::Adam adam({{"w", w.leaf()}}, {.lr = 0.1, .betas = {0.8, 0.99}, .eps_at = optim::Eps::inside});
  optim::CosineAnnealingLR schedule(adam, {.t_max = 50, .eta_min = 0.01, .per = optim::Unit::step});
  const Path path = run({.surface = "rosenbrock", .start = {{-1.2, 1.0}}, .optimizer = "adam",
                         .options = {{"lr", "0.1"}, {"betas.0", "0.8"}, {"betas.1", "0.99"}, {"eps_at", "inside"}}, .schedule = "cosine",
                         .schedule_options = {{"eta_min", "0.01"}}, .steps = 50});
  ASSERT_EQ(path.at.size(), 51);
  ASSERT_EQ(path.lr.size(), 50);
  for (std::size_t t = 0; t < 50; ++t) {
    adam.zero_grad();
    const Tensor loss = rosenbrock(w);
    loss.backward();
    const auto g = w.grad().value().to_vector(), before = w.value().to_vector();
    EXPECT_EQ(path.loss[t], loss.item());
    EXPECT_EQ(path.lr[t], adam.lr());
    EXPECT_EQ(path.gradient[t], std::hypot(g[0], g[1]));
    adam.step();
    schedule.step();
    const auto now = w.value().to_vector();
    ASSERT_EQ(path.at[t + 1].x, now[0]);
    ASSERT_EQ(path.at[t + 1].y, now[1]);
    EXPECT_EQ(path.step[t], std::hypot(now[0] - before[0], now[1] - before[1]));
  }
}

TEST(Descent, GivesLBFGSItsClosure) {
  Parameter w(Array::from({-1.2, 1.0}, {2}), "w");
  optim::LBFGS lbfgs({{"w", w.leaf()}}, {.max_iter = 4, .max_eval = 25, .line_search = optim::LineSearch::strong_wolfe});
  const Path path =
      run({.surface = "rosenbrock", .start = {{-1.2, 1.0}}, .optimizer = "LBFGS", .options = {{"max_iter", "4"}}, .steps = 9});
  for (std::size_t t = 0; t < 9; ++t) {
    EXPECT_EQ(path.loss[t], lbfgs.step([&] {
      lbfgs.zero_grad();
      Tensor loss = rosenbrock(w);
      loss.backward();
      return loss;
    }));
    const auto now = w.value().to_vector();
    ASSERT_EQ(path.at[t + 1].x, now[0]);
    ASSERT_EQ(path.at[t + 1].y, now[1]);
  }
}

TEST(Descent, NoiseIsOfItsSeedAndSize) {
  const auto noisy = [](double noise, std::uint64_t seed) {
    return run(
        {.surface = "ravine", .parameter = 1, .start = {{0, 0}}, .options = {{"lr", "1"}}, .noise = noise, .seed = seed, .steps = 4000});
  };
  const Path one = noisy(0.5, 1), again = noisy(0.5, 1), other = noisy(0.5, 2);
  std::size_t same = 0;
  double sum = 0, squares = 0;
  for (std::size_t t = 1; t <= 4000; ++t) {
    ASSERT_EQ(one.at[t].x, again.at[t].x);
    ASSERT_EQ(one.at[t].y, again.at[t].y);
    same += one.at[t].x == other.at[t].x;
    sum += one.at[t].x + one.at[t].y;                        // with lr 1 on a round bowl, w is minus the last error
    squares += one.at[t].x * one.at[t].x + one.at[t].y * one.at[t].y;
  }
  EXPECT_EQ(same, 0);
  EXPECT_NEAR(sum / 8000, 0, 0.02);
  EXPECT_NEAR(std::sqrt(squares / 8000), 0.5, 0.02);
}

TEST(Descent, StopsWhenItLeavesAllBounds) {
  const Path path = run({.surface = "ravine", .options = {{"lr", "0.5"}}, .steps = 500});
  EXPECT_EQ(path.outcome.kind, Kinds::diverged);
  EXPECT_LT(path.at.size(), 20);
  EXPECT_GT(std::abs(path.at.back().y), 1e6);
  EXPECT_LT(std::abs(path.at[path.at.size() - 2].y), 1e6);
  EXPECT_EQ(path.outcome.at, path.at.size() - 1);
  EXPECT_EQ(path.lr.size(), path.at.size() - 1);
  const Path far = run({.surface = "beale", .start = {{1e6, 1e6}}, .optimizer = "LBFGS", .steps = 500});   // whose losses overflow
  EXPECT_NE(far.outcome.kind, Kinds::converged);
}

TEST(Descent, SaysWhereItEnded) {
  const Path good = run({.surface = "ravine", .options = {{"lr", "0.07"}}});
  ASSERT_EQ(good.outcome.kind, Kinds::converged);
  EXPECT_EQ(good.outcome.nearest, 0);
  const double near = 0.01 * std::hypot(10, 5);
  const std::size_t since = *good.outcome.at;
  EXPECT_LE(std::hypot(good.at[since].x, good.at[since].y), near);
  EXPECT_GT(std::hypot(good.at[since - 1].x, good.at[since - 1].y), near);
  const Path slow = run({.surface = "ravine", .options = {{"lr", "0.001"}}});
  EXPECT_EQ(slow.outcome.kind, Kinds::moving);
  EXPECT_NEAR(slow.outcome.distance, std::hypot(slow.at.back().x, slow.at.back().y), 1e-12);
  const Path resting = run({.surface = "saddle", .start = {{0, 0}}});
  EXPECT_EQ(resting.outcome.kind, Kinds::moving);             // a saddle is no valley
  EXPECT_EQ(resting.levels[*resting.outcome.nearest].kind, Kind::saddle);
  const Path poor = run({.surface = "two_wells"});
  EXPECT_EQ(poor.levels[*poor.outcome.nearest].kind, Kind::local);
}

TEST(Optimizers, AllRulesAreThere) {
  std::set<std::string_view> names;
  for (const OptimizerKind& kind : optimizers()) EXPECT_TRUE(names.insert(kind.name).second) << kind.name << " is there twice";
  const auto require_all = [&]<class... Rules>(optim::testing::RuleList<Rules...>) {
    for (const std::string_view rule : {Rules::name...})
      EXPECT_TRUE(names.contains(rule)) << rule << " has no line in examples/landscape/optimizers.cpp";
  };
  require_all(optim::testing::AllRules{});
  require_all(optim::testing::WholeRules{});
  for (const std::string_view other : {"LBFGS", "Lookahead", "SAM"}) EXPECT_TRUE(names.contains(other)) << other;
}

TEST(Optimizers, GoDownhillAtTheirDefaults) {
  for (const OptimizerKind& kind : optimizers())
    for (const std::string surface : {"ravine", "rosenbrock"}) {
      SCOPED_TRACE(gradus::text(kind.name, " on the ", surface));
      const Path path = run({.surface = surface, .optimizer = std::string(kind.name)});
      EXPECT_NE(path.outcome.kind, Kinds::diverged);
      EXPECT_LT(path.loss.back(), path.loss.front() / (surface == "ravine" ? 20 : 3));
    }
}

TEST(Optimizers, TakeEachOptionThatTheyList) {
  const Surface& ravine = surfaces()[0];
  for (const OptimizerKind& kind : optimizers()) {
    SCOPED_TRACE(kind.name);
    ASSERT_EQ(kind.options[0].name, "lr");
    Settings defaults;
    for (const Option& option : kind.options) defaults.emplace_back(option.name, option.value);
    const auto last = [&](const Settings& settings) {
      return run({.surface = "ravine", .optimizer = std::string(kind.name), .options = settings, .steps = 3}).at.back();
    };
    const Point all = last(defaults), none = last({});
    EXPECT_EQ(all.x, none.x);
    EXPECT_EQ(all.y, none.y);
    EXPECT_EQ(gradus::number_text(kind.rate(ravine)), kind.options[0].value);
  }
}

TEST(Optimizers, ThePresetsAreTheLecturesFormulas) {
  const Path path = run({.surface = "ravine", .start = {{2, 1}}, .optimizer = "Lecture: Adam", .options = {{"lr", "0.1"}}, .steps = 1});
  const double step = 0.1 * (0.1 * 2) / std::sqrt(0.001 * 4 + 1e-8);         // η·(1−β₁)·g/√((1−β₂)·g² + ε), without bias correction
  EXPECT_NEAR(path.at[1].x, 2 - step, 1e-12);
}

TEST(Optimizers, RefuseWrongOptions) {
  const auto with = [](std::string name, std::string value) {
    return [=] { run({.surface = "ravine", .optimizer = "Adam", .options = {{name, value}}}); };
  };
  expect_error<ValueError>(with("lr", "-1"), {"Adam", "lr", "-1"});
  expect_error<ValueError>(with("lr", "nan"), {"Adam", "lr"});
  expect_error<ValueError>(with("lr", "big"), {"Adam", "\"big\"", "lr"});
  expect_error<ValueError>(with("beta.0", "0.5"), {"Adam: has no option beta.0", "did you mean \"betas.0\""});
  expect_error<ValueError>(with("betas.0", "1"), {"betas.0", "[0, 1)"});
  expect_error<ValueError>(with("eps_at", "above"), {"\"above\"", "eps_at"});
  expect_error<ValueError>(with("amsgrad", "2"), {"\"2\"", "amsgrad"});
  expect_error<ValueError>([] { run({.surface = "ravine", .optimizer = "Adem"}); }, {"optimizer", "did you mean \"Adam\""});
}

TEST(Schedules, AllWorkOnAllOptimizers) {
  for (const ScheduleKind& kind : schedules())
    for (const std::string optimizer : {"SGD", "Adam", "Rprop", "LBFGS"}) {
      SCOPED_TRACE(gradus::text(kind.name, " on ", optimizer));
      const Descent d{.surface = "ravine", .optimizer = optimizer, .schedule = std::string(kind.name), .steps = 37};
      if (kind.name == "plateau" && optimizer == "LBFGS") {
        expect_error<ValueError>([&] { run(d); }, {"plateau", "LBFGS"});
        continue;
      }
      const Path path = run(d);
      EXPECT_EQ(path.lr.size(), 37);
      const double base = run({.surface = "ravine", .optimizer = optimizer, .steps = 1}).lr[0];
      EXPECT_LE(*std::max_element(path.lr.begin(), path.lr.end()), base * (1 + 1e-12));
    }
}

TEST(Schedules, AreTheFormulasOfTheLecture) {
  const auto rates = [](std::string schedule, Settings settings) {
    return run({.surface = "ravine", .options = {{"lr", "0.01"}}, .schedule = schedule, .schedule_options = settings, .steps = 30}).lr;
  };
  const auto sqrt = rates("inverse_sqrt", {}), exponential = rates("exponential", {{"gamma", "0.9"}});
  const auto stairs = rates("staircase", {{"every", "10"}, {"of.gamma", "0.5"}}), constant = rates("constant", {});
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_NEAR(sqrt[i], 0.01 / std::sqrt(static_cast<double>(i + 1)), 1e-15);
    EXPECT_NEAR(exponential[i], 0.01 * std::pow(0.9, i), 1e-15);
    EXPECT_NEAR(stairs[i], 0.01 * std::pow(0.5, i / 10), 1e-15);
    EXPECT_EQ(constant[i], 0.01);
  }
}

TEST(Schedules, ChangeNothingElseThanTheRate) {
  const Path with = run({.surface = "beale", .optimizer = "Momentum", .schedule = "constant", .steps = 40});
  const Path without = run({.surface = "beale", .optimizer = "Momentum", .steps = 40});
  EXPECT_EQ(with.at.back().x, without.at.back().x);
  EXPECT_EQ(with.at.back().y, without.at.back().y);
}

TEST(Schedules, RefuseWrongOptions) {
  const auto with = [](std::string schedule, std::string name, std::string value) {
    return [=] { run({.surface = "ravine", .schedule = schedule, .schedule_options = {{name, value}}}); };
  };
  expect_error<ValueError>(with("cosine", "tmax", "5"), {"option of cosine", "did you mean \"t_max\""});
  expect_error<ValueError>(with("cosine", "t_max", "0"), {"t_max"});
  expect_error<ValueError>(with("cosine", "t_max", "nan"), {"t_max"});
  expect_error<ValueError>(with("cosine", "per", "epoch"), {"option of cosine"});
  expect_error<ValueError>(with("wsd", "shape", "round"), {"shape", "round"});
  expect_error<ValueError>(with("plateau", "factor", "3"), {"factor"});
  expect_error<ValueError>([] { run({.optimizer = "Rprop", .schedule = "one_cycle", .schedule_options = {{"cycle_momentum", "true"}}}); },
                           {"OneCycleLR", "neither momentum nor betas"});
  expect_error<ValueError>(with("cosinus", "t_max", "5"), {"schedule", "did you mean \"cosine\""});
}

TEST(Descent, RefusesWhatIsOutOfRange) {
  expect_error<ValueError>([] { run({.steps = 0}); }, {"steps", "[1, 20000]"});
  expect_error<ValueError>([] { run({.steps = 20001}); }, {"steps"});
  expect_error<ValueError>([] { run({.noise = -1}); }, {"noise"});
  expect_error<ValueError>([] { run({.noise = NAN}); }, {"noise"});
  expect_error<ValueError>([] { run({.start = {{NAN, 0}}}); }, {"start"});
  expect_error<ValueError>([] { run({.start = {{0, 2e6}}}); }, {"start"});
}

}  // namespace landscape::descent_test
