#include <gradus/train/tune/search.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <ostream>
#include <set>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/random.h>
#include <gradus/train/logs/internal/rows.h>
#include <gradus/train/tune/internal/trials.h>

namespace gradus::train {
namespace {

// What a seed is for: one stream of random numbers each.
enum Purpose : std::uint64_t { of_settings = 0, of_training = 1 };

class Searching {
 public:
  Searching(const OptionList& defaults, const std::vector<Dimension>& space, const SearchOptions& options, const TrialFunction& f)
      : defaults_(defaults), space_(space), o_(options), f_(f) {
    check_options("search", o_);
    check<ValueError>(!space_.empty(), "search: no dimension: name an option and the values to try");
    check<ValueError>(o_.by != SearchBy::halving || o_.least_budget <= o_.budget, "search: least_budget ", o_.least_budget,
                      " is above the budget ", o_.budget);
    std::set<std::string> seen;
    for (const Dimension& d : space_) {
      check<ValueError>(seen.insert(d.option).second, "search: two dimensions of the option ", d.option);
      check_dimension(d);
    }
  }

  SearchResults run() {
    ResultFile file(o_.file, description());
    if (o_.by == SearchBy::halving) halve(file);
    else run_at(o_.budget, all_settings(), file);
    SearchResults out{.trials = {}, .maximise = o_.maximise};
    for (const auto& key : asked_) out.trials.push_back(file.known().at(key));
    return out;
  }

 private:
  struct Candidate {
    std::int64_t number;
    SettingTexts settings;
  };

  Option option(const Dimension& d) const {
    const auto found = find_option(defaults_, d.option);
    if (!found) fail_no_option("search", defaults_, d.option);
    return *found;
  }
  void check_dimension(const Dimension& d) const {
    const Option at = option(d);
    if (!d.values.empty()) {
      for (const std::string& value : d.values) check_value(at, value);
      return;
    }
    check<ValueError>(at.is_number(), "search: ", d.option, " is no number; list its values with one_of");
    check<ValueError>(std::isfinite(d.low) && std::isfinite(d.high) && d.low <= d.high, "search: ", d.option, " from ", d.low, " to ",
                      d.high, ": both must be finite, and the first one not the larger");
    check<ValueError>(!d.logarithmic || d.low > 0, "search: log_uniform of ", d.option, " must begin above 0, not at ", d.low);
    for (const double end : {d.low, d.high}) check_value(at, number_text(at, end));
  }
  static void check_value(const Option& at, const std::string& value) {
    const std::string before = at.text();
    const auto back = [&] { at.parse(before); };
    if (!at.parse(value)) at.fail_no_value("search", value);
    try {
      at.check("search");
    } catch (...) {
      back();
      throw;
    }
    back();
  }
  static std::string number_text(const Option& at, double value) {
    return at.kind() == OptionKind::integer ? std::to_string(std::llround(value)) : detail::setting_text(value);
  }

  static double number_between(const Dimension& d, double part) {
    return d.logarithmic ? d.low * std::pow(d.high / d.low, part) : d.low + part * (d.high - d.low);
  }
  // Between low and high, where `part` goes from 0 to 1.
  std::string value_at(const Dimension& d, double part) const {
    const Option at = option(d);
    const bool whole = at.kind() == OptionKind::integer && !d.logarithmic;
    if (whole) {   // each whole number alike
      const double low = std::ceil(d.low), count = std::floor(d.high) - low + 1;
      return number_text(at, low + std::min(std::floor(part * count), std::max(count - 1, 0.)));
    }
    const double value = std::clamp(number_between(d, part), d.low, d.high);
    if (at.kind() == OptionKind::integer) return number_text(at, value);
    char digits[32];   // four are enough to try, and are read more easily
    const std::string few(digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 4).ptr);
    double rounded = 0;
    std::from_chars(few.data(), few.data() + few.size(), rounded);
    return rounded < d.low || rounded > d.high ? number_text(at, value) : few;
  }
  SettingTexts drawn(std::int64_t number) const {
    Generator random(Generator(o_.seed, of_settings).fork() + static_cast<std::uint64_t>(number));
    SettingTexts out;
    for (const Dimension& d : space_)
      out.emplace_back(d.option, d.values.empty() ? value_at(d, random.uniform()) : d.values[random.below(d.values.size())]);
    return out;
  }
  std::vector<Candidate> all_settings() const {
    std::vector<Candidate> out;
    if (o_.by != SearchBy::grid) {
      for (std::int64_t i = 0; i < o_.trials; ++i) out.push_back({i, drawn(i)});
      return out;
    }
    std::vector<std::vector<std::string>> values;
    std::int64_t count = 1;
    constexpr std::int64_t most = 1'000'000;
    for (const Dimension& d : space_) {
      values.push_back(d.values);
      for (int i = 0; d.values.empty() && i < o_.grid_points; ++i) {
        std::string value = number_text(option(d), on_grid(d, i));
        if (values.back().empty() || values.back().back() != value) values.back().push_back(std::move(value));
      }
      count *= std::ssize(values.back());
      check<ValueError>(count <= most, "search: a grid of more than ", most, " settings");
    }
    for (std::int64_t i = 0; i < count; ++i) {
      Candidate candidate{i, {}};
      std::int64_t rest = i;
      for (std::size_t k = space_.size(); k-- > 0; rest /= std::ssize(values[k]))
        candidate.settings.emplace_back(space_[k].option, values[k][static_cast<std::size_t>(rest % std::ssize(values[k]))]);
      std::reverse(candidate.settings.begin(), candidate.settings.end());
      out.push_back(std::move(candidate));
    }
    return out;
  }
  double on_grid(const Dimension& d, int i) const {
    const double part = static_cast<double>(i) / (o_.grid_points - 1);
    return i == o_.grid_points - 1 ? d.high : number_between(d, part);
  }

  void run_at(std::int64_t budget, const std::vector<Candidate>& candidates, ResultFile& file) {
    std::vector<PlannedTrial> missing;
    for (const Candidate& c : candidates) {
      asked_.emplace_back(budget, c.number);
      const auto known = file.known().find({budget, c.number});
      if (known != file.known().end() && known->second.settings == c.settings) continue;
      Generator seeds(Generator(o_.seed, of_training).fork() + static_cast<std::uint64_t>(c.number));
      missing.push_back({{.number = c.number, .budget = budget, .seed = seeds.fork()}, c.settings});
    }
    run_trials(missing, o_, f_, [&](const TrialResult& result) { file.add(result); });
  }

  void halve(ResultFile& file) {
    std::vector<Candidate> candidates = all_settings();
    std::int64_t budget = o_.least_budget;
    for (;;) {
      run_at(budget, candidates, file);
      if (budget >= o_.budget) return;
      const auto rank = [&](const Candidate& c) {   // smaller is better; what has no value comes last
        const double value = file.known().at({budget, c.number}).value;
        return std::isnan(value) ? std::numeric_limits<double>::infinity() : o_.maximise ? -value : value;
      };
      std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
      const double kept = std::floor(static_cast<double>(candidates.size()) / o_.eta);
      candidates.resize(static_cast<std::size_t>(std::max(1., kept)));
      std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.number < b.number; });
      const auto more = static_cast<std::int64_t>(static_cast<double>(budget) * o_.eta);
      budget = candidates.size() == 1 ? o_.budget : std::min(o_.budget, std::max(budget + 1, more));
    }
  }

  // All that the results hang from, so that a file of other ones is not gone on with.
  std::string description() const {
    constexpr std::string_view ways[] = {"random", "grid", "halving"};
    std::string out = text(ways[static_cast<std::size_t>(o_.by)], " seed ", o_.seed);
    if (o_.by == SearchBy::halving) out += text(" trials ", o_.trials, " budgets ", o_.least_budget, " to ", o_.budget, " by ", o_.eta);
    else out += text(" budget ", o_.budget);
    out += o_.maximise ? " maximise" : " minimise";
    for (const Dimension& d : space_) {
      out += "; " + d.option;
      if (d.values.empty())
        out += text(d.logarithmic ? " log " : " ", detail::setting_text(d.low), " to ", detail::setting_text(d.high));
      if (d.values.empty() && o_.by == SearchBy::grid) out += text(" in ", o_.grid_points);
      for (const std::string& value : d.values) out += text(" ", value);
    }
    for (const Option& other : defaults_)   // what is fixed
      if (std::none_of(space_.begin(), space_.end(), [&](const Dimension& d) { return d.option == other.name(); }))
        out += text("; ", std::string(other.name()), " = ", other.text());
    return out;
  }

  const OptionList& defaults_;
  const std::vector<Dimension>& space_;
  const SearchOptions& o_;
  const TrialFunction& f_;
  std::vector<ResultFile::Key> asked_;
};

// The largest budgets first, then the best.
std::vector<const TrialResult*> ranked(const SearchResults& results) {
  std::vector<const TrialResult*> out;
  for (const TrialResult& t : results.trials) out.push_back(&t);
  std::stable_sort(out.begin(), out.end(), [&](const TrialResult* a, const TrialResult* b) {
    const bool known = !std::isnan(a->value), other_known = !std::isnan(b->value);
    if (known != other_known) return known;
    if (a->budget != b->budget) return a->budget > b->budget;
    return known && (results.maximise ? a->value > b->value : a->value < b->value);
  });
  return out;
}

}  // namespace

std::string detail::setting_text(double value) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

SearchResults detail::run_search(const OptionList& defaults, const std::vector<Dimension>& space, const SearchOptions& options,
                                 const TrialFunction& f) {
  return Searching(defaults, space, options, f).run();
}

const TrialResult& SearchResults::best() const {
  std::string why = "no trial";
  const std::vector<const TrialResult*> all = ranked(*this);
  for (const TrialResult* t : all) {
    if (std::isfinite(t->value)) return *t;
    why = gradus::text("of ", all.size(), " trials the first ", name_of(t->end), t->message.empty() ? "" : ": ", t->message);
  }
  fail<ValueError>("search: nothing has a finite value: ", why);
}

std::string SearchResults::csv() const {
  std::string out = "trial,budget,end,value,seconds";
  if (!trials.empty())
    for (const auto& [option, value] : trials[0].settings) out += gradus::text(",", logs::csv_text(option, false));
  out += ",message\n";
  for (const TrialResult& t : trials) {
    out += gradus::text(t.trial, ",", t.budget, ",", std::string(name_of(t.end)), ",", detail::setting_text(t.value), ",", t.seconds);
    for (const auto& [option, value] : t.settings) out += gradus::text(",", logs::csv_text(value, false));
    out += gradus::text(",", logs::csv_text(t.message, false), "\n");
  }
  return out;
}

void SearchResults::save_csv(const FileName& file) const {
  const std::string all = csv();
  FileReplacement out(file);
  out.write(all.data(), all.size());
  out.commit();
}

std::string SearchResults::text() const {
  std::vector<std::vector<std::string>> rows{{"trial", "budget", "value", "seconds"}};
  if (!trials.empty())
    for (const auto& [option, value] : trials[0].settings) rows[0].push_back(option);
  for (const TrialResult* t : ranked(*this)) {
    rows.push_back({std::to_string(t->trial), std::to_string(t->budget),
                    t->end == TrialResult::End::done ? gradus::text(t->value) : std::string(name_of(t->end)), gradus::text(t->seconds)});
    for (const auto& [option, value] : t->settings) rows.back().push_back(value);
    if (!t->message.empty()) rows.back().push_back(t->message.substr(0, t->message.find('\n')));
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::size_t width = i < widths.size() ? widths[i] : row[i].size();
      out += (i ? "  " : "") + (i + 1 < row.size() ? row[i] + std::string(width - row[i].size(), ' ') : row[i]);
    }
    out += '\n';
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const SearchResults& results) { return out << results.text(); }

}  // namespace gradus::train
