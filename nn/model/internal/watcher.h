// Watcher: who looks at the calls of its thread, from its beginning to its end. What nn::call (call.h) tells, and whom.
#pragma once
#include <span>

#include <gradus/nn/model/call.h>

namespace gradus::nn::detail {

class Watcher {
 public:
  Watcher();
  Watcher(const Watcher&) = delete;
  virtual void begins(const Callee&) {}
  virtual void ends(const Callee& callee, std::span<const Tensor* const> inputs, std::span<Tensor* const> outputs) = 0;

 protected:
  ~Watcher();

 private:
  friend class Call;
  Watcher* outer_;
};

// What hooks make of a call's results, before watchers see them (observe.cpp).
void run_hooks(const Callee& callee, std::span<const Tensor* const> inputs, std::span<Tensor* const> outputs);

// "Linear" of gradus::nn::Linear, "Sequential" of a template with its arguments.
std::string layer_name(const std::type_info& type);

}  // namespace gradus::nn::detail
