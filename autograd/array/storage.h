// The memory behind arrays: pooled, 64-byte aligned, shared by count.
#pragma once
#include <atomic>
#include <cstddef>

#include <gradus/autograd/base/counted.h>

namespace gradus {

class alignas(64) Storage {
 public:
  static Counted<Storage> allocate(std::size_t bytes);   // contents undefined; throws std::bad_alloc

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  std::size_t bytes() const { return bytes_; }
  bool unique() const { return owners_.load(std::memory_order_acquire) == 1; }

  friend void retain(Storage* s) { s->owners_.fetch_add(1, std::memory_order_relaxed); }
  friend void release(Storage* s) {
    if (s->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(s);
  }

 private:
  explicit Storage(std::size_t bytes) : bytes_(bytes) {}
  static void destroy(Storage* s);
  std::atomic<int> owners_{0};
  std::size_t bytes_;
};

}  // namespace gradus
