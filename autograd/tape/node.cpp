#include <gradus/autograd/tape/node.h>

#include <algorithm>
#include <utility>

#include <gradus/autograd/tape/recorded.h>
#include <gradus/autograd/tape/recording.h>

namespace gradus {
namespace {

// Numbers only have to grow along every path: each thread counts by itself, and jumps ahead when it takes up another thread's tensors.
constinit thread_local std::uint64_t last_number = 0;
constinit thread_local std::uint64_t last_operation = 0;

}  // namespace

constinit thread_local detail::Wish detail::wish;
constinit thread_local unsigned detail::mode = detail::records;

std::uint64_t detail::last_recorded() { return last_operation; }

Recording::Recording(bool on) : before_(detail::mode) {
  detail::mode = on ? before_ | detail::records : before_ & ~unsigned{detail::records};
}
Recording::~Recording() { detail::mode = before_; }

void Node::be_born() {
  std::uint64_t number = last_number;
  for (const Edge& edge : inputs_)
    if (edge.node) number = std::max(number, edge.node->number_);
  last_number = number_ = number + 1;
  if (!is_leaf_) last_operation = number_;
  tally::add(tally::nodes, 1);
}

void retain(Node* node) { node->owners_.fetch_add(1, std::memory_order_relaxed); }

// Deleting a node lets go of its inputs, which may doom them too: they queue here instead of nesting, so that a chain of any length
// is freed in a loop.
void release(Node* node) {
  // The only owner needs no locked instruction: nobody else can reach the node.
  if (node->owners_.load(std::memory_order_acquire) != 1 && node->owners_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  constinit thread_local Node* doomed = nullptr;
  constinit thread_local bool deleting = false;
  node->next_doomed_ = std::exchange(doomed, node);
  if (deleting) return;
  deleting = true;
  while (doomed) delete std::exchange(doomed, doomed->next_doomed_);
  deleting = false;
}

}  // namespace gradus
