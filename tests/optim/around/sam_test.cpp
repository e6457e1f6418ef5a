// SAM and ASAM: optax's trajectories, the published formula, weights that come back bit for bit, state, and what is refused.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/optim/around/sam.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/step_lr.h>
#include <golden_values.h>
#include <message_of.h>
#include <optim/rules/table.h>
#include <temporary_folder.h>

namespace gradus::optim::testing::sam_test {

using ::testing::HasSubstr;

Array curvature(const Shape& shape, Dtype dtype) {
  return filled(shape, dtype, [](auto i) { return 0.5 + static_cast<double>(i * 13 % 7) / 7; });
}

// L = Σ (curvature/2·w² + w⁴/40) over all parameters, as in make_wrappers.py; its closure.
Tensor loss_of_table(const Parameters& p) {
  Tensor total;
  for (const auto& [name, leaf] : p) {
    const Tensor w(leaf->value, leaf), squares = w * w;
    const Tensor part = sum(squares * (0.5 * Tensor(curvature(leaf->value.shape(), leaf->value.dtype())) + 0.025 * squares));
    total = total.defined() ? total + part : part;
  }
  return total;
}

auto closure_of(const Parameters& p) {
  return [&p] {
    for (const auto& [name, leaf] : p) leaf->grad = {};
    const Tensor loss = loss_of_table(p);
    loss.backward();
    return loss;
  };
}

void expect_golden(SAM& sam, const Parameters& p, bool halved, const std::string& name) {
  const Array& golden = golden_values("wrappers").at(name);
  StepLR schedule(sam.optimizer(), {.step_size = 10, .gamma = halved ? 0.5 : 1});
  const int recorded[] = {1, 2, 5, 10, 25};
  int step = 0;
  for (int row = 0; row < 5; ++row) {
    for (; step < recorded[row]; ++step) {
      sam.step(closure_of(p));
      schedule.step();
    }
    std::int64_t at = 0;
    for (const NamedParameter& each : p) {
      const std::vector<double> all = each.leaf->value.to_vector();
      for (std::size_t i = 0; i < all.size(); i += all.size() == 1000 ? 40 : 1, ++at)
        ASSERT_NEAR(all[i], golden.at({row, at}), 1e-12) << name << " after " << recorded[row] << ", number " << at;
    }
    ASSERT_EQ(at, golden.dim(1));
  }
}

TEST(SAM, IsThatOfOptax) {
  const Parameters p = table_parameters(), q = table_parameters();
  SGD sgd(p, {.lr = 0.1, .momentum = 0.9});
  SAM small(sgd);
  expect_golden(small, p, true, "sam_sgd");
  Adam adam(q, {.lr = 0.05});
  SAM large(adam, {.rho = 2});
  expect_golden(large, q, false, "sam_adam");
}

// One number at a time, for each mode: e = rho·t²·g/(‖t·g‖ + 1e-12).
TEST(SAM, IsThePublishedFormula) {
  for (const SAMOptions o :
       {SAMOptions{.rho = 0.3}, SAMOptions{.rho = 1.5, .adaptive = true}, SAMOptions{.rho = 0.7, .adaptive = true, .eta = 0.01}}) {
    const Parameters p = table_parameters();
    SGD sgd(p, {.lr = 0.05});
    SAM sam(sgd, o);
    std::vector<double> w = values(p), c;
    for (const Shape& shape : shapes)
      for (double x : curvature(shape, f64).to_vector()) c.push_back(x);
    const auto slope = [&](std::size_t i, double x) { return c[i] * x + x * x * x / 10; };
    for (int step = 0; step < 25; ++step) {
      double loss = 0, squares = 0;
      for (std::size_t i = 0; i < w.size(); ++i) {
        const double t = o.adaptive ? std::abs(w[i]) + o.eta : 1;
        loss += c[i] / 2 * w[i] * w[i] + std::pow(w[i], 4) / 40;
        squares += std::pow(t * slope(i, w[i]), 2);
      }
      EXPECT_NEAR(sam.step(closure_of(p)), loss, 1e-9) << "the loss is that of the weights, not of the ones nearby";
      for (std::size_t i = 0; i < w.size(); ++i) {
        const double t = o.adaptive ? std::abs(w[i]) + o.eta : 1;
        w[i] -= 0.05 * slope(i, w[i] + o.rho * t * t * slope(i, w[i]) / (std::sqrt(squares) + 1e-12));
      }
    }
    const std::vector<double> got = values(p);
    for (std::size_t i = 0; i < w.size(); ++i) ASSERT_NEAR(got[i], w[i], 1e-12) << i << (o.adaptive ? " adaptive" : "");
  }
}

TEST(SAM, OfF32IsThatOfF64ToRounding) {
  for (const bool adaptive : {false, true}) {
    const Parameters wide = table_parameters(), narrow = table_parameters(f32);
    SGD one(wide, {.lr = 0.05}), two(narrow, {.lr = 0.05});
    SAM exact(one, {.rho = 0.5, .adaptive = adaptive}), rounded(two, {.rho = 0.5, .adaptive = adaptive});
    for (int i = 0; i < 5; ++i) {
      exact.step(closure_of(wide));
      rounded.step(closure_of(narrow));
    }
    const std::vector<double> a = values(wide), b = values(narrow);
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 2e-6);
  }
}

TEST(SAM, PutsTheWeightsBackBitForBit) {
  const Parameters p = table_parameters(f32);
  SGD sgd(p, {.lr = 0});
  SAM sam(sgd, {.rho = 0.1});
  const std::vector<double> before = values(p);
  std::vector<std::vector<double>> seen;
  sam.step([&] {
    seen.push_back(values(p));
    return closure_of(p)();
  });
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], before);
  double moved = 0;
  for (std::size_t i = 0; i < before.size(); ++i) moved += std::pow(seen[1][i] - before[i], 2);
  EXPECT_NEAR(std::sqrt(moved), 0.1, 1e-6) << "by rho";
  EXPECT_EQ(values(p), before);
}

TEST(SAM, WithRadiusZeroIsTheOptimizerAlone) {
  const Parameters p = table_parameters(), q = table_parameters();
  Adam one(p), two(q);
  SAM sam(two, {.rho = 0});
  for (int i = 0; i < 4; ++i) {
    one.step(closure_of(p));
    sam.step(closure_of(q));
  }
  EXPECT_EQ(values(p), values(q));
}

TEST(SAM, DoesNotMoveParametersWithoutGradients) {
  const Parameters p{single(f64s({3}), {}, "used")[0], single(f64s({5}), {}, "unused")[0]};
  SGD sgd(p, {.lr = 0.1});
  SAM sam(sgd, {.rho = 1});
  std::vector<double> unused;
  sam.step([&] {
    unused.push_back(values(p)[1]);
    p[0].leaf->grad = {};
    const Tensor w(p[0].leaf->value, p[0].leaf), loss = sum(w * w);
    loss.backward();
    return loss;
  });
  EXPECT_EQ(unused, (std::vector<double>{5, 5}));
  EXPECT_EQ(values(p)[1], 5);
  EXPECT_NEAR(values(p)[0], 3 - 0.1 * 2 * 4, 1e-12) << "the gradient at 3 + 1";
  EXPECT_FALSE(sgd.state().arrays.contains("unused.step"));
}

TEST(SAM, ClimbsByGradientsOfRows) {
  const Parameters p = single(Array::zeros({3, 2}, f64));
  SGD sgd(p, {.lr = 0});
  SAM sam(sgd, {.rho = 10});
  std::vector<double> seen;
  sam.step([&] {
    seen = values(p);
    p[0].leaf->grad = RowGradient{Array::from({std::int64_t{1}}, {1}), Array::from({3., 4.}, {1, 2})};
    return Tensor(Array::scalar(1, f64));
  });
  const std::vector<double> wanted{0, 0, 6, 8, 0, 0};
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(seen[i], wanted[i], 1e-10);
  EXPECT_EQ(values(p), (std::vector<double>{0, 0, 0, 0, 0, 0}));
}

TEST(SAM, StaysWhereTheGradientIsZero) {
  const Parameters p = single(f64s({0, 0}));
  SGD sgd(p, {.lr = 0.1});
  SAM sam(sgd);
  EXPECT_EQ(sam.step(closure_of(p)), 0);
  EXPECT_EQ(values(p), (std::vector<double>{0, 0}));
}

TEST(SAM, PutsTheWeightsBackWhenTheClosureThrows) {
  const Parameters p = table_parameters();
  SGD sgd(p, {.lr = 0.1, .momentum = 0.9});
  SAM sam(sgd);
  const std::vector<double> before = values(p);
  for (const int bad_call : {1, 2}) {
    int calls = 0;
    EXPECT_THROW(sam.step([&] {
      if (++calls == bad_call) throw std::runtime_error("out of data");
      return closure_of(p)();
    }), std::runtime_error);
    EXPECT_EQ(calls, bad_call);
    EXPECT_EQ(values(p), before);
    EXPECT_EQ(sgd.steps(), 0);
  }
  int calls = 0;
  EXPECT_THROW(sam.step([&] { return ++calls == 1 ? closure_of(p)() : Tensor(); }), ValueError) << "no loss the second time";
  EXPECT_EQ(values(p), before);
  EXPECT_THROW(sam.step([&] {                                   // a gradient that fits the first time only
    const Tensor loss = closure_of(p)();
    if (++calls % 2) p[0].leaf->grad = f64s({1, 2});
    return loss;
  }), ShapeError);
  EXPECT_EQ(values(p), before);
  EXPECT_THROW(sam.step([&] {
    const Tensor loss = closure_of(p)();
    p[0].leaf->grad = Array::zeros({1}, f32);
    return loss;
  }), DtypeError);
  EXPECT_EQ(values(p), before);
  EXPECT_EQ(sgd.steps(), 0);
}

TEST(SAM, FollowsGroupsThatComeLater) {
  const Parameters a = single(f64s({3}), {}, "a"), b = single(f64s({4}), {}, "b");
  Parameters both = a;
  both.push_back(b[0]);
  SGD sgd(a, {.lr = 0});
  SAM sam(sgd, {.rho = 5});
  sam.step(closure_of(both));
  sgd.add_param_group({b, {.lr = 0}});
  std::vector<double> seen;
  sam.step([&] {
    seen = values(both);
    return closure_of(both)();
  });
  EXPECT_GT(seen[0], 3);
  EXPECT_GT(seen[1], 4);
  EXPECT_NEAR(std::hypot(seen[0] - 3, seen[1] - 4), 5, 1e-9) << "one ball for all parameters";
}

TEST(SAM, RecordsUnderNoGrad) {
  const Parameters p = single(f64s({1}));
  SGD sgd(p, {.lr = 0.1});
  SAM sam(sgd);
  const NoGrad guard;
  sam.step(closure_of(p));
  EXPECT_LT(values(p)[0], 1);
  EXPECT_FALSE(recording());
}

TEST(SAM, ContinuesBitForBitFromItsState) {
  const Parameters p = table_parameters(f32), q = table_parameters(f32);
  Adam one(p, {.lr = 0.1}), two(q);
  SAM straight(one, {.rho = 0.7, .adaptive = true, .eta = 0.01}), fresh(two, {.adaptive = true});
  for (int i = 0; i < 3; ++i) straight.step(closure_of(p));
  const TemporaryFolder folder;
  straight.save(folder / "sam.safetensors");
  fresh.load(folder / "sam.safetensors");
  EXPECT_EQ(fresh.options().rho, 0.7);
  EXPECT_EQ(fresh.options().eta, 0.01);
  for (int t = 0; t < 4; ++t) q[t].leaf->value = p[t].leaf->value;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(straight.step(closure_of(p)), fresh.step(closure_of(q)));
  EXPECT_EQ(values(p), values(q));
}

TEST(SAM, StateThatDoesNotFitChangesNothing) {
  const Parameters p = single(f64s({1}));
  SGD sgd(p, {.lr = 0.1});
  SAM sam(sgd, {.rho = 0.3});
  const State before = sam.state();
  State odd = before;
  odd.values.erase("sam.rho");
  odd.values["sam.adaptive"] = "true";
  EXPECT_EQ(message_of([&] { sam.load_state(odd); }), "SAM: the state does not fit:\n  missing sam.rho\n"
            "  sam.adaptive is true in the state but false here: construct it with .adaptive = true");
  odd = before;
  odd.values["sam.rho"] = "-1";
  EXPECT_EQ(message_of([&] { sam.load_state(odd); }), "SAM: rho must be finite and at least 0, not -1");
  odd.values["sam.rho"] = "0.9";
  odd.values["w.group"] = "7";
  EXPECT_THAT(message_of([&] { sam.load_state(odd); }), HasSubstr("w is in group 7 in the state but 0 here"));
  EXPECT_EQ(sam.state().values, before.values);
}

TEST(SAM, RefusesBadInput) {
  const Parameters p = single(f64s({1}));
  SGD sgd(p), up(p, {.maximize = true});
  for (const double bad : {-0.1, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL}) {
    EXPECT_THAT(message_of([&] { SAM(sgd, {.rho = bad}); }), HasSubstr("SAM: rho must be finite and at least 0, not "));
    EXPECT_THAT(message_of([&] { SAM(sgd, {.adaptive = true, .eta = bad}); }), HasSubstr("SAM: eta must be finite and at least 0, not "));
  }
  EXPECT_EQ(message_of([&] { SAM(sgd, {.eta = 0.01}); }), "SAM: eta = 0.01 is of ASAM alone: set adaptive = true");
  SAM sam(up);
  EXPECT_EQ(sam.options().rho, 0.05);
  EXPECT_EQ(message_of([&] { sam.step(closure_of(p)); }),
            "SAM: group 0 of SGD maximizes, but SAM looks for the largest loss nearby: minimise −L instead");
  EXPECT_FALSE(p[0].leaf->grad.defined()) << "before anything was computed";
}

TEST(SAM, HasTheSameBitsForAnyNumberOfThreads) {
  const int threads = num_threads();
  std::vector<std::vector<double>> results;
  for (const int n : {1, 2, 3}) {
    set_threads(n);
    const Parameters p = single(filled({100003}, f32, [](auto i) { return std::sin(static_cast<double>(i)); }));
    SGD sgd(p, {.lr = 0.1});
    SAM(sgd, {.rho = 1, .adaptive = true}).step(closure_of(p));
    results.push_back(values(p));
  }
  set_threads(threads);
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(SAM, DescribesItself) {
  SGD sgd(single(f64s({1})), {.lr = 0.1});
  EXPECT_EQ(SAM(sgd).describe(), sgd.describe() + "\n  SAM\n    g is taken at w + 0.05·g/‖g‖");
  EXPECT_EQ(SAM(sgd, {.rho = 1, .adaptive = true, .eta = 0.01}).describe(),
            sgd.describe() + "\n  ASAM\n    g is taken at w + 1·(|w| + 0.01)²·g/‖(|w| + 0.01)·g‖");
}

}  // namespace gradus::optim::testing::sam_test
