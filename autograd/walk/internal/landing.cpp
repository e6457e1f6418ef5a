#include <gradus/autograd/walk/internal/landing.h>

#include <algorithm>
#include <thread>

#include <gradus/autograd/base/after_fork.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/ops/arithmetic.h>

namespace gradus {

void add_to_defined(Tensor& sum, const Tensor& g, bool recorded) {
  if (recorded) sum = sum + g;
  else sum = Tensor(kernels::accumulate(std::move(sum).value(), g.value()));
}

// Leaves that take a delivery: held in the order of their addresses, so that two threads never wait for each other.
class Landing::Held {
 public:
  explicit Held(const SmallVector<Arrival, 8>& arrivals) {
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

Tensor& Landing::at(NodePtr&& leaf) { return arrival(std::move(leaf)).sum; }

void Landing::arrive(NodePtr leaf, kernels::RowPart part) {
  rows_.push_back({leaf.get(), std::move(part)});
  arrival(std::move(leaf));
}

Tensor Landing::find(const Node* leaf) const {
  const std::uint32_t at = position(leaf);
  return at == NodeIndex::none ? Tensor{} : arrivals_[at].sum;
}

// The leaf's gradient of rows and those that have arrived; undefined if there is neither.
RowGradient Landing::sum_rows(const Leaf& leaf) const {
  SmallVector<kernels::RowPart, 4> parts;
  if (leaf.row_grad.defined()) parts.push_back({leaf.row_grad.rows, leaf.row_grad.values});
  for (const ArrivedRows& arrived : rows_)
    if (arrived.leaf == &leaf) parts.push_back(arrived.part);
  return parts.empty() ? RowGradient{} : RowGradient::sum({parts.data(), parts.size()});
}

// Whatever can fail comes first: afterwards a sum either is the leaf's new gradient, or goes into memory that is there.
void Landing::deliver(bool recorded) {
  const Held held(arrivals_);
  SmallVector<RowGradient, 1> row_sums;   // of all arrivals; none if there are no rows anywhere
  for (std::size_t i = 0; i < arrivals_.size(); ++i) {
    const Leaf& leaf = static_cast<const Leaf&>(*arrivals_[i].leaf);
    Tensor& sum = arrivals_[i].sum;
    if (sum.defined() && !recorded) sum = Tensor(std::move(sum).value().as_contiguous());
    if (!rows_.empty() || leaf.row_grad.defined()) [[unlikely]] {
      row_sums.resize(arrivals_.size());
      row_sums[i] = sum_rows(leaf);
      if (row_sums[i].defined() && (sum.defined() || leaf.grad.defined()))   // a gradient is one of rows as long as nothing else has come
        add_to(sum, Tensor(std::exchange(row_sums[i], {}).dense(leaf.value.shape()[0])), recorded);
    }
    const bool in_place = !recorded && leaf.grad.value().unique() && leaf.grad.value().contiguous();
    if (leaf.grad.defined() && sum.defined() && !in_place) {
      add_to(sum, leaf.grad, recorded);
      arrivals_[i].replaces = true;
    }
  }
  for (std::size_t i = 0; i < arrivals_.size(); ++i) {
    Leaf& leaf = static_cast<Leaf&>(*arrivals_[i].leaf);
    Tensor& sum = arrivals_[i].sum;
    if (!row_sums.empty()) [[unlikely]] leaf.row_grad = std::move(row_sums[i]);
    if (!sum.defined()) continue;
    if (arrivals_[i].replaces) leaf.grad = std::move(sum);
    else add_to(leaf.grad, std::move(sum), recorded);
  }
}

}  // namespace gradus
