// Search for settings: a function that trains and says how good the result is, called with many of them, each time in a process of its
// own, so that one that crashes, or takes all memory, ends nothing else. An opt-in header, not in <gradus/gradus.h>.
//   struct Settings { double lr = 1e-3;  std::int64_t width = 32;  void describe(Describe& is) const { is(range::above_zero, lr); } };
//   const train::SearchResults found = train::search(
//       Settings{}, {train::log_uniform("lr", 1e-4, 1), train::one_of("width", {16, 32, 64})},
//       [&](const Settings& s, const train::Trial& trial) { return validation_loss(s, trial.budget); },
//       {.by = train::SearchBy::halving, .trials = 27, .processes = 2, .budget = 9, .file = "search.jsonl"});
//   std::cout << found;                                       // a table, the best first
// Which settings are tried, and the random numbers of each trial, hang from the seed alone. Where a file is named, every result is a line
// of it (JSON), and a search that was interrupted goes on behind what stands there.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus::train {

// Values that one option may take.
struct Dimension {
  std::string option;                        // its name among the settings: "lr", "betas.0"
  std::vector<std::string> values = {};      // one of these, as texts; empty: a number from low to high
  double low = 0, high = 0;
  bool logarithmic = false;
};

namespace detail {
std::string setting_text(double value);
inline std::string setting_text(std::string_view value) { return std::string(value); }
template <std::same_as<bool> T> std::string setting_text(T value) { return value ? "true" : "false"; }
template <std::integral T>
  requires(!std::same_as<T, bool>)
std::string setting_text(T value) {
  return std::to_string(value);
}
}  // namespace detail

template <class T>
Dimension one_of(std::string option, std::initializer_list<T> values) {
  Dimension d{std::move(option)};
  for (const T& value : values) d.values.push_back(detail::setting_text(value));
  return d;
}
inline Dimension uniform(std::string option, double low, double high) { return {std::move(option), {}, low, high, false}; }
inline Dimension log_uniform(std::string option, double low, double high) { return {std::move(option), {}, low, high, true}; }

// random: `trials` settings, each drawn for itself. grid: all that there are; of a number, grid_points from low to high. halving (Jamieson
// and Talwalkar 2016): `trials` random ones with a small budget, of which the best go on with a budget that is `eta` times as large, one of
// eta, until it is the whole budget.
enum class SearchBy { random, grid, halving };

struct SearchOptions {
  SearchBy by = SearchBy::random;
  std::int64_t trials = 20;
  int processes = 1;             // at a time; 0: none, all in this one, one after the other
  std::uint64_t seed = 1;
  bool maximise = false;         // larger values are better
  std::int64_t budget = 1;       // what Trial::budget is, say epochs; of halving, in the end,
  std::int64_t least_budget = 1; // and in the beginning
  double eta = 3;
  int grid_points = 5;
  double seconds = 0;            // a trial that takes longer is ended; 0: never
  std::string file = {};         // of results, a line each; "": none

  void describe(Describe& is) const {
    is(range::at_least_one, trials, budget, least_budget);
    is(range::at_least_zero, processes, seconds);
    is(range::above(1), eta);
    is(range::at_least(2), grid_points);
  }
};

// What a trial is told beside its settings. default_generator() has been seeded with `seed`.
struct Trial {
  std::int64_t number = 0, budget = 1;
  std::uint64_t seed = 0;        // of the settings' number alone: with another budget it begins alike
};

using SettingTexts = std::vector<std::pair<std::string, std::string>>;   // options and values, as set_option takes them

struct TrialResult {
  std::int64_t trial = 0, budget = 1;
  SettingTexts settings;
  enum class End { done, failed, crashed, timed_out } end = End::done;
  double value = 0;              // NaN where there is none
  double seconds = 0;
  std::string message = {};      // why there is none: what was thrown, the signal
};

struct SearchResults {
  std::vector<TrialResult> trials;               // by budget, then by number
  bool maximise = false;
  // The best of those with the largest budget, of equal ones the first. ValueError, with what went wrong, if no trial has a finite value.
  const TrialResult& best() const;
  std::string text() const;                      // a table, the best first
  std::string csv() const;                       // a heading and a row a trial, RFC 4180
  void save_csv(const FileName& file) const;     // FileError
};
std::ostream& operator<<(std::ostream& out, const SearchResults& results);   // text()

namespace detail {
SearchResults run_search(const OptionList& defaults, const std::vector<Dimension>& space, const SearchOptions& options,
                         const std::function<double(const SettingTexts&, const Trial&)>& f);
}

// `settings` has the values of all options that no dimension names. f returns the value: f(settings, trial), or f(settings). What it
// throws, or a process that dies, is a result, and the search goes on. ValueError, before anything is tried: no such option, a value that
// it cannot have, low above high (or not above 0 of log_uniform), an option twice; a file of another search. FileError: a file of none.
template <class Settings, class F>
SearchResults search(const Settings& settings, const std::vector<Dimension>& space, F&& f, const SearchOptions& options = {}) {
  Settings defaults = settings;
  return detail::run_search(options_of(defaults), space, options, [&](const SettingTexts& texts, const Trial& trial) -> double {
    Settings tried = settings;
    for (const auto& [option, text] : texts) set_option("search", tried, option, text);
    check_options("search", tried);
    if constexpr (std::invocable<F&, const Settings&, const Trial&>) return f(std::as_const(tried), trial);
    else return f(std::as_const(tried));
  });
}
// The settings of a result.
template <class Settings>
Settings with_settings(Settings settings, const TrialResult& result) {
  for (const auto& [option, text] : result.settings) set_option("search", settings, option, text);
  return settings;
}

}  // namespace gradus::train
