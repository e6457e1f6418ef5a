// A user's own rule, in the user's own file: the driver, state, schedules and errors come with it.
#include <gtest/gtest.h>
#include <optim/table.h>

namespace gradus::optim::testing {
namespace {

// Lion (Chen et al. 2023): w ← w − lr·sign(β₁·m + (1−β₁)·g);  m ← β₂·m + (1−β₂)·g.
struct LionRule {
  struct Options {
    double lr = 1e-4;
    double beta1 = 0.9, beta2 = 0.99;
  };
  static constexpr std::string_view name = "Lion";
  static constexpr std::array<std::string_view, 1> slots{"exp_avg"};
  static constexpr unsigned always_used = 1;
  static unsigned used(const Options&) { return 1; }
  static Fields fields(Options& o) { return {{"lr", &o.lr}, {"beta1", &o.beta1}, {"beta2", &o.beta2}}; }
  static void validate(const Options& o) {
    require_at_least_zero(name, "lr", o.lr);
    require_below_one(name, "beta1", o.beta1);
    require_below_one(name, "beta2", o.beta2);
  }
  static std::string formula(const Options& o) { return text("w ← w − ", o.lr, "·sign(", o.beta1, "·m + ", 1 - o.beta1, "·g)"); }
  static Loop loop(Dtype dtype, unsigned used) { return compiled_here<LionRule>(dtype, used); }

  struct Scalars {
    double lr, beta1, rest1, beta2, rest2;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool) { return {o.lr, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2}; }
  template <class T>
  static auto update(const Scalars& s) {
    const T lr(s.lr), beta1(s.beta1), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2);
    return [=](T& w, T g, T& m) {
      const T d = beta1 * m + rest1 * g;
      w -= d > 0 ? lr : d < 0 ? -lr : T(0);
      m = beta2 * m + rest2 * g;
    };
  }
};
using Lion = OptimizerOf<LionRule>;

TEST(Rule, OfAUserWorksLikeABuiltInOne) {
  for (Dtype dtype : {f32, f64}) {
    const Parameters p = single(f64s({1, 1, 1}).to(dtype), f64s({5, -0.1, 0}).to(dtype));
    Lion lion(p, {.lr = 0.25});
    lion.step();
    EXPECT_EQ(values(p), (std::vector<double>{0.75, 1.25, 1}));
    const State state = lion.state();
    EXPECT_NEAR(state.arrays.at("w.exp_avg").at({0}), 0.05, 1e-8);
    Lion other(p);
    other.load_state(state);
    EXPECT_EQ(other.lr(), 0.25);
    StepLR schedule(other, {.step_size = 1, .gamma = 0.5});
    schedule.step();
    EXPECT_EQ(other.options().lr, 0.125);
  }
  EXPECT_THROW(Lion(table_parameters(), {.beta1 = 1}), ValueError);
  EXPECT_EQ(Lion(table_parameters()).describe(), "Lion\n  group 0: 4 parameters, 1042 numbers\n    w ← w − 0.0001·sign(0.9·m + 0.1·g)");
}

}  // namespace
}  // namespace gradus::optim::testing
