#include <gradus/nn/model/call.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/nn/model/internal/watcher.h>

namespace gradus::nn::detail {

constinit std::atomic<std::int32_t> watchers{0};

namespace {

constinit thread_local Watcher* innermost_watcher = nullptr;
constinit thread_local const Call* innermost_call = nullptr;

}  // namespace

Watcher::Watcher() : outer_(std::exchange(innermost_watcher, this)) { watchers.fetch_add(1, std::memory_order_relaxed); }
Watcher::~Watcher() {
  innermost_watcher = outer_;
  watchers.fetch_sub(1, std::memory_order_relaxed);
}

Call::Call(const Callee& callee, const Tensor* const* inputs, std::size_t n)
    : callee_(callee),
      inputs_(inputs),
      n_(n),
      outer_(std::exchange(innermost_call, this)),
      known_(outer_ && outer_->callee_.held && outer_->callee_.is(callee.object, *callee.type)) {
  if (known_) return;
  for (Watcher* w = innermost_watcher; w; w = w->outer_) w->begins(callee);
}

Call::~Call() { innermost_call = outer_; }

void Call::returns(Tensors& results) {
  if (known_) return;
  const std::span<const Tensor* const> inputs(inputs_, n_);
  const std::span<Tensor* const> outputs(results.all, results.n);
  run_hooks(callee_, inputs, outputs);
  for (Watcher* w = innermost_watcher; w; w = w->outer_) w->ends(callee_, inputs, outputs);
}

std::string layer_name(const std::type_info& type) {
  std::string name;
  int depth = 0;                                             // of what stands in brackets
  for (const char c : class_name(type)) {
    if (c == '<' || c == '(') ++depth;
    if (depth == 0) name += c;
    if (c == '>' || c == ')') --depth;
  }
  if (const auto scope = name.rfind("::"); scope != name.npos) name.erase(0, scope + 2);
  return name.find("lambda") < 2 || name.starts_with('$') ? "lambda" : name;   // "{lambda#1}", clang's "'lambda'" and "$_0"
}

namespace {

// What an error remembers of the layer that it came from first.
struct ErrorPlace {
  const void* object;
  const std::type_info* type;
  std::string message;                     // without a place
  bool complete;                           // the place is known from the model's root
};
template <class Kind>
class ErrorAt final : public Kind, public ErrorPlace {
 public:
  ErrorAt(const std::string& where, const ErrorPlace& place) : Kind(where + place.message), ErrorPlace(place) {}
};

// Where a layer is in its model: its parameters' names end with their paths in the layer.
class Surroundings final : public Visitor {
 public:
  explicit Surroundings(const ErrorPlace& sought) : sought_(sought) {}
  void parameter(const Path& path, Parameter& p) override {
    if (!p.defined() || p.leaf()->named_by == 0 || p.tied()) return;
    const std::string own = path.text();
    std::string_view name = p.leaf()->label;
    if (!name.ends_with(own)) return fail_to_agree();
    name.remove_suffix(own.size());
    if (!own.empty() && !name.empty()) {
      if (!name.ends_with('.')) return fail_to_agree();
      name.remove_suffix(1);
    }
    if (outside_ && *outside_ != name) return fail_to_agree();
    outside_ = name;
  }
  void module(const Path& path, const VisitedModule& module) override {
    if (inside_ || module.object != sought_.object || *module.called_as != *sought_.type) return;
    inside_ = path.text();
    layer_ = module.type;
  }
  const std::optional<std::string>& inside() const { return inside_; }
  const std::type_info* layer() const { return layer_ ? layer_ : sought_.type; }
  std::optional<std::string> whole() const {
    if (!agree_ || !outside_ || !inside_) return {};
    return *outside_ + (outside_->empty() || inside_->empty() ? "" : ".") + *inside_;
  }

 private:
  void fail_to_agree() { agree_ = false; }
  const ErrorPlace& sought_;
  std::optional<std::string> outside_, inside_;
  const std::type_info* layer_ = nullptr;
  bool agree_ = true;
};

// A walk that fails in its own way must not hide the error.
void look_around(const Callee& callee, Surroundings& around) {
  try {
    callee.walk(const_cast<void*>(callee.object), {}, around);
  } catch (const Error&) {
    return;
  }
}

template <class Kind>
void throw_if(const Error& error, const std::string& where, const ErrorPlace& place) {
  if (typeid(error) == typeid(Kind) || typeid(error) == typeid(ErrorAt<Kind>)) throw ErrorAt<Kind>(where, place);
}

}  // namespace

// An error's message cannot be changed, so another one of its kind takes its place. A kind that somebody else has made stays as it is.
void rethrow_from(const Callee& callee) {
  try {
    throw;
  } catch (const Error& error) {
    const auto* known = dynamic_cast<const ErrorPlace*>(&error);
    if (known && known->complete) throw;
    ErrorPlace place = known ? *known : ErrorPlace{callee.object, callee.type, error.what(), false};
    Surroundings around(place);
    look_around(callee, around);
    const std::string layer = layer_name(*around.layer());
    std::string where;
    if (const auto whole = around.whole()) {
      place.complete = true;
      if (!whole->empty()) where = text("in ", *whole, " (", layer, "): ");
    } else if (known && !(around.inside() && !around.inside()->empty())) {
      throw;
    } else if (known) {
      where = text("in ", *around.inside(), " of ", layer_name(*callee.type), " (", layer, "): ");
    }
    throw_if<Error>(error, where, place);
    throw_if<ShapeError>(error, where, place);
    throw_if<DtypeError>(error, where, place);
    throw_if<ValueError>(error, where, place);
    throw_if<GraphError>(error, where, place);
    throw_if<FileError>(error, where, place);
    throw;
  }
}

}  // namespace gradus::nn::detail
