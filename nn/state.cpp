#include <gradus/nn/state.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/array/safetensors.h>

namespace gradus::nn {
namespace {

class Snapshot final : public Visitor {
 public:
  void parameter(const Path& path, Parameter& p) override {
    if (p.defined()) state.emplace(path.text(), p.value());
  }
  void buffer(const Path& path, Array& a) override {
    if (a.defined()) state.emplace(path.text(), a);
  }
  void stream(const Path& path, Stream& s) override { state.streams.emplace(path.text(), s.state()); }
  State state;
};

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

State state_in(const std::filesystem::path& file) {
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

void load_state_from(const std::string& what, const ModuleRef& net, const State& given) {
  Snapshot snapshot;
  net.walk(snapshot);
  const std::string lines = differences(snapshot.state, given);
  check(lines.empty(), what, ": the state does not fit the model, which stays as it was:", lines);
  State ready = given;
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

void save(ConstModuleRef net, const std::filesystem::path& file) {
  State all = state(net);
  Safetensors contents{.arrays = {}, .metadata = {{"format", "pt"}}};
  for (const auto& [name, stream] : all.streams) contents.metadata.emplace(text(prefix, name), written(stream));
  contents.arrays = std::move(all);
  save_safetensors(file, contents);
}

void load(ModuleRef net, const std::filesystem::path& file) { load_state_from(text("load ", file), net, state_in(file)); }

}  // namespace gradus::nn
