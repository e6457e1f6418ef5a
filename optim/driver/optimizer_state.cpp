// The state of an optimizer by name, and back. Keys:
//   arrays      "<parameter>.step" (i64, once it has taken a step), "<parameter>.<slot>", "<parameter>.<number>" (f64)
//   values      "optimizer", "groups", "group.<k>.<option>", "group.<k>.initial_lr" (once a schedule has set it), "<parameter>.group",
//               "scheduled_at" (the t of the schedule that went on last)
#include <gradus/optim/driver/optimizer.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <gradus/autograd/base/describe/number_text.h>

namespace gradus::optim {
namespace {

std::string group_key(int group, std::string_view what) { return text("group.", group, ".", what); }

// What stands before every one of `names`, so that the rest is a name in `others`; "" if nothing does.
std::string outer_part(const std::vector<std::string>& names, const std::set<std::string>& others) {
  if (names.empty()) return {};
  const std::string& first = names.front();
  for (std::size_t dot = first.find('.'); dot != first.npos; dot = first.find('.', dot + 1)) {
    const std::string outer = first.substr(0, dot + 1);
    if (std::all_of(names.begin(), names.end(),
                    [&](const std::string& name) { return name.starts_with(outer) && others.contains(name.substr(outer.size())); }))
      return outer;
  }
  return {};
}

// A parameter is "weight" in a part of a model that was listed alone, and "head.weight" in the whole. A state that was saved under the one
// kind of names comes back under the other.
State with_names(const State& state, const std::vector<std::string>& mine) {
  constexpr std::string_view group = ".group";
  std::vector<std::string> theirs;
  for (const auto& [key, value] : state.values)
    if (key.ends_with(group)) theirs.push_back(key.substr(0, key.size() - group.size()));
  if (theirs.size() != mine.size()) return state;
  const std::string more = outer_part(mine, {theirs.begin(), theirs.end()});
  const std::string less = more.empty() ? outer_part(theirs, {mine.begin(), mine.end()}) : "";
  if (more.empty() && less.empty()) return state;
  const auto renamed = [&](const std::string& key) { return more + (key.starts_with(less) ? key.substr(less.size()) : key); };
  State out;
  for (const auto& [key, array] : state.arrays) out.arrays.emplace(renamed(key), array);
  for (const auto& [key, value] : state.values) out.values.emplace(key.ends_with(group) ? renamed(key) : key, value);
  return out;
}

}  // namespace

struct Optimizer::Incoming {
  std::vector<SmallVector<double, 12>> options;      // of each group
  std::vector<std::optional<double>> initial_lr;
  std::optional<double> scheduled_at;
  std::vector<Entry> entries;
};

State Optimizer::state() const {
  State state;
  state.values["optimizer"] = name();
  state.values["groups"] = std::to_string(groups());
  if (scheduled_at_) state.values["scheduled_at"] = number_text(*scheduled_at_);
  for (int group = 0; group < groups(); ++group) {
    write_options(state.values, group_key(group, ""), option_list(group));
    if (const auto lr = groups_[group].initial_lr) state.values[group_key(group, "initial_lr")] = number_text(*lr);
  }
  for (const Entry& entry : entries_) {
    state.values[entry.name + ".group"] = std::to_string(entry.group);
    if (entry.t == 0) continue;
    state.arrays[entry.name + ".step"] = Array::from({entry.t}, {});
    for (std::size_t j = 0; j < numbers().size(); ++j)
      state.arrays[text(entry.name, ".", numbers()[j].name)] = Array::scalar(entry.numbers[j], f64);
    for (std::size_t j = 0; j < slot_names().size(); ++j)
      if (entry.slots[j].defined()) state.arrays[text(entry.name, ".", slot_names()[j])] = entry.slots[j];
  }
  return state;
}

Optimizer::Incoming Optimizer::read_state(const State& state) {
  StateReader reader(state);
  const std::string* rule = reader.find("optimizer");
  check<ValueError>(rule, name(), ": this is not an optimizer's state: it has no \"optimizer\"");
  check<ValueError>(*rule == name(), name(), ": this is the state of ", *rule, "; load it into optim::", *rule);
  const std::string* count = reader.find("groups");
  check<ValueError>(count && *count == std::to_string(groups()), name(), ": the state has ", count ? *count : "no number of",
                    " parameter groups, this optimizer ", groups());

  Incoming in;
  std::vector<Kept> kept;       // the slots that each group's options need
  for (int group = 0; group < groups(); ++group) {
    auto& values = in.options.emplace_back();
    for (const Option& option : option_list(group)) {
      const std::string key = group_key(group, option.name());
      const std::string* saved = reader.need(key);
      const std::optional<double> value = saved ? option.number(*saved) : std::nullopt;
      if (saved && !value) reader.problem(key, " is \"", *saved, "\", which is no value of this option");
      else if (value && option.is_switch() && *value != option.get())
        reader.problem(key, " is ", *saved, " in the state but ", option.text(), " here: construct it with ", option.code(*saved));
      values.push_back(value ? *value : option.get());
    }
    auto& slots = kept.emplace_back();
    try {
      slots = assign(group, {values.data(), values.size()}, false);
    } catch (const ValueError& error) {
      reader.problem("group ", group, ": ", error.what());
    }
    auto& initial = in.initial_lr.emplace_back();
    if (const std::string* saved = reader.find(group_key(group, "initial_lr")))
      if (!(initial = parse_number(*saved))) reader.problem(group_key(group, "initial_lr"), " is \"", *saved, "\", which is no number");
  }

  if (const std::string* saved = reader.find("scheduled_at")) {
    in.scheduled_at = parse_number(*saved);
    if (!in.scheduled_at || !(*in.scheduled_at >= 0)) reader.problem("scheduled_at is \"", *saved, "\", which is no number of at least 0");
  }

  for (const Entry& mine : entries_) {
    Entry& entry = in.entries.emplace_back(Entry{.name = mine.name, .leaf = mine.leaf, .group = mine.group});
    for (std::size_t j = 0; j < numbers().size(); ++j) entry.numbers[j] = numbers()[j].initial;
    const std::string* group = reader.need(mine.name + ".group");
    if (group && *group != std::to_string(mine.group))
      reader.problem(mine.name, " is in group ", *group, " in the state but ", mine.group, " here");
    const Array* step = reader.find_array(mine.name + ".step");
    if (!group || !step) continue;   // the state does not know the parameter, or it has not taken a step
    if (step->dtype() == i64 && step->size() == 1 && *step->as_contiguous().data<std::int64_t>() >= 1 &&
        *step->as_contiguous().data<std::int64_t>() < std::int64_t{1} << 53)
      entry.t = *step->as_contiguous().data<std::int64_t>();
    else reader.problem(mine.name, ".step must be one i64 of at least 1 and below 2^53");
    for (std::size_t j = 0; j < numbers().size(); ++j) {
      const std::string key = text(mine.name, ".", numbers()[j].name);
      const Array* number = reader.find_array(key);
      if (!number) reader.missing(key);
      else if (number->dtype() != f64 || number->size() != 1 || !std::isfinite(number->item()))
        reader.problem(key, " must be one finite f64");
      else entry.numbers[j] = number->item();
    }
    for (std::size_t j = 0; j < slot_names().size(); ++j) {
      const std::string key = text(mine.name, ".", slot_names()[j]);
      const Array& value = mine.leaf->value;
      const std::optional<Shape> shape = slot_shape(j, value.shape());
      const bool given = reader.find_array(key) != nullptr, wanted = shape && kept[mine.group][j];
      if (given && !shape) reader.problem("unexpected ", key, " for a parameter of shape ", value.shape());
      else if (given || wanted) entry.slots[j] = reader.array(key, *shape, value.dtype());
    }
  }
  // Values that are not ours (a user's notes) are no problem.
  for (const auto& [key, value] : state.values)
    if (!reader.was_read(key) && (key.starts_with("group.") || key.ends_with(".group"))) reader.unexpected(key);
  reader.expect_no_more_arrays();
  reader.finish(text(name(), ": the state does not fit this optimizer"));
  return in;
}

void Optimizer::load_state(const State& state) {
  std::vector<std::string> names;
  for (const Entry& entry : entries_) names.push_back(entry.name);
  Incoming in = read_state(with_names(state, names));
  for (int group = 0; group < groups(); ++group) {
    assign(group, {in.options[group].data(), in.options[group].size()}, true);
    groups_[group].initial_lr = in.initial_lr[group];
  }
  scheduled_at_ = in.scheduled_at;
  entries_ = std::move(in.entries);
}

void Optimizer::save(const FileName& file) const { save_state(file, state()); }

void Optimizer::load(const FileName& file) { load_state(gradus::read_state(file)); }

}  // namespace gradus::optim
