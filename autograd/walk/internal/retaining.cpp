#include <gradus/autograd/walk/internal/retaining.h>

#include <atomic>
#include <thread>

#include <gradus/autograd/base/internal/after_fork.h>

namespace gradus {
namespace {

constinit std::atomic<bool> delivering{false};

// A delivery is short and rare: one lock for all nodes, which a fork waits for.
class Alone {
 public:
  Alone() {
    while (delivering.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  Alone(const Alone&) = delete;
  ~Alone() { delivering.store(false, std::memory_order_release); }

 private:
  detail::NoFork work_;
};

}  // namespace

void Retaining::note(const NodePtr& node, const SmallVector<Tensor, 1>& gradients) {
  const auto& of_result = node->hooks->retained->of_result;
  for (std::size_t i = 0; i < of_result.size() && i < gradients.size(); ++i)
    if (of_result[i].wanted && gradients[i].defined()) kept_.push_back({node, i, gradients[i]});
}

void Retaining::deliver(bool recorded, Landing& landing) {
  const Alone alone;
  for (Kept& kept : kept_) {
    const Tensor& there = kept.node->hooks->retained->of_result[kept.output].gradient;
    if (there.defined()) {
      Tensor sum = there;
      add_to(sum, std::move(kept.sum), recorded);
      kept.sum = std::move(sum);
    }
    if (!recorded) kept.sum = Tensor(kept.sum.value().as_contiguous());
  }
  landing.deliver(recorded);
  for (Kept& kept : kept_) kept.node->hooks->retained->of_result[kept.output].gradient = std::move(kept.sum);
}

}  // namespace gradus
