#include <gradus/nn/weights/weight_map.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <gradus/nn/weights/internal/layout.h>
#include <gradus/nn/weights/internal/mapping.h>
#include <gradus/nn/weights/internal/name_pattern.h>

namespace gradus::nn {
namespace {

using detail::captures;
using detail::divided;
using detail::Direction;
using detail::filled;
using detail::into_file;
using detail::into_model;
using detail::joined;
using Found = std::vector<std::string_view>;

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "\"" : ", \"") + name + "\"";
  return out;
}

// The rule of a name, which of the rule's patterns it fits, and what their stars stand for; views of the name.
struct Match {
  const WeightRule* rule;
  std::size_t place;
  Found stars;
};

bool works(const WeightRule& rule, Direction direction) { return direction == Direction::to_model || !rule.layout.only_loads; }

std::optional<Match> rule_of(const std::vector<WeightRule>& rules, std::string_view name, Direction direction) {
  Found stars;
  for (const WeightRule& rule : rules) {
    if (!works(rule, direction)) continue;
    const auto& patterns = direction == Direction::to_model ? rule.file : rule.model;
    for (std::size_t i = 0; i < patterns.size(); ++i)
      if (captures(patterns[i], name, stars)) return Match{&rule, i, std::move(stars)};
  }
  return {};
}

// The pieces of one array, or of several that belong together: arrays of names that fit one rule with the same stars.
struct Group {
  const WeightRule* rule;
  Found stars;
  std::vector<const Array*> pieces;
  std::vector<std::string> names;                              // of the pieces, as they are; those that are missing, as they would be
};

class Mapping {
 public:
  Mapping(const std::vector<WeightRule>& rules, const State& from, Direction direction)
      : rules_(rules), from_(from), direction_(direction) {}

  detail::Mapped run() {
    out_.state.values = from_.values;
    for (const auto& [name, array] : from_.arrays) sort(name, array);
    for (Group& group : groups_) map(group);
    for (const WeightRule& rule : rules_)
      if (!rule.layout.optional && works(rule, direction_) && std::find(used_.begin(), used_.end(), &rule) == used_.end())
        problem("the rule ", rule.text(), " fits nothing");
    return std::move(out_);
  }

 private:
  template <class... Parts>
  void problem(const Parts&... parts) {
    out_.problems.push_back(gradus::text(parts...));
  }
  bool loads() const { return direction_ == Direction::to_model; }
  const std::vector<std::string>& given(const WeightRule& rule) const { return loads() ? rule.file : rule.model; }
  const std::vector<std::string>& wanted(const WeightRule& rule) const { return loads() ? rule.model : rule.file; }

  void sort(const std::string& name, const Array& array) {
    std::optional<Match> match = rule_of(rules_, name, direction_);
    if (!match) return put(name, name, array);
    if (std::find(used_.begin(), used_.end(), match->rule) == used_.end()) used_.push_back(match->rule);
    if (match->rule->model.empty()) return out_.ignored.push_back(name);
    const std::size_t count = given(*match->rule).size();
    std::size_t which = groups_.size();
    if (count > 1) which = joins_.emplace(std::pair(match->rule, match->stars), which).first->second;
    if (which == groups_.size()) {
      Group& group = groups_.emplace_back(Group{match->rule, match->stars, std::vector<const Array*>(count), {}});
      for (const std::string& pattern : given(*match->rule)) group.names.push_back(filled(pattern, group.stars));
    }
    groups_[which].pieces[match->place] = &array;
  }

  void map(const Group& group) {
    const WeightRule& rule = *group.rule;
    const WeightLayout& layout = rule.layout;
    for (std::size_t i = 0; i < group.pieces.size(); ++i)
      if (!group.pieces[i]) problem(group.names[i], " is missing beside ", beside(group), ": the rule ", rule.text());
    if (std::find(group.pieces.begin(), group.pieces.end(), nullptr) != group.pieces.end()) return;
    std::vector<Array> results;
    try {
      std::vector<Array> pieces;
      for (const Array* piece : group.pieces) pieces.push_back(loads() ? into_model(*piece, layout) : *piece);
      results = divided(joined(pieces, layout), layout, wanted(rule).size());
      if (!loads())
        for (Array& result : results) result = into_file(result, layout);
    } catch (const Error& error) {
      return problem(listed(group.names), ": the rule ", rule.text(), " does not fit: ", error.what());
    }
    std::string sources;
    for (const std::string& name : group.names) sources += (sources.empty() ? "" : ", ") + name;
    for (std::size_t i = 0; i < results.size(); ++i) put(filled(wanted(rule)[i], group.stars), sources, results[i], &group, i);
  }

  std::string_view beside(const Group& group) const {
    for (std::size_t i = 0; i < group.pieces.size(); ++i)
      if (group.pieces[i]) return group.names[i];
    return {};
  }

  // An array under its new name, which must have one source, and lead back there.
  void put(const std::string& name, const std::string& source, const Array& array, const Group* group = nullptr, std::size_t place = 0) {
    const Direction back = loads() ? Direction::to_file : Direction::to_model;
    const auto [at, fresh] = out_.source.emplace(name, source);
    if (!fresh) return problem(name, " has two sources: ", at->second, " and ", source);
    if (!group || works(*group->rule, back)) {
      const std::optional<Match> match = rule_of(rules_, name, back);
      const bool same = group ? match && match->rule == group->rule && match->place == place && match->stars == group->stars : !match;
      if (!same)
        problem(source, " becomes ", name, ", which ", match ? gradus::text("the rule ", match->rule->text(), " takes") : "no rule takes",
                " on the way back");
    }
    out_.state.arrays.emplace(name, array);
  }

  const std::vector<WeightRule>& rules_;
  const State& from_;
  const Direction direction_;
  detail::Mapped out_;
  std::vector<Group> groups_;
  std::map<std::pair<const WeightRule*, Found>, std::size_t> joins_;   // where the groups of several pieces are
  std::vector<const WeightRule*> used_;
};

State without_problems(const char* who, detail::Mapped mapped) {
  std::string lines;
  for (const std::string& problem : mapped.problems) lines += "\n  " + problem;
  check<ValueError>(lines.empty(), who, ": the map does not fit the state:", lines);
  return std::move(mapped.state);
}

}  // namespace

WeightRule::WeightRule(WeightNames in_file, WeightNames in_model, WeightLayout how)
    : file(in_file.all()), model(in_model.all()), layout(std::move(how)) {
  const auto require = [this](bool ok, const auto&... parts) { check<ValueError>(ok, "WeightRule ", [this] { return text(); }, parts...); };
  require(!file.empty() && !model.empty(), ": there is no name; nn::ignored says that a name of the file is not wanted");
  require(file.size() == 1 || model.size() == 1, ": several names on both sides; one of them is one whole");
  const std::string who = "WeightRule " + text();
  const std::vector<std::string_view> stars = detail::stars_of(file[0], who);
  for (const auto* side : {&file, &model})
    for (const std::string& pattern : *side)
      require(detail::stars_of(pattern, who) == stars, ": \"", pattern, "\" has other stars than \"", file[0],
              "\"; each has the same ones in the same order");
  require(layout.parts.empty() || (layout.parts.size() == std::max(file.size(), model.size()) &&
                                   std::all_of(layout.parts.begin(), layout.parts.end(), [](std::int64_t n) { return n >= 1; })),
          ": parts are one number of at least 1 for each of the several names");
  require(layout.axis >= 0 && layout.axis < Shape::max_rank, ": axis is ", layout.axis, ", and there are 0 to 7");
  require(layout.rotary_heads >= 0 && layout.rotary_heads <= 1 << 20, ": rotary_heads is ", layout.rotary_heads, ", not 0 to 2^20");
  std::vector<int> axes = layout.permute;
  std::sort(axes.begin(), axes.end());
  for (std::size_t i = 0; i < axes.size(); ++i) require(axes[i] == static_cast<int>(i), ": permute has each axis once, from 0 on");
}

std::string WeightRule::text() const {
  const auto side = [](const std::vector<std::string>& names) {
    return names.size() == 1 ? listed(names) : gradus::text("{", listed(names), "}");
  };
  return gradus::text(side(file), " → ", model.empty() ? "nothing" : side(model));
}

WeightRule ignored(std::string_view in_file) {
  WeightRule rule;
  rule.file.emplace_back(in_file);
  rule.layout.optional = true;
  detail::stars_of(in_file, "nn::ignored");
  return rule;
}

detail::Mapped detail::mapped(const WeightMap& map, const State& from, Direction direction) {
  return Mapping(map.rules(), from, direction).run();
}

State WeightMap::to_model(const State& file) const {
  return without_problems("WeightMap::to_model", detail::mapped(*this, file, Direction::to_model));
}
State WeightMap::to_file(const State& model) const {
  return without_problems("WeightMap::to_file", detail::mapped(*this, model, Direction::to_file));
}

}  // namespace gradus::nn
