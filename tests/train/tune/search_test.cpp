// Searches: what is tried hangs from the seed alone, whatever ends a process is a result, and an interrupted search goes on.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>

#include <unistd.h>

#include <gmock/gmock.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/random.h>
#include <gradus/train/tune/search.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace search_test {

using namespace gradus;
using train::SearchBy, train::Trial, train::TrialResult;
using ::testing::AllOf, ::testing::ElementsAre, ::testing::HasSubstr;

enum class Shape2 { round, square };
struct Settings {
  double lr = 0.1;
  std::int64_t width = 8;
  bool wide = false;
  std::string name = "a";

  void describe(Describe& is) const {
    is(range::above_zero, lr);
    is(range::at_least_one, width);
  }
};
const std::vector<train::Dimension> space{train::log_uniform("lr", 1e-3, 10), train::one_of("width", {4, 8, 16})};
double distance(const Settings& s) { return std::abs(std::log10(s.lr)) + static_cast<double>(s.width) / 100; }

std::string results_of(const train::SearchResults& results) {   // without what is measured
  std::string out;
  for (const TrialResult& t : results.trials) {
    out += text(t.trial, " ", t.budget, " ", t.value);
    for (const auto& [option, value] : t.settings) out += text(" ", option, "=", value);
    out += "\n";
  }
  return out;
}

TEST(Search, TriesTheSameInAnyNumberOfProcesses) {
  const auto run = [](int processes, std::uint64_t seed) {
    return train::search(Settings{}, space, [](const Settings& s) { return distance(s) + default_generator().uniform() * 1e-3; },
                         {.trials = 6, .processes = processes, .seed = seed});
  };
  const Generator::State before = default_generator().state();
  const train::SearchResults here = run(0, 1), apart = run(3, 1);
  EXPECT_EQ(default_generator().state().position, before.position);
  EXPECT_EQ(results_of(here), results_of(apart));
  EXPECT_NE(results_of(here), results_of(run(0, 2)));
  std::set<std::string> rates;
  for (const TrialResult& t : here.trials) {
    rates.insert(t.settings[0].second);
    EXPECT_GE(here.best().value * 1.0000001, 0);
    EXPECT_LE(here.best().value, t.value);
  }
  EXPECT_EQ(rates.size(), 6u);
  const Settings best = train::with_settings(Settings{.wide = true}, here.best());
  EXPECT_TRUE(best.wide);
  EXPECT_NEAR(distance(best), here.best().value, 1e-3);
}

TEST(Search, AGridIsAllThatThereIs) {
  const train::SearchResults found = train::search(
      Settings{}, {train::one_of("wide", {false, true}), train::uniform("width", 1, 3), train::one_of("name", {"x,y", "z"})},
      [](const Settings& s) { return s.width + (s.wide ? 10 : 0) + (s.name == "z" ? 100 : 0); },
      {.by = SearchBy::grid, .processes = 0, .maximise = true, .grid_points = 9});
  EXPECT_EQ(found.trials.size(), 12u);   // width is whole: three
  EXPECT_EQ(found.best().value, 113);
  EXPECT_THAT(found.text().substr(0, 40), HasSubstr("trial  budget"));
  EXPECT_THAT(found.csv(), AllOf(HasSubstr("trial,budget,end,value,seconds,wide,width,name,message\n"), HasSubstr("\"x,y\"")));
}

TEST(Search, HalvingGivesTheBestTheMost) {
  std::multiset<std::int64_t> budgets;
  const train::SearchResults found = train::search(
      Settings{}, space,
      [&](const Settings& s, const Trial& trial) {
        budgets.insert(trial.budget);
        return distance(s) / static_cast<double>(trial.budget);
      },
      {.by = SearchBy::halving, .trials = 9, .processes = 0, .budget = 9});
  EXPECT_THAT(std::vector<std::size_t>({budgets.count(1), budgets.count(3), budgets.count(9)}), ElementsAre(9u, 3u, 1u));
  EXPECT_EQ(found.best().budget, 9);
  double least = 1e9;
  for (const TrialResult& t : found.trials)
    if (t.budget == 1) least = std::min(least, t.value);
  EXPECT_NEAR(found.best().value * 9, least, 1e-12);
}

TEST(Search, WhateverEndsAProcessIsAResult) {
  const train::SearchResults found = train::search(
      Settings{}, {train::one_of("width", {1, 2, 3, 4, 5, 6})},
      [](const Settings& s) -> double {
        if (s.width == 2) throw std::runtime_error("of \"mine\"\n");
        if (s.width == 3) ::raise(SIGKILL);
        if (s.width == 4) std::_Exit(7);
        if (s.width == 5)
          for (;;) ::pause();
        return s.width == 6 ? NAN : 0.5;
      },
      {.by = SearchBy::grid, .processes = 2, .seconds = 1});
  std::vector<std::string> ends;
  for (const TrialResult& t : found.trials) ends.push_back(text(static_cast<int>(t.end), " ", t.message));
  EXPECT_THAT(ends, ElementsAre("0 ", "1 of \"mine\"\n", HasSubstr("2 signal 9"), HasSubstr("2 its process ended with exit code 7"),
                                HasSubstr("3 it took too long"), "0 "));
  EXPECT_EQ(found.best().trial, 0);
  const auto nothing = train::search(Settings{}, space, [](const Settings&) -> double { fail<ValueError>("never"); }, {.processes = 0});
  EXPECT_THAT(message_of([&] { nothing.best(); }), HasSubstr("never"));
}

TEST(Search, GoesOnWhereItWasInterrupted) {
  const TemporaryFolder folder;
  const std::string file = folder / "s.jsonl";
  int calls = 0, most = 3;
  const auto run = [&](const train::SearchOptions& options) {
    return train::search(Settings{}, space,
                         [&](const Settings& s) {
                           if (calls++ == most) throw 1;   // a failed one is a result, too
                           return distance(s);
                         },
                         options);
  };
  const train::SearchOptions options{.trials = 5, .processes = 0, .file = file};
  const std::string all = results_of(run({.trials = 5, .processes = 0}));
  calls = 0, most = 100;
  run(options);
  std::ifstream in(file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(calls, 5);
  std::vector<std::size_t> ends{0};
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') ends.push_back(i + 1);
  ASSERT_EQ(ends.size(), 7u);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{5}, ends[1], ends[3], ends[3] + 10, text.size()}) {   // killed while it wrote
    std::ofstream(file, std::ios::trunc) << text.substr(0, cut);
    calls = 0;
    EXPECT_EQ(run(options).trials.size(), 5u);
    EXPECT_EQ(calls, cut < ends[1] || cut == ends[1] ? 5 : cut == text.size() ? 0 : 3) << cut;
  }
  EXPECT_THAT(message_of([&] { run({.trials = 5, .processes = 0, .seed = 2, .file = file}); }), HasSubstr("another search"));
  std::ofstream(file, std::ios::app) << "{}\n";
  EXPECT_THAT(message_of([&] { run(options); }), HasSubstr("line 7: no result of a trial: there is no \"trial\""));
  std::ofstream(file, std::ios::trunc) << "a letter to my mother";
  EXPECT_THAT(message_of([&] { run(options); }), HasSubstr("no file of a search"));
}

TEST(Search, RefusesWhatItCannotTry) {
  const auto message = [](std::vector<train::Dimension> dimensions, const train::SearchOptions& options = {}) {
    return message_of([&] { train::search(Settings{}, dimensions, [](const Settings&) { return 0.; }, options); });
  };
  EXPECT_THAT(message({}), HasSubstr("no dimension"));
  EXPECT_THAT(message({train::uniform("rate", 0, 1)}), HasSubstr("has no option rate"));
  EXPECT_THAT(message({train::uniform("lr", -1, 1)}), HasSubstr("lr must be finite and above 0"));
  EXPECT_THAT(message({train::uniform("lr", 2, 1)}), HasSubstr("lr from 2 to 1"));
  EXPECT_THAT(message({train::log_uniform("lr", 0, 1)}), HasSubstr("above 0"));
  EXPECT_THAT(message({train::one_of("width", {1, 0})}), HasSubstr("width must be"));
  EXPECT_THAT(message({train::one_of("width", {"many"})}), HasSubstr("\"many\" is no value of width"));
  EXPECT_THAT(message({train::uniform("name", 0, 1)}), HasSubstr("name is no number"));
  EXPECT_THAT(message({train::one_of("lr", {1.}), train::one_of("lr", {2.})}), HasSubstr("two dimensions"));
  EXPECT_THAT(message(space, {.by = SearchBy::halving, .budget = 2, .least_budget = 3}), HasSubstr("least_budget"));
}

}  // namespace search_test
