// The state of an average by name, and back. Keys:
//   arrays      the averages, by the names of parameters and buffers, once there is one
//   metadata    "average", "updates", "decay" (EMA), "use_buffers", "<name>.updates"
#include <gradus/optim/around/weight_average.h>

#include <set>

#include <gradus/optim/driver/internal/options_state.h>

namespace gradus::optim {

Fields WeightAverage::fields(double& decay, bool has_decay, bool& use_buffers) {
  Fields out;
  if (has_decay) out.push_back({"decay", &decay, Range::unit});
  out.push_back({"use_buffers", &use_buffers});
  return out;
}

State WeightAverage::state() const {
  State state;
  double decay = decay_.value_or(0);
  bool use_buffers = use_buffers_;
  write_options(state, "", fields(decay, decay_.has_value(), use_buffers));
  state.metadata["average"] = name_;
  state.metadata["updates"] = std::to_string(updates_);
  for (const auto* list : {&entries_, &buffers_})
    for (const Entry& entry : *list) {
      state.metadata[entry.name + ".updates"] = std::to_string(entry.updates);
      if (entry.updates > 0) state.arrays[entry.name] = entry.average;
    }
  return state;
}

void WeightAverage::load_state(const State& state) {
  const auto kind = state.metadata.find("average");
  check<ValueError>(kind != state.metadata.end(), name_, ": this is not an average's state: it has no \"average\"");
  check<ValueError>(kind->second == name_, name_, ": this is the state of ", kind->second, "; load it into optim::", kind->second);
  follow_buffers();
  double decay = decay_.value_or(0);
  bool use_buffers = use_buffers_;
  std::string problems;
  read_options(state, "", fields(decay, decay_.has_value(), use_buffers), problems);
  if (!(decay >= 0 && decay <= 1)) problems += text("\n  decay must lie in [0, 1], not ", decay);
  const std::int64_t updates = read_count(state, "updates", problems);

  std::vector<Entry> entries = entries_, buffers = buffers_;
  std::vector<Array> present(buffers.size());
  std::size_t guess = 0;
  if (visit_buffers_) visit_buffers_([&](std::string_view name, Array& buffer) { present[place_of_buffer(name, guess++)] = buffer; });

  std::set<std::string> known{"updates"};
  const auto take = [&](Entry& entry, const Array& now) {
    known.insert({entry.name, entry.name + ".updates"});
    const auto at = state.arrays.find(entry.name);
    const bool given = at != state.arrays.end();
    const std::size_t before = problems.size();
    entry.updates = read_count(state, entry.name + ".updates", problems);
    entry.average = {};
    if (problems.size() != before || (entry.updates == 0 && !given)) return;
    if (!given) problems += text("\n  missing ", entry.name);
    else if (entry.updates == 0) problems += text("\n  unexpected ", entry.name, ", which has 0 updates");
    else if (now.defined() && (at->second.shape() != now.shape() || at->second.dtype() != now.dtype()))
      problems += text("\n  ", entry.name, " is ", at->second.shape(), " ", at->second.dtype(), " but the ", entry.leaf ? "parameter" : "buffer", " is ",
                       now.shape(), " ", now.dtype());
    else entry.average = at->second.as_contiguous();
  };
  for (Entry& entry : entries) take(entry, entry.leaf->value);
  for (std::size_t i = 0; i < buffers.size(); ++i) take(buffers[i], present[i]);
  for (const auto& [name, array] : state.arrays)
    if (!known.contains(name)) problems += text("\n  unexpected ", name);
  for (const auto& [key, value] : state.metadata)
    if (key.ends_with(".updates") && !known.contains(key)) problems += text("\n  unexpected ", key);
  check<ValueError>(problems.empty(), name_, ": the state does not fit this average:", problems);
  if (decay_) decay_ = decay;
  updates_ = updates;
  entries_ = std::move(entries);
  buffers_ = std::move(buffers);
}

void WeightAverage::save(const FileName& file) const { save_safetensors(file, state()); }

void WeightAverage::load(const FileName& file) { load_state(load_safetensors(file)); }

}  // namespace gradus::optim
