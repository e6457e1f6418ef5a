#include <gradus/autograd/state/state.h>

#include <algorithm>

#include <gradus/autograd/array/formats/safetensors.h>

namespace gradus {
namespace {

constexpr const char* parts_key = "parts";

template <class Map>
void add_all(Map& to, std::string_view prefix, const Map& from) {
  for (const auto& [key, value] : from) to[text(prefix, key)] = value;
}
template <class Map>
Map with_prefix(const Map& from, std::string_view prefix) {
  Map out;
  for (auto at = from.lower_bound(std::string(prefix)); at != from.end() && at->first.starts_with(prefix); ++at)
    out.emplace_hint(out.end(), at->first.substr(prefix.size()), at->second);
  return out;
}

std::string names_of(std::span<const StatePart> parts) {
  std::string out;
  for (const StatePart& part : parts) out += (out.empty() ? "" : ",") + part.name();
  return out;
}

void check_names(std::string_view who, std::span<const StatePart> parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& name = parts[i].name();
    check<ValueError>(!name.empty() && name.find_first_of(".,") == name.npos, who,
                      ": a part's name is not empty and has no dots or commas, not \"", name, '"');
    for (std::size_t j = 0; j < i; ++j) check<ValueError>(parts[j].name() != name, who, ": two parts are named ", name);
  }
}

// The lines of a part's message, two columns further in.
std::string indented(std::string message) {
  for (std::size_t at = message.find('\n'); at != message.npos; at = message.find('\n', at + 1)) message.insert(at + 1, "  ");
  return message;
}

// The part that a key belongs to, or null.
const StatePart* part_of(std::span<const StatePart> parts, std::string_view key) {
  const std::string_view name = key.substr(0, key.find('.'));
  for (const StatePart& part : parts)
    if (part.name() == name && name.size() < key.size()) return &part;
  return nullptr;
}

}  // namespace

void State::add(std::string_view prefix, const State& other) {
  add_all(arrays, prefix, other.arrays);
  add_all(values, prefix, other.values);
}

State State::part(std::string_view prefix) const { return {with_prefix(arrays, prefix), with_prefix(values, prefix)}; }

void save_state(const FileName& file, const State& state) { save_safetensors(file, {state.arrays, state.values}); }

State read_state(const FileName& file) {
  Safetensors contents = load_safetensors(file);
  return {std::move(contents.arrays), std::move(contents.metadata)};
}

const Array* StateReader::find_array(const std::string& key) {
  read_arrays_.try_emplace(key);
  const auto at = arrays_.find(key);
  return at == arrays_.end() ? nullptr : &at->second;
}

Array StateReader::array(const std::string& key, const Shape& shape, Dtype dtype) {
  const Array* given = find_array(key);
  if (!given) problem("missing ", key, " ", shape, " ", dtype);
  else if (given->shape() != shape || given->dtype() != dtype)
    problem(key, " is ", given->shape(), " ", given->dtype(), " in the state but ", shape, " ", dtype, " here");
  else return given->as_contiguous();
  return {};
}

void StateReader::expect_no_more_arrays() {
  for (const auto& [key, array] : arrays_)
    if (!read_arrays_.contains(key)) problem("unexpected ", key, " ", array.shape(), " ", array.dtype());
}

State StateAccess<Generator>::state(const Generator& generator) {
  const Generator::State s = generator.state();
  State out;
  out.set("seed", s.seed);
  out.set("stream", s.stream);
  out.set("position", s.position);
  return out;
}

void StateAccess<Generator>::load(Generator& generator, const State& state) {
  StateReader reader(state);
  Generator::State s{};
  reader.read("seed", Option("seed", s.seed));
  reader.read("stream", Option("stream", s.stream));
  reader.read("position", Option("position", s.position));
  reader.expect_no_more_arrays();
  reader.finish("Generator: the state does not fit");
  generator.restore(s);
}

State sum_of_states(std::span<const StatePart> parts) {
  check_names("sum_of_states", parts);
  State sum;
  for (const StatePart& part : parts) sum.add(part.name() + ".", part.state());
  sum.values[parts_key] = names_of(parts);
  return sum;
}

void load_sum_of_states(std::string_view who, std::span<const StatePart> parts, const State& sum) {
  check_names(who, parts);
  StateReader reader(sum);
  const std::string* saved = reader.find(parts_key);
  check<ValueError>(saved, who, ": this is no sum of states: it has no \"", parts_key, '"');
  for (const StatePart& part : parts)
    if (("," + *saved + ",").find("," + part.name() + ",") == std::string::npos) reader.missing(part.name());
  for (std::string_view left = *saved; !left.empty();) {
    const std::string name(detail::next_item(left));
    if (!part_of(parts, name + ".")) reader.unexpected(name);
  }
  for (const auto& [key, array] : sum.arrays)
    if (!part_of(parts, key)) reader.problem("unexpected ", key, " ", array.shape(), " ", array.dtype());
  reader.finish(text(who, ": the parts are not the same (", *saved, " in the state, ", names_of(parts), " here)"));

  std::vector<State> before, given;
  for (const StatePart& part : parts) {
    before.push_back(part.state());
    given.push_back(sum.part(part.name() + "."));
  }
  const auto put_back = [&] {
    for (std::size_t i = parts.size(); i-- > 0;) parts[i].load_state(before[i]);
  };
  try {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      try {
        parts[i].load_state(given[i]);
      } catch (const Error& error) {
        reader.problem(parts[i].name(), ": ", indented(error.what()));
      }
    }
  } catch (...) {
    put_back();
    throw;
  }
  if (reader.fits()) return;
  put_back();
  reader.finish(text(who, ": the state does not fit, and nothing has changed"));
}

}  // namespace gradus
