// Options that describe themselves: names by reflection, texts and back, ranges with the words of their errors, names that are misspelt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/describe/options.h>

#include <message_of.h>

namespace gradus::options_test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

enum class Way { up, down, around };
enum class Alone { only };

struct Options {
  double rate = 0.1;
  std::array<double, 2> betas{0.9, 0.999};
  std::int64_t steps = 0;
  int threads = 2;
  std::uint64_t seed = 7;
  bool fast = false;
  Way way = Way::down;
  Way half = Way::up;
  std::string folder = "runs";
  std::vector<std::int64_t> milestones{10, 20};
  std::optional<double> momentum = {};
  std::function<double(double)> scale = {};
  int* counter = nullptr;                           // somebody else's: no option

  void describe(Describe& is) const {
    is(range::at_least_zero, rate);
    is(range::below_one, betas);
    is(range::given(range::at_least_one), steps);
    is(range::between(1, 64), threads);
    is(range::at_least_zero, milestones);
    is(range::unit, momentum);
    is(range::one_of_first(2), half);
    is.unsaved(threads);
  }
};

std::string refusal(const Options& options) {
  return message_of([&] { check_options("Thing", options); });
}
std::string refusal(std::string_view name, std::string_view text) {
  Options options{.steps = 5};
  const std::string message = message_of([&] { set_option("Thing", options, name, text); });
  EXPECT_EQ(describe_options("", options), describe_options("", Options{.steps = 5})) << "nothing has changed";
  return message;
}

TEST(Options, HaveTheNamesOfTheirMembers) {
  std::vector<std::string> names;
  const Options options;
  for (const Option& option : options_of(options)) names.emplace_back(option.name());
  EXPECT_THAT(names, ElementsAreArray({"rate", "betas.0", "betas.1", "steps", "threads", "seed", "fast", "way", "half", "folder",
                                       "milestones", "momentum", "scale"}));
}

TEST(Options, DescribeThemselves) {
  EXPECT_EQ(describe_options("Thing", Options{}),
            "Thing(rate=0.1, betas.0=0.9, betas.1=0.999, steps=0, threads=2, seed=7, fast=false, way=down, half=up, folder=runs, "
            "milestones=10,20, "
            "momentum=none, scale=none)");
}

TEST(Options, OfEnumerationsAreCalledAsTheirValues) {
  EXPECT_THAT(reflect::enum_names<Way>, ElementsAreArray({"up", "down", "around"}));
  EXPECT_THAT(reflect::enum_names<Alone>, ElementsAre("only"));
  EXPECT_EQ(reflect::enum_type<Way>(), "Way");
  EXPECT_EQ(reflect::enum_name(Way::around), "around");
}

TEST(Options, AreSetByText) {
  Options o{.steps = 1};
  for (const auto& [name, text] : std::vector<std::pair<const char*, const char*>>{
           {"rate", "1e-3"}, {"betas.1", "0.5"}, {"steps", "1e6"}, {"threads", "8"}, {"seed", "18446744073709551615"}, {"fast", "true"},
           {"way", "around"},
           {"folder", "a b"}, {"milestones", "3,4,5"}, {"momentum", "0.25"}})
    set_option("Thing", o, name, text);
  EXPECT_EQ(o.rate, 1e-3);
  EXPECT_THAT(o.betas, ElementsAreArray({0.9, 0.5}));
  EXPECT_EQ(o.steps, 1000000);
  EXPECT_EQ(o.threads, 8);
  EXPECT_EQ(o.seed, 18446744073709551615u);
  EXPECT_TRUE(o.fast);
  EXPECT_EQ(o.way, Way::around);
  EXPECT_EQ(o.folder, "a b");
  EXPECT_THAT(o.milestones, ElementsAreArray({3, 4, 5}));
  EXPECT_EQ(o.momentum, 0.25);
  set_option("Thing", o, "momentum", "none");
  set_option("Thing", o, "milestones", "");
  EXPECT_EQ(o.momentum, std::nullopt);
  EXPECT_TRUE(o.milestones.empty());
}

TEST(Options, OutOfRangeAreErrors) {
  EXPECT_EQ(refusal(Options{.rate = -1, .steps = 1}), "Thing: rate must be finite and at least 0, not -1");
  EXPECT_EQ(refusal(Options{.rate = NAN, .steps = 1}), "Thing: rate must be finite and at least 0, not nan");
  EXPECT_EQ(refusal(Options{.rate = HUGE_VAL, .steps = 1}), "Thing: rate must be finite and at least 0, not inf");
  EXPECT_EQ(refusal(Options{.betas = {0.5, 1}, .steps = 1}), "Thing: betas.1 must lie in [0, 1), not 1");
  EXPECT_EQ(refusal(Options{}), "Thing: steps must be given, at least 1");
  EXPECT_EQ(refusal(Options{.steps = -1}), "Thing: steps must be at least 1, not -1");
  EXPECT_EQ(refusal(Options{.steps = 1, .threads = 65}), "Thing: threads must lie in [1, 64], not 65");
  EXPECT_EQ(refusal(Options{.steps = 1, .half = Way::around}), "Thing: half must be one of Way::up, Way::down");
  EXPECT_EQ(refusal(Options{.steps = 1, .way = static_cast<Way>(3)}), "Thing: way must be one of Way::up, Way::down, Way::around");
  EXPECT_EQ(refusal(Options{.steps = 1, .milestones = {1, -2}}), "Thing: each of milestones must be at least 0, not -2");
  EXPECT_EQ(refusal(Options{.steps = 1, .momentum = 1.5}), "Thing: momentum must lie in [0, 1], not 1.5");
  EXPECT_NO_THROW(check_options("Thing", Options{.steps = 1, .momentum = 1}));
}

TEST(Options, ThatDoNotFitTheirTextAreErrorsAndChangeNothing) {
  EXPECT_EQ(refusal("rate", "fast"), "Thing: \"fast\" is no value of rate (finite and at least 0)");
  EXPECT_EQ(refusal("rate", "-1"), "Thing: rate must be finite and at least 0, not -1");
  EXPECT_EQ(refusal("steps", "2.5"), "Thing: \"2.5\" is no value of steps (at least 1)");
  EXPECT_EQ(refusal("threads", "99999999999"), "Thing: \"99999999999\" is no value of threads (in [1, 64])");
  EXPECT_EQ(refusal("seed", "-1"), "Thing: \"-1\" is no value of seed");
  EXPECT_EQ(refusal("seed", "18446744073709551616"), "Thing: \"18446744073709551616\" is no value of seed");
  EXPECT_EQ(refusal("fast", "yes"), "Thing: \"yes\" is no value of fast (true, false)");
  EXPECT_EQ(refusal("way", "sideways"), "Thing: \"sideways\" is no value of way (up, down, around)");
  EXPECT_EQ(refusal("half", "around"), "Thing: half must be one of Way::up, Way::down");
  EXPECT_EQ(refusal("milestones", "1,x"), "Thing: \"1,x\" is no value of milestones (finite and at least 0)");
  EXPECT_EQ(refusal("scale", "sin"), "Thing: \"sin\" is no value of scale");
}

TEST(Options, ThatAreNotThereAreAnsweredWithTheNearest) {
  EXPECT_EQ(refusal("beta.0", "0"),
            "Thing: has no option beta.0; did you mean \"betas.0\"?; it has rate, betas.0, betas.1, steps, threads, seed, fast, "
            "way, half, folder, milestones, momentum, scale");
  EXPECT_THAT(refusal("counter", "0"), ::testing::StartsWith("Thing: has no option counter; it has rate, "));
}

TEST(Options, GoThroughValues) {
  Values values;
  const Options saved{.rate = 0.1 + 0.2, .steps = 9, .fast = true, .way = Way::up, .momentum = 0.5};
  write_options(values, "thing.", options_of(saved));
  EXPECT_EQ(values.at("thing.rate"), "0.30000000000000004");
  EXPECT_FALSE(values.contains("thing.threads")) << "is not saved";
  EXPECT_FALSE(values.contains("thing.scale")) << "cannot be";

  Options all{.threads = 5};
  ValueReader reader(values);
  read_options(reader, "thing.", options_of(all), ValueReader::Agree::nothing);
  EXPECT_TRUE(reader.fits()) << reader.problems();
  EXPECT_EQ(all.rate, 0.1 + 0.2);
  EXPECT_EQ(all.way, Way::up);
  EXPECT_EQ(all.momentum, 0.5);
  EXPECT_EQ(all.threads, 5);

  Options here;
  values["thing.rate"] = "x";
  values.erase("thing.steps");
  ValueReader strict(values);
  read_options(strict, "thing.", options_of(here));
  EXPECT_EQ(message_of([&] { strict.finish("Thing: does not fit"); }),
            "Thing: does not fit:\n  thing.rate is \"x\", which is no value of this option\n  missing thing.steps\n"
            "  thing.fast is true in the state but false here: construct it with .fast = true\n"
            "  thing.way is up in the state but down here: construct it with .way = Way::up");
  EXPECT_EQ(here.way, Way::down);
}

TEST(NumberText, ReadsBackExactly) {
  for (const double x : {0., 0.1, 1e-8, 30., 1e6, 1e300, 5e-324, -2.5, 0.1 + 0.2, 1. / 3}) EXPECT_EQ(parse_number(number_text(x)), x) << x;
  EXPECT_EQ(number_text(0.001), "0.001");
  for (const char* text : {"", " 1", "1 ", "0x10", "1e", "one", "1,5", "+1"}) EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

}  // namespace gradus::options_test
