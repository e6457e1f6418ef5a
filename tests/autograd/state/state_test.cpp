// State: arrays and values by name, the report of what does not fit, and sums of states that are loaded whole or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/state/state.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::state_test {

using ::testing::HasSubstr;

// A user's own.
struct Best {
  double loss = 100;
  std::int64_t epoch = 0;
  Array weights = Array::zeros({2});
  State state() const {
    State s({{"weights", weights}});
    s.set("loss", loss);
    s.set("epoch", epoch);
    return s;
  }
  void load_state(const State& s) {
    StateReader reader(s);
    const double l = reader.number("loss", 0);
    const std::int64_t e = reader.count("epoch");
    const Array w = reader.array("weights", weights.shape(), weights.dtype());
    reader.expect_no_more_arrays();
    reader.finish("Best: the state does not fit");
    loss = l;
    epoch = e;
    weights = w;
  }
};
static_assert(Stateful<Best> && Stateful<Generator> && !Stateful<int>);

TEST(AState, GoesThroughAFile) {
  const TemporaryFolder folder;
  State state({{"w", Array::full({2, 3}, 7)}}, {{"note", "x"}});
  state.set("lr", 0.1 + 0.2);
  state.set("seed", std::uint64_t{18446744073709551615u});
  state.set("on", true);
  save_state(folder / "s.safetensors", state);
  const State back = read_state(folder / "s.safetensors");
  EXPECT_EQ(back.values, state.values);
  EXPECT_EQ(back.values.at("seed"), "18446744073709551615");
  EXPECT_EQ(back.arrays.at("w").to_vector(), state.arrays.at("w").to_vector());
}

TEST(AState, HasParts) {
  State sum;
  sum.add("a.", State({{"w", Array::zeros({1})}}, {{"x", "1"}}));
  sum.add("ab.", State({}, {{"x", "2"}}));
  EXPECT_EQ(sum.part("a.").values, (Values{{"x", "1"}}));
  EXPECT_TRUE(sum.part("a.").arrays.contains("w"));
  EXPECT_EQ(sum.part("ab.").values, (Values{{"x", "2"}}));
}

TEST(AStatesReader, ListsAllThatDoesNotFit) {
  const State state({{"a", Array::zeros({2})}, {"b", Array::zeros({3})}, {"z", Array::zeros({})}}, {{"n", "-1"}, {"x", "nan"}});
  StateReader reader(state);
  EXPECT_TRUE(reader.array("a", {2}, f32).defined());
  EXPECT_FALSE(reader.array("b", {3}, f64).defined());
  EXPECT_FALSE(reader.array("c", {4, 1}, i64).defined());
  reader.count("n");
  reader.count("m");
  reader.number("x", 0);
  reader.expect_no_more_arrays();
  EXPECT_EQ(message_of([&] { reader.finish("Thing: does not fit"); }),
            "Thing: does not fit:\n  b is [3] f32 in the state but [3] f64 here\n  missing c [4, 1] i64\n  n is \"-1\", which is no "
            "count\n  missing m\n"
            "  x is \"nan\", which is not a finite number of at least 0\n  unexpected z [] f32");
}

TEST(AState, OfAGeneratorGoesOn) {
  Generator one(42, 3), other;
  one.uniform();
  StateAccess<Generator>::load(other, StateAccess<Generator>::state(one));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(one.normal(), other.normal());
  State broken = StateAccess<Generator>::state(one);
  broken.values["seed"] = "-1";
  broken.values.erase("position");
  EXPECT_EQ(message_of([&] { StateAccess<Generator>::load(other, broken); }),
            "Generator: the state does not fit:\n  seed is \"-1\", which is no value of this option\n  missing position");
  EXPECT_EQ(one.normal(), other.normal());
}

TEST(SumOfStates, IsLoadedIntoPartsOfTheSameNames) {
  Best best{.loss = 0.5, .epoch = 7, .weights = Array::full({2}, 3)}, fresh;
  Generator generator(5), other;
  generator.uniform();
  const State sum = sum_of_states({{"best", best}, {"generator", generator}});
  EXPECT_EQ(sum.values.at("parts"), "best,generator");
  EXPECT_EQ(sum.values.at("best.loss"), "0.5");
  load_sum_of_states("resume", {{"generator", other}, {"best", fresh}}, sum);
  EXPECT_EQ(fresh.loss, 0.5);
  EXPECT_EQ(fresh.epoch, 7);
  EXPECT_EQ(fresh.weights.to_vector(), (std::vector<double>{3, 3}));
  EXPECT_EQ(generator.uniform(), other.uniform());
}

TEST(SumOfStates, IsLoadedWholeOrNotAtAll) {
  Best one{.loss = 0.5, .epoch = 7}, two{.loss = 0.25, .epoch = 9}, a{.loss = 3}, b{.loss = 4};
  const State good = sum_of_states({{"one", one}, {"two", two}});
  State bad = good;
  bad.values["one.loss"] = "?";
  bad.arrays["two.weights"] = Array::zeros({5});
  bad.values.erase("two.epoch");
  EXPECT_EQ(message_of([&] { load_sum_of_states("resume", {{"one", a}, {"two", b}}, bad); }),
            "resume: the state does not fit, and nothing has changed:\n"
            "  one: Best: the state does not fit:\n    loss is \"?\", which is not a finite number of at least 0\n"
            "  two: Best: the state does not fit:\n    missing epoch\n    weights is [5] f32 in the state but [2] f32 here");
  State half = good;
  half.values["two.loss"] = "?";
  EXPECT_THAT(message_of([&] { load_sum_of_states("resume", {{"one", a}, {"two", b}}, half); }), HasSubstr("two: Best"));
  EXPECT_EQ(a.loss, 3) << "the first part had been loaded, and was put back";
  EXPECT_EQ(a.epoch, 0);
  EXPECT_EQ(b.loss, 4);
}

TEST(SumOfStates, OfOtherPartsIsRefused) {
  Best one, two;
  const State sum = sum_of_states({{"one", one}, {"two", two}});
  EXPECT_EQ(message_of([&] {
              load_sum_of_states("resume", {{"one", one}, {"three", two}}, sum);
            }),
            "resume: the parts are not the same (one,two in the state, one,three here):\n  missing three\n  unexpected two\n  unexpected "
            "two.weights [2] f32");
  EXPECT_EQ(message_of([&] {
              load_sum_of_states("resume", {{"one", one}}, one.state());
            }),
            "resume: this is no sum of states: it has no \"parts\"");
  EXPECT_EQ(message_of([&] { sum_of_states({{"one", one}, {"one", two}}); }), "sum_of_states: two parts are named one");
  EXPECT_THAT(message_of([&] { sum_of_states({{"a.b", one}}); }), HasSubstr("not \"a.b\""));
}

}  // namespace gradus::state_test
