// Schedules: PyTorch's numbers over 60 steps, the contract of the shell, resuming.
#include <cmath>

#include <gtest/gtest.h>
#include <optim/table.h>

namespace gradus::optim::testing {
namespace {

struct TwoGroups {
  Parameters p = table_parameters();
  SGD sgd{{{.params = {p[0]}, .options = {.lr = 0.1}}, {.params = {p[1]}, .options = {.lr = 0.5}}}};
};

template <class S>
void expect_golden(const std::string& name, typename S::Options options) {
  const Array golden = load_safetensors(GRADUS_GOLDEN "/optim.safetensors").arrays.at(name);
  TwoGroups two;
  S schedule(two.sgd, options);
  for (int epoch = 0; epoch <= 60; ++epoch) {
    ASSERT_EQ(schedule.last_epoch(), epoch);
    for (int group = 0; group < 2; ++group) {
      ASSERT_NEAR(schedule.get_last_lr()[group], golden.at({epoch, group}), 1e-12) << name << ", epoch " << epoch;
      ASSERT_EQ(two.sgd.lr(group), schedule.get_last_lr()[group]);
    }
    schedule.step();
  }
}

TEST(Schedule, HasPyTorchsNumbers) {
  expect_golden<StepLR>("StepLR", {.step_size = 7, .gamma = 0.3});
  expect_golden<StepLR>("StepLR_default", {.step_size = 20});
  expect_golden<CosineAnnealingLR>("CosineAnnealingLR", {.t_max = 25, .eta_min = 0.01});
  expect_golden<CosineAnnealingLR>("CosineAnnealingLR_default", {.t_max = 60});
}

TEST(Schedule, IsAPureFunction) {
  TwoGroups two;
  const StepLR steps(two.sgd, {.step_size = 3});
  EXPECT_EQ(steps.lr(1, 2), 1);
  EXPECT_EQ(steps.lr(1, 3), 0.1);     // on the boundary, not after it
  EXPECT_EQ(two.sgd.lr(), 0.1);
  const CosineAnnealingLR cosine(two.sgd, {.t_max = 4, .eta_min = 0.5});
  EXPECT_EQ(cosine.lr(1, 0), 1);
  EXPECT_NEAR(cosine.lr(1, 2), 0.75, 1e-15);
  EXPECT_EQ(cosine.lr(1, 4), 0.5);
  EXPECT_EQ(cosine.lr(1, 8), 1);      // and up again
}

TEST(Schedule, ConstructedOnResumeDoesNotDecayTwice) {
  TwoGroups one;
  StepLR schedule(one.sgd, {.step_size = 2});
  for (int epoch = 0; epoch < 5; ++epoch) schedule.step();
  ASSERT_EQ(one.sgd.lr(), 0.1 * std::pow(0.1, 2));
  const State saved = one.sgd.state();
  EXPECT_EQ(saved.metadata.at("group.0.initial_lr"), "0.1");

  TwoGroups two;                       // states loaded into a fresh pair
  StepLR fresh(two.sgd, {.step_size = 2});
  two.sgd.load_state(saved);
  fresh.load_state(schedule.state());
  EXPECT_EQ(fresh.last_epoch(), 5);
  EXPECT_EQ(two.sgd.lr(), one.sgd.lr());

  TwoGroups three;                     // the schedule constructed over a loaded optimizer, told where it was
  three.sgd.load_state(saved);
  const StepLR told(three.sgd, {.step_size = 2}, 4);
  EXPECT_EQ(told.last_epoch(), 5);
  EXPECT_EQ(three.sgd.lr(), one.sgd.lr());

  TwoGroups four;                      // the same, not told, its state loaded
  four.sgd.load_state(saved);
  StepLR later(four.sgd, {.step_size = 2});
  EXPECT_EQ(four.sgd.lr(), 0.1);
  later.load_state(schedule.state());
  EXPECT_EQ(four.sgd.lr(), one.sgd.lr());

  for (StepLR* each : {&schedule, &fresh, &later}) each->step();
  EXPECT_EQ(two.sgd.lr(), one.sgd.lr());
  EXPECT_EQ(four.sgd.lr(), one.sgd.lr());
  EXPECT_EQ(schedule.state().metadata, fresh.state().metadata);
}

TEST(Schedule, TakesOverGroupsAddedLater) {
  TwoGroups two;
  StepLR schedule(two.sgd, {.step_size = 1});
  two.sgd.add_param_group({.params = {two.p[2]}, .options = {.lr = 1}});
  schedule.step();
  ASSERT_EQ(schedule.get_last_lr().size(), 3u);
  EXPECT_EQ(two.sgd.lr(2), 0.1);
}

template <class F>
std::string message(F&& f) {
  try {
    f();
  } catch (const ValueError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Schedule, RejectsWhatItCannotMean) {
  TwoGroups two;
  EXPECT_EQ(message([&] { StepLR(two.sgd, {}); }), "StepLR: step_size must be at least 1, not 0");
  EXPECT_EQ(message([&] { StepLR(two.sgd, {.step_size = 1, .gamma = -1}); }), "StepLR: gamma must be finite and at least 0, not -1");
  EXPECT_EQ(message([&] { CosineAnnealingLR(two.sgd, {}); }), "CosineAnnealingLR: t_max must be at least 1, not 0");
  EXPECT_EQ(message([&] { CosineAnnealingLR(two.sgd, {.t_max = 3, .eta_min = NAN}); }), "CosineAnnealingLR: eta_min must be finite and at least 0, not nan");
  EXPECT_EQ(message([&] { StepLR(two.sgd, {.step_size = 1}, 3); }),
            "StepLR: last_epoch = 3 resumes a schedule, but group 0 has no initial_lr: load the optimizer's state first");
  EXPECT_EQ(message([&] { StepLR(two.sgd, {.step_size = 1}, -2); }), "StepLR: last_epoch must be at least -1, not -2");
  EXPECT_EQ(two.sgd.lr(), 0.1);
  EXPECT_FALSE(two.sgd.initial_lr(0));
}

TEST(Schedule, RejectsStatesThatAreNotItsOwn) {
  TwoGroups two;
  StepLR steps(two.sgd, {.step_size = 2});
  CosineAnnealingLR cosine(two.sgd, {.t_max = 2});
  EXPECT_EQ(message([&] { cosine.load_state(steps.state()); }), "CosineAnnealingLR: this is the state of StepLR");
  EXPECT_EQ(message([&] { steps.load_state({}); }), "StepLR: the state lacks schedule");
  const auto edited = [&](const char* key, const char* value) {
    State state = steps.state();
    state.metadata[key] = value;
    return message([&] { steps.load_state(state); });
  };
  EXPECT_EQ(edited("step_size", "2.5"), "StepLR: step_size is \"2.5\", which is no value of this option");
  EXPECT_EQ(edited("step_size", "0"), "StepLR: step_size must be at least 1, not 0");
  EXPECT_EQ(edited("last_epoch", "-1"), "StepLR: last_epoch is \"-1\", which is no count");
  EXPECT_EQ(edited("base_lr.1", "-1"), "StepLR: base_lr.1 must be finite and at least 0, not -1");
  EXPECT_EQ(edited("base_lr.2", "1"), "StepLR: the state has more groups than the optimizer, which has 2");
  EXPECT_EQ(steps.last_epoch(), 0);
  EXPECT_EQ(steps.lr(1, 2), 0.1);
}

}  // namespace
}  // namespace gradus::optim::testing
