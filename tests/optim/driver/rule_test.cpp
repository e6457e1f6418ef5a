// Users' own rules, in the user's own file: the driver, state, schedules and errors come with them.
#include <cmath>

#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/driver/loop.h>
#include <gradus/optim/driver/rule.h>
#include <gradus/optim/driver/slot.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/schedules/step_lr.h>

namespace gradus::optim::testing::rule_test {

// Signum (Bernstein et al. 2018): m ← β·m + (1−β)·g;  w ← w − lr·sign(m).
struct SignumRule {
  struct Options {
    double lr = 1e-4;
    double beta = 0.9;
    void describe(Describe& is) const {
      is(range::at_least_zero, lr);
      is(range::below_one, beta);
    }
  };
  static constexpr std::string_view name = "Signum";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}};
  static std::string formula(const Options& o) { return text("w ← w − ", o.lr, "·sign(", o.beta, "·m + ", 1 - o.beta, "·g)"); }
  static Loop loop(Dtype dtype, Kept kept) { return compiled_here<SignumRule>(dtype, kept); }

  struct Scalars {
    double lr, beta, rest;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool) { return {o.lr, o.beta, 1 - o.beta}; }
  template <class T>
  static auto update(const Scalars& s) {
    const T lr(s.lr), beta(s.beta), rest(s.rest);
    return [=](T& w, T g, T& m) {
      m = beta * m + rest * g;
      w -= m > 0 ? lr : m < 0 ? -lr : T(0);
    };
  }
};
using Signum = OptimizerOf<SignumRule>;

TEST(Rule, OfAUserWorksLikeABuiltInOne) {
  for (Dtype dtype : {f32, f64}) {
    const Parameters p = single(f64s({1, 1, 1}).to(dtype), f64s({5, -0.1, 0}).to(dtype));
    Signum signum(p, {.lr = 0.25});
    signum.step();
    EXPECT_EQ(values(p), (std::vector<double>{0.75, 1.25, 1}));
    const State state = signum.state();
    EXPECT_NEAR(state.arrays.at("w.exp_avg").at({0}), 0.5, 1e-7);
    Signum other(p);
    other.load_state(state);
    EXPECT_EQ(other.lr(), 0.25);
    StepLR schedule(other, {.step_size = 1, .gamma = 0.5});
    schedule.step();
    EXPECT_EQ(other.options().lr, 0.125);
  }
  EXPECT_THROW(Signum(table_parameters(), {.beta = 1}), ValueError);
  EXPECT_THROW(Signum(table_parameters(), {.lr = -1}), ValueError);
  EXPECT_EQ(Signum(table_parameters()).describe(), "Signum\n  group 0: 4 parameters, 1042 numbers\n    w ← w − 0.0001·sign(0.9·m + 0.1·g)");
}

// Each parameter's rate is halved at each of its steps: w ← w − lr·rate·g, a number kept beside no array at all.
struct HalvingRule {
  struct Options {
    double lr = 1;
  };
  static constexpr std::string_view name = "Halving";
  static constexpr KeptNumber numbers[] = {{"rate", 1}};
  static std::string formula(const Options&) { return "w ← w − lr·rate·g"; }
  static Loop loop(Dtype dtype, Kept kept) { return compiled_here<HalvingRule>(dtype, kept); }

  struct Scalars {
    double step;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool, Numbers& n) {
    const Scalars s{o.lr * n[0]};
    n[0] /= 2;
    return s;
  }
  template <class T>
  static auto update(const Scalars& s) {
    return [step = T(s.step)](T& w, T g) { w -= step * g; };
  }
};
using Halving = OptimizerOf<HalvingRule>;

struct Numbers : ::testing::Test {
  Parameters p = [] {
    Parameters out = single(f64s({0}), f64s({1}), "a");
    out.push_back(single(f64s({0}), f64s({1}), "b")[0]);
    return out;
  }();
  Halving halving{p};
};

TEST_F(Numbers, AreKeptForEachParameter) {
  halving.step();
  p[1].leaf->grad = {};
  halving.step();
  p[1].leaf->grad = f64s({1});
  halving.step();
  EXPECT_EQ(values(p), (std::vector<double>{-1.75, -1.5}));
  EXPECT_EQ(halving.state().arrays.at("a.rate").item(), 0.125);
  EXPECT_EQ(halving.state().arrays.at("b.rate").item(), 0.25);
}

TEST_F(Numbers, AreNotSharedByParametersThatDifferInThemAlone) {
  halving.step();
  State state = halving.state();
  state.arrays["b.rate"] = Array::scalar(8, f64);   // as many steps as a, another rate
  halving.load_state(state);
  halving.step();
  halving.step();
  EXPECT_EQ(values(p), (std::vector<double>{-1.75, -13}));
}

TEST_F(Numbers, StayAsTheyAreWhenAStepFails) {
  halving.step();
  p[1].leaf->grad = f64s({1, 2});
  EXPECT_THROW(halving.step(), ShapeError);
  EXPECT_EQ(halving.state().arrays.at("a.rate").item(), 0.5);
}

TEST_F(Numbers, OfAStateMustBeThereAndFinite) {
  halving.step();
  const State good = halving.state();
  State state = good;
  state.arrays.erase("a.rate");
  state.arrays["b.rate"] = Array::scalar(NAN, f64);
  try {
    halving.load_state(state);
    ADD_FAILURE();
  } catch (const ValueError& e) {
    EXPECT_STREQ(e.what(), "Halving: the state does not fit this optimizer:\n  missing a.rate\n  b.rate must be one finite f64");
  }
  for (const Array& bad : {Array::scalar(1, f32), Array::zeros({2}, f64)}) {
    state = good;
    state.arrays["a.rate"] = bad;
    EXPECT_THROW(halving.load_state(state), ValueError);
  }
  halving.load_state(good);
}

}  // namespace gradus::optim::testing::rule_test
