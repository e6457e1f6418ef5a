// The state of an average by name, and back. Keys:
//   arrays      the averages, by the names of parameters and buffers, once there is one
//   values      "average", "updates", "decay" (EMA), "use_buffers", "<name>.updates"
#include <gradus/optim/around/weight_average.h>

namespace gradus::optim {

State WeightAverage::state() const {
  State state;
  if (decay_) write_options(state.values, "", options_of(EMAOptions{*decay_, use_buffers_}));
  else write_options(state.values, "", options_of(SWAOptions{use_buffers_}));
  state.values["average"] = name_;
  state.values["updates"] = std::to_string(updates_);
  for (const auto* list : {&entries_, &buffers_})
    for (const Entry& entry : *list) {
      state.values[entry.name + ".updates"] = std::to_string(entry.updates);
      if (entry.updates > 0) state.arrays[entry.name] = entry.average;
    }
  return state;
}

void WeightAverage::load_state(const State& state) {
  const auto kind = state.values.find("average");
  check<ValueError>(kind != state.values.end(), name_, ": this is not an average's state: it has no \"average\"");
  check<ValueError>(kind->second == name_, name_, ": this is the state of ", kind->second, "; load it into optim::", kind->second);
  follow_buffers();
  EMAOptions options{decay_.value_or(0), use_buffers_};
  StateReader reader(state);
  const OptionList list = options_of(options);
  for (const Option& option : list) {
    if (!decay_ && option.name() == "decay") continue;
    reader.read(std::string(option.name()), option);
  }
  try {
    check_options(name_, list);
  } catch (const ValueError& error) {
    reader.problem(error.what());
  }
  const std::int64_t updates = reader.count("updates");

  std::vector<Entry> entries = entries_, buffers = buffers_;
  std::vector<Array> present(buffers.size());
  std::size_t guess = 0;
  if (visit_buffers_) visit_buffers_([&](std::string_view name, Array& buffer) { present[place_of_buffer(name, guess++)] = buffer; });

  const auto take = [&](Entry& entry, const Array& now) {
    const bool given = reader.find_array(entry.name) != nullptr;
    const std::size_t before = reader.problems().size();
    entry.updates = reader.count(entry.name + ".updates");
    entry.average = {};
    if (reader.problems().size() != before || (entry.updates == 0 && !given)) return;
    if (entry.updates == 0) reader.problem("unexpected ", entry.name, ", which has 0 updates");
    else if (now.defined()) entry.average = reader.array(entry.name, now.shape(), now.dtype());
    else if (given) entry.average = reader.find_array(entry.name)->as_contiguous();
    else reader.missing(entry.name);
  };
  for (Entry& entry : entries) take(entry, entry.leaf->value);
  for (std::size_t i = 0; i < buffers.size(); ++i) take(buffers[i], present[i]);
  reader.expect_no_more_arrays();
  for (const auto& [key, value] : state.values)
    if (key.ends_with(".updates") && !reader.was_read(key)) reader.unexpected(key);
  reader.finish(text(name_, ": the state does not fit this average"));
  if (decay_) decay_ = options.decay;
  updates_ = updates;
  entries_ = std::move(entries);
  buffers_ = std::move(buffers);
}

void WeightAverage::save(const FileName& file) const { save_state(file, state()); }

void WeightAverage::load(const FileName& file) { load_state(read_state(file)); }

}  // namespace gradus::optim
