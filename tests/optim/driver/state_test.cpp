// State by name: what is in it, what is refused, and that a refusal changes nothing.
#include <filesystem>

#include <gmock/gmock.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gtest/gtest.h>
#include <optim/rules/table.h>
#include <temporary_folder.h>

#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/schedule_free_adamw.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::state_test {

using ::testing::HasSubstr;

std::string refusal(Optimizer& optimizer, const State& state) {
  try {
    optimizer.load_state(state);
  } catch (const ValueError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(State, IsNamed) {
  const Parameters p = table_parameters(f32);
  Adam adam({{.params = {p[0], p[1]}, .options = {.lr = 0.1}}, {.params = {p[2], p[3]}}});
  run(adam, p, 0, 1);   // d has no gradient yet
  const State state = adam.state();
  std::vector<std::string> names;
  for (const auto& [name, array] : state.arrays) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"a.exp_avg", "a.exp_avg_sq", "a.step", "b.exp_avg", "b.exp_avg_sq", "b.step", "c.exp_avg",
                                             "c.exp_avg_sq", "c.step"}));
  EXPECT_EQ(state.arrays.at("b.exp_avg").shape(), (Shape{17}));
  EXPECT_EQ(state.arrays.at("b.exp_avg").dtype(), f32);
  EXPECT_EQ(state.arrays.at("b.step").dtype(), i64);
  EXPECT_EQ(state.values.at("optimizer"), "Adam");
  EXPECT_EQ(state.values.at("groups"), "2");
  EXPECT_EQ(state.values.at("group.0.lr"), "0.1");
  EXPECT_EQ(state.values.at("group.1.betas.1"), "0.999");
  EXPECT_EQ(state.values.at("group.1.amsgrad"), "false");
  EXPECT_EQ(state.values.at("d.group"), "1");
}

TEST(State, GoesThroughAFile) {
  const Parameters one = table_parameters(f32), two = table_parameters(f32);
  AdamW saved(one, {.lr = 0.1 + 0.2, .amsgrad = true});
  run(saved, one, 0, 5);
  const TemporaryFolder folder;
  saved.save(folder / "adamw.safetensors");
  AdamW loaded(two, {.amsgrad = true});
  loaded.load(folder / "adamw.safetensors");
  for (int t = 0; t < 4; ++t) two[t].leaf->value = one[t].leaf->value;
  run(saved, one, 5, 9);
  run(loaded, two, 5, 9);
  EXPECT_EQ(loaded.lr(), 0.1 + 0.2);
  EXPECT_EQ(values(one), values(two));
}

// As files were written before options were described in one place: whole numbers as 1e+06, in the metadata.
TEST(State, OfAnOlderFileIsTheSame) {
  const Parameters one = table_parameters(), two = table_parameters();
  ScheduleFreeAdamW saved(one, {.warmup_steps = 1000000});
  run(saved, one, 0, 3);
  Safetensors older{saved.state().arrays, saved.state().values};
  EXPECT_EQ(older.metadata.at("group.0.warmup_steps"), "1000000");
  older.metadata["group.0.warmup_steps"] = "1e+06";
  older.metadata["note"] = "mine";
  const TemporaryFolder folder;
  save_safetensors(folder / "old.safetensors", older);
  ScheduleFreeAdamW loaded(two);
  loaded.load(folder / "old.safetensors");
  EXPECT_EQ(loaded.options().warmup_steps, 1000000);
  EXPECT_EQ(loaded.state().values, saved.state().values);
}

TEST(State, NumbersAreLoadedAndSwitchesMustAgree) {
  const Parameters p = table_parameters();
  SGD saved(p, {.lr = 0.25, .momentum = 0.75});
  run(saved, p, 0, 2);
  SGD plain(p, {.lr = 0.5});
  plain.load_state(saved.state());
  EXPECT_EQ(plain.lr(), 0.25);
  EXPECT_EQ(plain.option("momentum"), 0.75);
  EXPECT_EQ(plain.state().arrays.size(), saved.state().arrays.size());

  SGD nesterov(p, {.momentum = 0.9, .nesterov = true});
  EXPECT_EQ(refusal(nesterov, saved.state()),
            "SGD: the state does not fit this optimizer:\n"
            "  group.0.nesterov is false in the state but true here: construct it with .nesterov = false");
}

TEST(State, OfAnotherRuleIsRefused) {
  const Parameters p = table_parameters();
  Adam adam(p);
  AdamW adamw(p);
  EXPECT_EQ(refusal(adamw, adam.state()), "AdamW: this is the state of Adam; load it into optim::Adam");
  EXPECT_EQ(refusal(adam, State{}), "Adam: this is not an optimizer's state: it has no \"optimizer\"");
}

TEST(State, EverythingThatDoesNotFitIsListedAndNothingChanges) {
  const Parameters p = table_parameters();
  Adam adam({{.params = {p[0], p[1]}}, {.params = {p[2], p[3]}}});
  run(adam, p, 0, 4);
  State state = adam.state();
  const State before = state;
  state.arrays.erase("a.exp_avg");
  state.arrays.erase("b.step");
  state.arrays["c.exp_avg"] = Array::zeros({999}, f64);
  state.arrays["c.exp_avg_sq"] = Array::zeros({1000}, f32);
  state.arrays["d.step"] = Array::scalar(1.5, f64);
  state.arrays["e.exp_avg"] = Array::zeros({2}, f64);
  state.values["e.group"] = "0";
  state.values["a.group"] = "1";
  state.values.erase("group.0.eps");
  state.values["group.0.lr"] = "fast";
  state.values["group.1.lr"] = "-1";
  state.values["group.1.initial_lr"] = "?";
  state.values["group.1.form"] = "ema";
  state.values["note"] = "a user's own";
  const std::string message = refusal(adam, state);
  for (const char* line :
       {"missing a.exp_avg", "unexpected b.exp_avg [17] f64\n", "unexpected b.exp_avg_sq",
        "c.exp_avg is [999] f64 in the state but [1000] f64 here", "c.exp_avg_sq is [1000] f32 in the state but [1000] f64 here",
        "d.step must be one i64 of at least 1 and below 2^53", "unexpected e.exp_avg", "unexpected e.group",
        "a is in group 1 in the state but 0 here", "missing group.0.eps", "group.0.lr is \"fast\", which is no value of this option",
        "group 1: Adam: lr must be finite and at least 0, not -1", "group.1.initial_lr is \"?\", which is no number",
        "unexpected group.1.form"})
    EXPECT_THAT(message, HasSubstr(line));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("note")));
  const State after = adam.state();
  EXPECT_EQ(after.values, before.values);
  ASSERT_EQ(after.arrays.size(), before.arrays.size());
  for (const auto& [name, array] : before.arrays) EXPECT_EQ(after.arrays.at(name).to_vector(), array.to_vector()) << name;
}

TEST(State, AStepCountThatCannotGoOnIsRefused) {
  const Parameters p = table_parameters();
  Adam adam(p);
  run(adam, p, 0, 1);
  for (const std::int64_t step : {INT64_MAX, std::int64_t{1} << 53, std::int64_t{0}, std::int64_t{-1}}) {
    State state = adam.state();
    state.arrays["a.step"] = Array::from({step}, {});
    EXPECT_EQ(refusal(adam, state), "Adam: the state does not fit this optimizer:\n  a.step must be one i64 of at least 1 and below 2^53")
        << step;
  }
}

TEST(State, OfAnotherModelIsRefused) {
  const Parameters p = table_parameters();
  SGD two(Parameters{p[0], p[1]}, {.momentum = 0.9}), three(Parameters{p[0], p[1], p[2]}, {.momentum = 0.9});
  EXPECT_EQ(refusal(three, two.state()), "SGD: the state does not fit this optimizer:\n  missing c.group");
  EXPECT_EQ(refusal(two, three.state()), "SGD: the state does not fit this optimizer:\n  unexpected c.group");
  SGD groups({{.params = {p[0]}}, {.params = {p[1]}}});
  EXPECT_EQ(refusal(groups, two.state()), "SGD: the state has 1 parameter groups, this optimizer 2");
}

TEST(State, ForgetsStepsThatTheLoadedOneHasNotTaken) {
  const Parameters p = table_parameters();
  Adam adam(p);
  const State fresh = adam.state();
  run(adam, p, 0, 3);
  adam.load_state(fresh);
  EXPECT_TRUE(adam.state().arrays.empty());
}

}  // namespace gradus::optim::testing::state_test
