#include <gradus/autograd/tape/hooks.h>

#include <algorithm>
#include <atomic>

#include <gradus/autograd/tape/node.h>

namespace gradus::detail {
namespace {

constinit std::atomic<std::int64_t> hooked_leaves{0};

}  // namespace

bool any_leaf_has_hooks() { return hooked_leaves.load(std::memory_order_relaxed) != 0; }

Hooks::Hooks(bool of_leaf) : of_leaf_(of_leaf) {
  if (of_leaf_) hooked_leaves.fetch_add(1, std::memory_order_relaxed);
}
Hooks::~Hooks() {
  if (of_leaf_) hooked_leaves.fetch_sub(1, std::memory_order_relaxed);
}

Tensor Hooks::change(int output, Tensor g) const {
  for (std::size_t i = 0; i < on_gradient.size(); ++i) {
    const std::shared_ptr<Hook> hook = on_gradient[i].hook;
    if (on_gradient[i].output != output || hook->removed) continue;
    Tensor changed;
    hook->call(g, changed);
    if (!changed.defined()) continue;
    check<ShapeError>(changed.shape() == g.shape(), "register_hook: the hook returned a gradient of shape ", changed.shape(),
                      " in the place of ", g.shape());
    check<DtypeError>(changed.dtype() == g.dtype(), "register_hook: the hook returned ", changed.dtype(), " in the place of ", g.dtype());
    g = std::move(changed);
  }
  return g;
}

void Hooks::tell(const Tensor& leaf) const {
  for (std::size_t i = 0; i < on_leaf.size(); ++i) {
    const std::shared_ptr<Hook> hook = on_leaf[i].hook;
    Tensor nothing;
    if (!hook->removed) hook->call(leaf, nothing);
  }
}

void add_hook(const char* name, const Tensor& x, HookKind kind, std::shared_ptr<Hook> hook) {
  check_defined(name, x);
  check<GraphError>(x.requires_grad(), name, ": the tensor ", describe(x),
                    " is not tracked: no gradient comes to it; make it a leaf with variable(x), or compute it from one");
  Node& node = *x.node();
  check<GraphError>(kind == HookKind::gradient || node.is_leaf(), name,
                    ": only leaves keep a gradient (a variable(x), a parameter), and this tensor ", describe(x),
                    " is none; register_hook(f) sees the gradient of any tensor");
  if (!node.hooks) node.hooks = std::make_unique<Hooks>(node.is_leaf());
  auto& list = kind == HookKind::gradient ? node.hooks->on_gradient : node.hooks->on_leaf;
  const auto kept = std::remove_if(list.begin(), list.end(), [](const Hooks::Entry& entry) { return entry.hook->removed; });
  while (list.end() != kept) list.pop_back();
  list.push_back({x.output(), std::move(hook)});
}

}  // namespace gradus::detail
