// Where a walk keeps what belongs to a node: a hash table from nodes to positions, in pooled memory and nothing at all until it is used.
#pragma once
#include <cstdint>

#include <gradus/autograd/tape/node.h>

namespace gradus {

class NodeIndex {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  std::uint32_t find(const Node* node) const {
    if (entries_.empty()) return none;
    for (std::size_t i = home(node);; i = next(i)) {
      if (entries_[i].node == node) return entries_[i].position;
      if (!entries_[i].node) return none;
    }
  }

  // Writes over what was known of the node.
  void insert(const Node* node, std::uint32_t position) {
    if (full()) grow();
    std::size_t i = home(node);
    while (entries_[i].node && entries_[i].node != node) i = next(i);
    used_ += !entries_[i].node;
    entries_[i] = {node, position};
  }

  bool full() const { return 2 * used_ >= entries_.size(); }   // the next insertion would ask for memory
  std::size_t room() const { return entries_.size(); }
  void clear() {
    for (Entry& entry : entries_) entry = {};
    used_ = 0;
  }

 private:
  struct Entry {
    const Node* node = nullptr;
    std::uint32_t position = 0;
  };
  static constexpr std::size_t first_room = 32;

  std::size_t home(const Node* node) const {
    const std::uint64_t address = reinterpret_cast<std::uintptr_t>(node);
    return static_cast<std::size_t>(address * 0x9E3779B97F4A7C15u >> 32) & (entries_.size() - 1);
  }
  std::size_t next(std::size_t i) const { return (i + 1) & (entries_.size() - 1); }
  void grow() {
    SmallVector<Entry, first_room> before = std::move(entries_);
    entries_.clear();
    entries_.resize(before.empty() ? first_room : 2 * before.size());
    used_ = 0;
    for (const Entry& entry : before)
      if (entry.node) insert(entry.node, entry.position);
  }

  SmallVector<Entry, first_room> entries_;
  std::size_t used_ = 0;
};

}  // namespace gradus
