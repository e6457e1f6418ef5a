#include <gradus/autograd/tape.h>

namespace gradus {
namespace {

std::atomic<std::uint64_t> births{0};
std::atomic<std::int64_t> alive{0};
thread_local bool is_recording = true;

}  // namespace

bool recording() { return is_recording; }
Recording::Recording(bool on) : before_(is_recording) { is_recording = on; }
Recording::~Recording() { is_recording = before_; }

Node::Node() : number_(births.fetch_add(1, std::memory_order_relaxed)) { alive.fetch_add(1, std::memory_order_relaxed); }
Node::Node(Node&& o) noexcept : Node() { inputs_ = std::move(o.inputs_), wants_ = o.wants_; }
Node::~Node() { alive.fetch_sub(1, std::memory_order_relaxed); }
std::int64_t Node::live() { return alive.load(std::memory_order_relaxed); }

void retain(Node* node) { node->owners_.fetch_add(1, std::memory_order_relaxed); }

// Deleting a node lets go of its inputs, which may doom them too: they queue here instead of nesting, so that a chain of any length
// is freed in a loop.
void release(Node* node) {
  if (node->owners_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  thread_local Node* doomed = nullptr;
  thread_local bool deleting = false;
  node->next_doomed_ = std::exchange(doomed, node);
  if (deleting) return;
  deleting = true;
  while (doomed) delete std::exchange(doomed, doomed->next_doomed_);
  deleting = false;
}

}  // namespace gradus
