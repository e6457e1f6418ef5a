#include <gradus/nn/model/observe.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <unordered_map>
#include <vector>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/base/internal/pattern.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/nn/model/internal/choosing.h>
#include <gradus/nn/model/internal/watcher.h>

namespace gradus::nn {
namespace detail {

// Paths of layers by place and class.
class LayersByPlace {
 public:
  explicit LayersByPlace(const std::vector<FoundModule>& layers) {
    for (const FoundModule& found : layers) at_[found.module.object].push_back(found);
  }
  const FoundModule* find(const Callee& callee) const {
    const auto there = at_.find(callee.object);
    if (there == at_.end()) return nullptr;
    for (const FoundModule& found : there->second)
      if (*found.module.called_as == *callee.type) return &found;
    return nullptr;
  }

 private:
  std::unordered_map<const void*, std::vector<FoundModule>> at_;
};

}  // namespace detail

namespace {

const Tensor& among(const Tensor* const* tensors, std::size_t n, std::size_t i, const char* what, std::string_view path) {
  check<ValueError>(i < n, "Called: the call of \"", path, "\" has ", n, " ", what, ", not ", i + 1);
  return *tensors[i];
}

}  // namespace

Called::Called(std::string_view path, std::string_view layer, std::span<const Tensor* const> inputs, std::span<Tensor* const> outputs)
    : path(path), layer(layer), inputs(inputs.size()), outputs(outputs.size()), given_(inputs.data()), returned_(outputs.data()) {}
const Tensor& Called::input(std::size_t i) const { return among(given_, inputs, i, "inputs", path); }
const Tensor& Called::output(std::size_t i) const { return among(returned_, outputs, i, "outputs", path); }

struct Hook::Entry {
  explicit Entry(detail::LayersByPlace where) : paths(std::move(where)) {}
  detail::LayersByPlace paths;
  std::unique_ptr<detail::ForwardHook> forward;
  std::unique_ptr<detail::GradientHook> gradient;
  std::atomic<bool> removed{false};
};

// All that live, in the order in which they were set.
struct HookAccess {
  using Entry = Hook::Entry;
  static gradus::detail::MutexOverForks& mutex() {
    static auto& of_all = *new gradus::detail::MutexOverForks;
    return of_all;
  }
  static std::vector<std::shared_ptr<Entry>>& all() {
    static auto& hooks = *new std::vector<std::shared_ptr<Entry>>;
    return hooks;
  }
  static Hook add(const std::shared_ptr<Entry>& entry) {
    const std::lock_guard lock(mutex());
    all().push_back(entry);
    detail::watchers.fetch_add(1, std::memory_order_relaxed);
    return Hook(entry.get());
  }
  static void remove(const Entry* hook) {
    std::shared_ptr<Entry> last;                               // what the hook holds is let go of without the lock
    const std::lock_guard lock(mutex());
    const auto found = std::find_if(all().begin(), all().end(), [&](const auto& entry) { return entry.get() == hook; });
    last = *found;
    last->removed.store(true, std::memory_order_relaxed);
    all().erase(found);
    detail::watchers.fetch_sub(1, std::memory_order_relaxed);
  }
  static std::vector<std::pair<std::shared_ptr<Entry>, const detail::FoundModule*>> of(const detail::Callee& callee) {
    std::vector<std::pair<std::shared_ptr<Entry>, const detail::FoundModule*>> found;
    const std::lock_guard lock(mutex());
    for (const auto& entry : all())
      if (const detail::FoundModule* layer = entry->paths.find(callee)) found.emplace_back(entry, layer);
    return found;
  }
};

void Hook::remove() noexcept {
  if (hook_) HookAccess::remove(std::exchange(hook_, nullptr));
}

namespace {

// The output itself, whose gradient a hook sees: so it is heard of this call alone, whoever else uses the tensor.
struct Heard final : Op {
  static constexpr bool checks_gradients = true;
  Heard(std::shared_ptr<HookAccess::Entry> hook, const std::string* path) : hook_(std::move(hook)), path_(path) {}
  std::string_view name() const override { return "backward_pre_hook"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override {
    if (hook_->removed.load(std::memory_order_relaxed)) return {g};
    const Tensor changed = hook_->gradient->call(*path_, g);
    return {changed.defined() ? changed : g};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return vs[0]; }

  std::shared_ptr<HookAccess::Entry> hook_;
  const std::string* path_;                                    // in the entry
};

}  // namespace

void detail::run_hooks(const Callee& callee, std::span<const Tensor* const> inputs, std::span<Tensor* const> outputs) {
  for (const auto& [hook, found] : HookAccess::of(callee)) {
    if (hook->removed.load(std::memory_order_relaxed)) continue;
    if (hook->forward) {
      const std::string layer = layer_name(*found->module.type);
      Tensor changed = hook->forward->call(Called(found->path, layer, inputs, outputs));
      if (!changed.defined()) continue;
      check<ValueError>(!outputs.empty(), "register_forward_hook: the call of \"", found->path, "\" returns no tensor to be replaced");
      *outputs[0] = std::move(changed);
    } else if (!outputs.empty() && outputs[0]->requires_grad() && recording()) {
      *outputs[0] = record(Heard(hook, &found->path), *outputs[0]);
    }
  }
}

Hook detail::hook_on(const ConstModuleRef& net, const Matching& layers, std::unique_ptr<ForwardHook> hook) {
  const auto entry = std::make_shared<HookAccess::Entry>(LayersByPlace(chosen_layers("register_forward_hook", net, layers)));
  entry->forward = std::move(hook);
  return HookAccess::add(entry);
}
Hook detail::hook_on(const ConstModuleRef& net, const Matching& layers, std::unique_ptr<GradientHook> hook) {
  const auto entry = std::make_shared<HookAccess::Entry>(LayersByPlace(chosen_layers("register_full_backward_pre_hook", net, layers)));
  entry->gradient = std::move(hook);
  return HookAccess::add(entry);
}

struct FeatureMaps::Watch final : detail::Watcher {
  Watch(const ConstModuleRef& net, const Matching& which)
      : layers(which), paths(detail::chosen_layers("feature_maps", net, which)) {}
  void ends(const detail::Callee& callee, std::span<const Tensor* const>, std::span<Tensor* const> outputs) override {
    const detail::FoundModule* found = paths.find(callee);
    if (found && !outputs.empty()) maps.insert_or_assign(found->path, *outputs[0]);
  }
  Matching layers;
  detail::LayersByPlace paths;
  std::map<std::string, Tensor> maps;
};

FeatureMaps::FeatureMaps(ConstModuleRef net, const Matching& layers) : watch_(new Watch(net, layers)) {}
FeatureMaps::~FeatureMaps() { delete watch_; }

std::map<std::string, Tensor> FeatureMaps::take() {
  for (const std::string& pattern : watch_->layers.patterns()) {
    const auto fits = [&](const auto& map) { return fits_pattern(map.first, pattern); };
    check<ValueError>(pattern.starts_with('!') || std::any_of(watch_->maps.begin(), watch_->maps.end(), fits), "feature_maps: no layer \"",
                      pattern, "\" was called, or none that returned a tensor");
  }
  return std::exchange(watch_->maps, {});
}

}  // namespace gradus::nn
