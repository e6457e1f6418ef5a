// L-BFGS beside PyTorch's on Rosenbrock's function of six numbers, its line search alone, its state, and closures that go wrong.
#include <cmath>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/driver/closure.h>
#include <gradus/optim/second_order/lbfgs.h>
#include <gradus/optim/second_order/line_search.h>
#include <golden_values.h>
#include <gtest/gtest.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing::lbfgs_test {

struct Rosenbrock : ::testing::Test {
  static Parameters start(Dtype dtype = f64) {
    Parameters p = single(f64s({-1.2, 1}).to(dtype), {}, "a");
    p.push_back(single(Array::from({-1.2, 1., -1.2, 1.}, {2, 2}).to(dtype), {}, "b")[0]);
    return p;
  }
  static LBFGS::Closure loss_of(const Parameters& p) {
    return [p] {
      const std::vector<double> x = values(p);
      std::vector<double> g(6, 0);
      double loss = 0;
      for (int i = 0; i < 5; ++i) {
        const double valley = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
        loss += 100 * valley * valley + rest * rest;
        g[i] += -400 * valley * x[i] - 2 * rest;
        g[i + 1] += 200 * valley;
      }
      const Dtype dtype = p[0].leaf->value.dtype();
      p[0].leaf->grad = filled({2}, dtype, [&](auto i) { return g[i]; });
      p[1].leaf->grad = filled({2, 2}, dtype, [&](auto i) { return g[i + 2]; });
      return Tensor(Array::scalar(loss, f64));
    };
  }
};

TEST_F(Rosenbrock, IsWalkedAsPyTorchDoes) {
  const std::vector<std::pair<std::string, LBFGSOptions>> cases{
      {"lbfgs", {.lr = 0.1, .max_iter = 3}},
      {"lbfgs_history", {.lr = 0.05, .max_iter = 5, .history_size = 3}},
      {"lbfgs_strong_wolfe", {.max_iter = 4, .line_search = LineSearch::strong_wolfe}},
      {"lbfgs_few_evaluations", {.lr = 10, .max_iter = 4, .max_eval = 3, .history_size = 2, .line_search = LineSearch::strong_wolfe}},
  };
  for (const auto& [name, options] : cases) {
    const Array& golden = golden_values("optim").at(name);
    const Parameters p = start();
    LBFGS lbfgs(p, options);
    for (int step = 0; step < 10; ++step) {
      const double loss = lbfgs.step(loss_of(p)), expected = golden.at({step, 6});
      EXPECT_NEAR(loss, expected, 1e-10 * expected) << name << ", step " << step;
      const std::vector<double> w = values(p);
      for (int i = 0; i < 6; ++i) EXPECT_NEAR(w[i], golden.at({step, i}), 1e-10) << name << ", step " << step;
    }
  }
}

TEST_F(Rosenbrock, IsSolved) {
  for (Dtype dtype : {f64, f32}) {
    const Parameters p = start(dtype);
    LBFGS lbfgs(p, {.line_search = LineSearch::strong_wolfe});
    for (int step = 0; step < 10; ++step) lbfgs.step(loss_of(p));
    for (double w : values(p)) EXPECT_NEAR(w, 1, dtype == f64 ? 1e-4 : 1e-3);   // it stops when the loss changes by 1e-9
    const std::int64_t asked = lbfgs.evaluations();
    if (dtype == f64) {
      lbfgs.step(loss_of(p));
      EXPECT_LE(lbfgs.evaluations(), asked + 3);   // at the minimum it is done
    }
  }
}

TEST_F(Rosenbrock, GoesOnBitForBitFromAState) {
  const LBFGSOptions options{.max_iter = 4, .history_size = 3, .line_search = LineSearch::strong_wolfe};
  for (int saved_at : {0, 1, 4}) {
    const Parameters p = start(), q = start();
    LBFGS straight(p, options), fresh(q, {.lr = 7, .line_search = LineSearch::strong_wolfe});
    for (int step = 0; step < saved_at; ++step) straight.step(loss_of(p));
    fresh.load_state(straight.state());
    for (int t = 0; t < 2; ++t) q[t].leaf->value = p[t].leaf->value;
    for (int step = 0; step < 4; ++step) {
      straight.step(loss_of(p));
      fresh.step(loss_of(q));
    }
    EXPECT_EQ(values(p), values(q)) << saved_at;
    EXPECT_EQ(fresh.iterations(), straight.iterations());
  }
}

TEST_F(Rosenbrock, PutsTheWeightsBackWhenTheClosureThrows) {
  const Parameters p = start();
  LBFGS lbfgs(p, {.line_search = LineSearch::strong_wolfe});
  const LBFGS::Closure good = loss_of(p);
  lbfgs.step(good);
  const std::vector<double> before = values(p);
  int calls = 0;
  EXPECT_THROW(lbfgs.step([&] { return ++calls == 3 ? throw std::runtime_error("out of data") : good(); }), std::runtime_error);
  EXPECT_EQ(values(p), before);
  lbfgs.step(good);   // begins anew
  EXPECT_LT(good().value().item(), 1040.6);
}

TEST_F(Rosenbrock, RefusesStatesThatAreNotItsOwn) {
  const Parameters p = start();
  LBFGS lbfgs(p, {.line_search = LineSearch::strong_wolfe});
  lbfgs.step(loss_of(p));
  const State good = lbfgs.state();
  const auto refusal = [&](auto edit) -> std::string {
    State state = good;
    edit(state);
    try {
      lbfgs.load_state(state);
      return "accepted";
    } catch (const ValueError& e) {
      return e.what();
    }
  };
  EXPECT_EQ(refusal([](State&) {}), "accepted");
  EXPECT_EQ(refusal([](State& s) { s.values["optimizer"] = "Adam"; }), "LBFGS: this is the state of Adam");
  EXPECT_EQ(refusal([](State& s) { s.values.erase("lr"); }), "LBFGS: the state does not fit this optimizer:\n  missing lr");
  EXPECT_EQ(refusal([](State& s) { s.values["parameters"] = "b [2, 2], a [2]"; }),
            "LBFGS: the state does not fit this optimizer:\n  it is of the parameters b [2, 2], a [2], not of a [2], b [2, 2]");
  EXPECT_EQ(refusal([](State& s) { s.values["line_search"] = "none"; }),
            "LBFGS: the state does not fit this optimizer:\n  line_search is none in the state but strong_wolfe here: construct it with "
            ".line_search = LineSearch::none");
  EXPECT_EQ(refusal([](State& s) { s.values["max_iter"] = "0"; }), "LBFGS: max_iter must be at least 1, not 0");
  EXPECT_EQ(refusal([](State& s) { s.arrays["direction"] = Array::zeros({5}, f64); }),
            "LBFGS: the state does not fit this optimizer:\n  direction is [5] f64 in the state but [6] f64 here");
  EXPECT_EQ(refusal([](State& s) { s.arrays["y"] = Array::zeros({1, 6}, f64); s.arrays["s"] = Array::zeros({2, 6}, f64); }),
            "LBFGS: the state does not fit this optimizer:\n  y has 1 rows but s has 2");
  EXPECT_EQ(lbfgs.state().values, good.values);
}

// Squares of the gradients leave the range of double; the steps do not.
TEST(LBFGS, FindsTheMinimumOfEnormousLosses) {
  const double steep[] = {1, 3, 0.2, 7};
  for (const double scale : {1., 1e160, 1e250, 1e300})
    for (const LineSearch search : {LineSearch::none, LineSearch::strong_wolfe}) {
      const Parameters p = single(f64s({3, -2, 0.5, 1.5}));
      LBFGS lbfgs(p, {.lr = search == LineSearch::none ? 0.5 : 1, .max_iter = 60, .line_search = search});
      lbfgs.step([&] {
        const std::vector<double> w = values(p);
        double loss = 0;
        for (int i = 0; i < 4; ++i) loss += scale * steep[i] / 2 * (w[i] - 1) * (w[i] - 1);
        p[0].leaf->grad = filled({4}, f64, [&](auto i) { return scale * steep[i] * (w[i] - 1); });
        return Tensor(Array::scalar(loss, f64));
      });
      for (const double w : values(p)) EXPECT_NEAR(w, 1, 1e-4) << scale;
    }
}

TEST(LBFGS, ChecksItsParametersAndOptions) {
  const Parameters p = single(f64s({1}));
  EXPECT_THROW(LBFGS(Parameters{}), ValueError);
  EXPECT_THROW(LBFGS(Parameters{p[0], p[0]}), ValueError);
  EXPECT_THROW(LBFGS(Parameters{{"w", {}}}), ValueError);
  EXPECT_THROW(LBFGS(single(Array::zeros({2}, i64))), DtypeError);
  EXPECT_THROW(LBFGS(p, {.lr = -1}), ValueError);
  EXPECT_THROW(LBFGS(p, {.max_iter = 0}), ValueError);
  EXPECT_THROW(LBFGS(p, {.history_size = 0}), ValueError);
  EXPECT_THROW(LBFGS(p, {.tolerance_grad = NAN}), ValueError);
  EXPECT_EQ(LBFGS(p, {.lr = 0.5}).describe(),
            "LBFGS\n  1 parameters, 1 numbers\n    d = −H·g, H from the last 100 changes of w and g;  w ← w + 0.5·d");
}

TEST(LineSearch, GoesOnWhileItFallsAndTurnsBackFromInfinity) {
  // f = (t − 30)²/2 from t = 0: thirty times as far as the first trial.
  const auto far = [](double t) { return LinePoint{t, (t - 30) * (t - 30) / 2, f64s({t - 30}), t - 30}; };
  EXPECT_NEAR(strong_wolfe(far, far(0), 1, 1, 1e-9, 25).t, 30, 30 * 0.9);
  // −log(1 − t) − 2t, not a number from 1 on.
  const auto wall = [](double t) { return LinePoint{t, -std::log(1 - t) - 2 * t, f64s({1 / (1 - t) - 2}), 1 / (1 - t) - 2}; };
  const LinePoint best = strong_wolfe(wall, wall(0), 8, 1, 1e-9, 25);
  EXPECT_GT(best.t, 0.05);
  EXPECT_LT(best.t, 0.99);
  EXPECT_LT(best.f, 0);
}

TEST(LineSearch, StopsAfterAsManyTrialsAsItMay) {
  int asked = 0;
  const auto flat = [&](double t) {
    ++asked;
    return LinePoint{t, -t, f64s({-1}), -1};   // falls for ever
  };
  strong_wolfe(flat, {0, 0, f64s({-1}), -1}, 1, 1, 1e-9, 7);
  EXPECT_EQ(asked, 8);
}

}  // namespace gradus::optim::testing::lbfgs_test
