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

#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/nn/model/internal/loading.h>
#include <gradus/nn/model/thorough.h>

namespace gradus::nn {
namespace {

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

class Snapshot final : public Thorough {
 public:
  void buffer(const Path& path, Array& a) override {
    if (a.defined()) take(path, a, &a);
  }
  void stream(const Path& path, Stream& s) override {
    const auto [at, fresh] = state.values.emplace(path.text(), written(s.state()));
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
    check_alone(state.arrays.emplace(name, value).second, "arrays", name);
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
void complete(State& state, const Snapshot& model, StateReader& reader) {
  for (const auto& names : model.names) {
    const auto given = std::find_if(names.begin(), names.end(), [&](const std::string& name) { return state.arrays.contains(name); });
    if (names.size() == 1 || given == names.end()) continue;
    const Array value = state.arrays.at(*given);
    for (const std::string& name : names)
      if (!same(state.arrays.try_emplace(name, value).first->second, value))
        reader.problem("tied: ", *given, " and ", name, " are one in the model, but have two values in the state");
  }
}

// Puts the state's values in; every name has been found to be there. The walk only notes what goes where, so that it may fail half way;
// commit() cannot.
class Restore final : public Visitor {
 public:
  explicit Restore(const State& ready) : ready_(ready) {}
  void parameter(const Path& path, Parameter& p) override {
    if (p.defined()) arrays_.emplace_back(&p.leaf()->value, ready_.arrays.at(path.text()));
  }
  void buffer(const Path& path, Array& a) override {
    if (a.defined()) arrays_.emplace_back(&a, ready_.arrays.at(path.text()));
  }
  void stream(const Path& path, Stream& s) override {
    if (const auto found = ready_.values.find(path.text()); found != ready_.values.end())
      streams_.emplace_back(&s, *as_stream(found->second));
  }
  void commit() noexcept {
    for (auto& [place, value] : arrays_) std::swap(*place, value);
    for (auto& [stream, state] : streams_) stream->restore(state);
  }

 private:
  const State& ready_;
  std::vector<std::pair<Array*, Array>> arrays_;
  std::vector<std::pair<Stream*, Stream::State>> streams_;
};

// Streams were called "stream:drop.generator" in older files.
State with_streams(State state) {
  constexpr std::string_view older = "stream:";
  for (auto at = state.values.begin(); at != state.values.end();) {
    auto node = at->first.starts_with(older) ? state.values.extract(at++) : Values::node_type();
    if (node.empty()) ++at;
    else {
      node.key().erase(0, older.size());
      state.values.insert(std::move(node));
    }
  }
  return state;
}

}  // namespace

State detail::read_model_state(const FileName& file, bool mapped) {
  const ArrayFile contents(file, {.map = mapped});
  return with_streams({contents.load_all(), contents.metadata()});
}

void detail::write_model_state(const FileName& file, State state) {
  const std::string& name = file.string();
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  if (ends(".npz") || ends(".npy") || ends(".pt") || ends(".pth")) return save_arrays(file, state.arrays);
  state.values.emplace("format", "pt");
  if (ends(".safetensors.index.json")) return save_arrays(file, state.arrays, {.metadata = state.values});
  save_state(file, state);
}

bool detail::widens(Dtype from, Dtype to) {
  return from != to && ((is_small_float(from) && computes_in(to)) || (is_integer(from) && to == i64));
}

std::vector<std::vector<std::string>> detail::names_of_each(const ConstModuleRef& net) {
  Snapshot snapshot;
  net.walk(snapshot);
  return std::move(snapshot.names);
}

void detail::load_state_from(const std::string& what, const ModuleRef& net, const State& given) {
  Snapshot snapshot;
  net.walk(snapshot);
  State ready = given;
  for (const auto& [name, mine] : snapshot.state.arrays)   // f16 to f32 and i32 to i64 change no number
    if (const auto found = ready.arrays.find(name); found != ready.arrays.end() && widens(found->second.dtype(), mine.dtype()))
      found->second = found->second.to(mine.dtype());
  StateReader reader(ready);
  complete(ready, snapshot, reader);
  bool dtypes = false;
  for (const auto& [name, mine] : snapshot.state.arrays) {
    const Array value = reader.array(name, mine.shape(), mine.dtype());
    if (value.defined()) ready.arrays.at(name) = value;
    else if (const Array* other = reader.find_array(name)) dtypes |= other->dtype() != mine.dtype();
  }
  reader.expect_no_more_arrays();
  for (const auto& [name, mine] : snapshot.state.values)
    if (const std::string* value = reader.find(name); value && !as_stream(*value))
      reader.problem(name, " is \"", *value, "\", which is no stream: four numbers (seed, stream, position, copies)");
  if (dtypes) reader.problem("(nn::to(net, f64) converts the model, Array::to an entry of the state)");
  reader.finish(what + ": the state does not fit the model, which stays as it was");
  Restore restore(ready);
  net.walk(restore);
  restore.commit();
}

State state(ConstModuleRef net) {
  Snapshot snapshot;
  net.walk(snapshot);
  return std::move(snapshot.state);
}

void load_state(ModuleRef net, const State& state) { detail::load_state_from("load_state", net, state); }

void save(ConstModuleRef net, const FileName& file) { detail::write_model_state(file, state(net)); }

void load(ModuleRef net, const FileName& file) { detail::load_state_from(text("load ", file), net, detail::read_model_state(file)); }

}  // namespace gradus::nn

namespace gradus {

State StateAccess<nn::Stream>::state(const nn::Stream& stream) { return {{}, {{"stream", nn::written(stream.state())}}}; }

void StateAccess<nn::Stream>::load(nn::Stream& stream, const State& state) {
  StateReader reader(state);
  const std::string* value = reader.need("stream");
  const std::optional<nn::Stream::State> read = value ? nn::as_stream(*value) : std::nullopt;
  if (value && !read) reader.problem("stream is \"", *value, "\", which is not four numbers");
  reader.expect_no_more_arrays();
  reader.finish("Stream: the state does not fit");
  stream.restore(*read);
}

}  // namespace gradus
