#include <gradus/autograd/walk/internal/landing.h>

#include <algorithm>
#include <span>
#include <thread>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/tape/leaf.h>

namespace gradus {

void add_recorded(Tensor& sum, const Tensor& g) { sum = sum + g; }

void add_to_defined(Tensor& sum, const Tensor& g, bool recorded) {
  if (recorded) add_recorded(sum, g);
  else sum = Tensor(kernels::accumulate(std::move(sum).value(), g.value()));
}

// Leaves that take a delivery: held in the order of their addresses, so that two threads never wait for each other.
class Landing::Held {
 public:
  explicit Held(std::span<const Arrival> arrivals) {
    leaves_.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals) leaves_.push_back(static_cast<Leaf*>(arrival.leaf.get()));
    std::sort(leaves_.begin(), leaves_.end());
    for (Leaf* leaf : leaves_)
      while (leaf->held_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  Held(const Held&) = delete;
  ~Held() {
    for (Leaf* leaf : leaves_) leaf->held_.store(false, std::memory_order_release);
  }

 private:
  detail::NoFork work_;   // whose child would find leaves held for ever
  SmallVector<Leaf*, 8> leaves_;
};

std::uint32_t Landing::position(const Node* leaf) const {
  if (arrivals_.size() > few) return index_.find(leaf);
  for (std::size_t i = 0; i < arrivals_.size(); ++i)
    if (arrivals_[i].leaf.get() == leaf) return static_cast<std::uint32_t>(i);
  return NodeIndex::none;
}

Landing::Arrival& Landing::arrival(NodePtr&& leaf) {
  if (const std::uint32_t at = position(leaf.get()); at != NodeIndex::none) return arrivals_[at];
  arrivals_.emplace_back();
  arrivals_.back().leaf = std::move(leaf);
  const auto note = [&](std::size_t i) { index_.insert(arrivals_[i].leaf.get(), static_cast<std::uint32_t>(i)); };
  if (arrivals_.size() == few + 1)
    for (std::size_t i = 0; i < few; ++i) note(i);
  if (arrivals_.size() > few) note(arrivals_.size() - 1);
  return arrivals_.back();
}

Gradient& Landing::at(NodePtr&& leaf) { return arrival(std::move(leaf)).sum; }

Tensor Landing::find(const Node* leaf) const {
  const std::uint32_t at = position(leaf);
  return at == NodeIndex::none ? Tensor{} : Gradient(arrivals_[at].sum).dense();
}

// Whatever can fail comes first: afterwards a sum either is the leaf's new gradient, or goes into memory that is there.
void Landing::deliver(std::size_t first, std::size_t last, bool recorded) {
  const std::span<Arrival> arrivals(arrivals_.data() + first, last - first);
  const Held held(arrivals);
  for (Arrival& arrival : arrivals) {
    Gradient& sum = arrival.sum;
    if (!sum.defined()) continue;
    const Gradient& there = static_cast<const Leaf&>(*arrival.leaf).grad;
    if (recorded && there.is_rows()) [[unlikely]] {
      add_to(sum, there.dense(sum.shape()[0]), recorded);
      arrival.replaces = true;
      continue;
    }
    if (there.is_rows() && sum.is_rows()) [[unlikely]] {
      Gradient both = there;   // the older ones first
      both.add(std::move(sum));
      sum = std::move(both);
      arrival.replaces = true;
    }
    if (sum.is_rows() && there.defined() && !there.is_rows()) [[unlikely]] sum = std::move(sum).dense();
    if (!recorded) sum.settle();
    if (arrival.replaces) continue;
    const bool in_place = !recorded && !there.is_rows() && there.value().unique() && there.value().contiguous();
    if (there.defined() && !in_place) {
      add_to(sum, Gradient(there), recorded);
      arrival.replaces = true;
    }
  }
  for (Arrival& arrival : arrivals) {
    if (!arrival.sum.defined()) continue;
    Gradient& gradient = static_cast<Leaf&>(*arrival.leaf).grad;
    if (arrival.replaces || !gradient.defined()) gradient = std::move(arrival.sum);
    else add_to(gradient, std::move(arrival.sum), recorded);
    arrival.sum = {};
  }
}

void Landing::deliver_and_tell(const Node* node, bool recorded, const LeafListener& listener) {
  const std::uint32_t at = position(node);
  if (at == NodeIndex::none || !arrivals_[at].sum.defined()) return;
  const NodePtr leaf = arrivals_[at].leaf;
  const detail::Hooks* hooks = leaf->hooks.get();
  if (hooks && !hooks->on_gradient.empty()) arrivals_[at].sum = hooks->change(0, std::move(arrivals_[at].sum).dense());
  deliver(at, at + 1, recorded);
  const Tensor told(static_cast<const Leaf&>(*leaf).value, leaf);
  if (hooks) hooks->tell(told);
  if (listener) listener(told);
}

}  // namespace gradus
