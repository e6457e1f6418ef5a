#include <gradus/nn/model/state.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/nn/model/thorough.h>

namespace gradus::nn {
namespace {

class Snapshot final : public Thorough {
 public:
  void buffer(const Path& path, Array& a) override {
    if (a.defined()) take(path, a, &a);
  }
  void stream(const Path& path, Stream& s) override {
    const auto [at, fresh] = state.streams.emplace(path.text(), s.state());
    check_alone(fresh, "streams of random numbers", at->first);
  }
  State state;
  std::vector<std::vector<std::string>> names;                // of each leaf and buffer: several where it is tied or shared

 private:
  void found(const Path& path, Parameter& p) override { take(path, p.value(), p.leaf().get()); }
  // Half of them would be lost in a file.
  static void check_alone(bool ok, std::string_view what, const std::string& name) {
    check<ValueError>(ok, "state: two ", what, " of the model are named ", name, "; give a map's key or a member another name");
  }
  void take(const Path& path, const Array& value, const void* what) {
    std::string name = path.text();
    check_alone(state.emplace(name, value).second, "arrays", name);
    const auto [at, fresh] = places_.emplace(what, names.size());
    if (fresh) names.emplace_back();
    names[at->second].push_back(std::move(name));
  }
  std::unordered_map<const void*, std::size_t> places_;       // in `names`
};

bool same(const Array& a, const Array& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Array x = a.as_contiguous(), y = b.as_contiguous();
  return x.raw() == y.raw() || std::memcmp(x.raw(), y.raw(), static_cast<std::size_t>(x.size()) * size_of(x.dtype())) == 0;
}

// What has several names in the model needs one of them in the state, and gets the others here. A line for each that has two values.
std::string complete(State& state, const Snapshot& model) {
  std::string lines;
  for (const auto& names : model.names) {
    const auto given = std::find_if(names.begin(), names.end(), [&](const std::string& name) { return state.contains(name); });
    if (names.size() == 1 || given == names.end()) continue;
    const Array value = state.at(*given);
    for (const std::string& name : names)
      if (!same(state.try_emplace(name, value).first->second, value))
        lines += text("\n  tied: ", *given, " and ", name, " are one in the model, but have two values in the state");
  }
  return lines;
}

// Puts the state's values in; every name has been found to be there. The walk only notes what goes where, so that it may fail half way; commit()
// cannot.
class Restore final : public Visitor {
 public:
  explicit Restore(State& ready) : ready_(ready) {}
  void parameter(const Path& path, Parameter& p) override {
    if (p.defined()) arrays_.emplace_back(&p.leaf()->value, ready_.at(path.text()));
  }
  void buffer(const Path& path, Array& a) override {
    if (a.defined()) arrays_.emplace_back(&a, ready_.at(path.text()));
  }
  void stream(const Path& path, Stream& s) override {
    if (const auto found = ready_.streams.find(path.text()); found != ready_.streams.end()) streams_.emplace_back(&s, found->second);
  }
  void commit() noexcept {
    for (auto& [place, value] : arrays_) std::swap(*place, value);
    for (auto& [stream, state] : streams_) stream->restore(state);
  }

 private:
  State& ready_;
  std::vector<std::pair<Array*, Array>> arrays_;
  std::vector<std::pair<Stream*, Stream::State>> streams_;
};

template <class T>
std::string difference(const char* what, const std::string& name, const T& mine, const T& given) {
  return text("\n  ", what, ": ", name, " is ", mine, " in the model, ", given, " in the state");
}

// One line for each way in which the two differ; "" when they fit.
std::string differences(const State& model, const State& state) {
  std::string lines;
  bool dtypes = false;
  for (const auto& [name, mine] : model) {
    const auto found = state.find(name);
    if (found == state.end()) {
      lines += text("\n  missing: ", name, ' ', mine.shape(), ' ', mine.dtype());
      continue;
    }
    const Array& given = found->second;
    if (given.shape() != mine.shape()) lines += difference("shape", name, mine.shape(), given.shape());
    if (given.dtype() != mine.dtype()) lines += difference("dtype", name, mine.dtype(), given.dtype());
    dtypes |= given.dtype() != mine.dtype();
  }
  for (const auto& [name, given] : state)
    if (!model.contains(name)) lines += text("\n  unexpected: ", name, ' ', given.shape(), ' ', given.dtype());
  if (dtypes) lines += "\n  (nn::to(net, f64) converts the model, Array::to an entry of the state)";
  return lines;
}

// Streams are four numbers each in a file's metadata, where Python overlooks them.
constexpr std::string_view prefix = "stream:";

std::string written(const Stream::State& s) { return text(s.seed, ' ', s.stream, ' ', s.position, ' ', s.copies); }

std::optional<Stream::State> as_stream(std::string_view text) {
  Stream::State s{};
  const char *at = text.data(), *const end = at + text.size();
  for (std::uint64_t* number : {&s.seed, &s.stream, &s.position, &s.copies}) {
    const auto [after, error] = std::from_chars(at, end, *number);
    if (error != std::errc{} || (after != end && *after != ' ')) return {};
    at = after == end ? end : after + 1;
  }
  return at == end && !text.ends_with(' ') ? std::optional(s) : std::nullopt;
}

State state_in(const FileName& file) {
  Safetensors contents = load_safetensors(file);
  State state(std::move(contents.arrays));
  for (const auto& [key, value] : contents.metadata) {
    if (!key.starts_with(prefix)) continue;
    const std::optional<Stream::State> s = as_stream(value);
    check<FileError>(s.has_value(), "load ", file, ": the metadata's ", key, " is four numbers (seed, stream, position, copies), not \"", value, '"');
    state.streams.emplace(key.substr(prefix.size()), *s);
  }
  return state;
}

// Whether every number of the one dtype is one of the other.
bool widens(Dtype from, Dtype to) { return from != to && ((is_small_float(from) && computes_in(to)) || (is_integer(from) && to == i64)); }

void load_state_from(const std::string& what, const ModuleRef& net, const State& given) {
  Snapshot snapshot;
  net.walk(snapshot);
  State ready = given;
  for (const auto& [name, mine] : snapshot.state)   // f16 to f32 and i32 to i64 change no number
    if (const auto found = ready.find(name); found != ready.end() && widens(found->second.dtype(), mine.dtype()))
      found->second = found->second.to(mine.dtype());
  const std::string ties = complete(ready, snapshot), lines = differences(snapshot.state, ready) + ties;
  check(lines.empty(), what, ": the state does not fit the model, which stays as it was:", lines);
  for (auto& [name, value] : ready) value = value.as_contiguous();
  Restore restore(ready);
  net.walk(restore);
  restore.commit();
}

}  // namespace

State state(ConstModuleRef net) {
  Snapshot snapshot;
  net.walk(snapshot);
  return std::move(snapshot.state);
}

void load_state(ModuleRef net, const State& state) { load_state_from("load_state", net, state); }

void save(ConstModuleRef net, const FileName& file) {
  State all = state(net);
  Safetensors contents{.arrays = {}, .metadata = {{"format", "pt"}}};
  for (const auto& [name, stream] : all.streams) contents.metadata.emplace(text(prefix, name), written(stream));
  contents.arrays = std::move(all);
  save_safetensors(file, contents);
}

void load(ModuleRef net, const FileName& file) { load_state_from(text("load ", file), net, state_in(file)); }

}  // namespace gradus::nn
