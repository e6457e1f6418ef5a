#include <gradus/autograd/walk/internal/step.h>

#include <optional>

#include <gradus/autograd/base/profile.h>
#include <gradus/autograd/tape/recorder.h>

namespace gradus {
namespace {

// What goes into a backward and comes out, for a profile.
class Account {
 public:
  explicit Account(const Node& node) : span_(node.name(), "backward") {}
  void before(const SmallVector<Tensor, 1>& gradients) {   // backward may write over them
    if (!span_.wanted()) [[likely]] return;
    traffic_.emplace();
    for (const Tensor& g : gradients) traffic_->add(g);
    traffic_->shapes += " ->";
  }
  void after(const Grads& grads) {
    if (!traffic_) [[likely]] return;
    for (const Gradient& g : grads) traffic_->add(g.is_rows() ? Tensor(g.rows().values) : g.tensor());
    span_.describe(std::move(traffic_->shapes), traffic_->bytes);
  }

 private:
  profile::Span span_;
  std::optional<detail::Traffic> traffic_;
};

}  // namespace

Grads run_backward(Node& node, SmallVector<Tensor, 1>& gradients) {
  Account account(node);
  account.before(gradients);
  Grads grads = node.run_backward(gradients);
  account.after(grads);
  if (node.checks_gradients()) node.check_gradients(grads);
  return grads;
}

}  // namespace gradus
