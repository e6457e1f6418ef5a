// n elements that end where memory ends: whoever touches the next byte crashes. There is memory before the first one.
//   LastElements<float> x(7, [](std::int64_t i) { return float(i); });
#pragma once
#include <cstddef>
#include <cstdint>

#include <sys/mman.h>
#include <unistd.h>

namespace gradus {

template <class T>
class LastElements {
 public:
  // Element i is fill(i); so is the one before the first, i = −1.
  template <class Fill>
  LastElements(std::int64_t n, Fill fill) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    memory_ = static_cast<std::byte*>(mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(memory_ + page_, page_, PROT_NONE);
    first_ = reinterpret_cast<T*>(memory_ + page_) - n;
    for (std::int64_t i = -1; i < n; ++i) first_[i] = fill(i);
  }
  ~LastElements() { munmap(memory_, 2 * page_); }
  LastElements(const LastElements&) = delete;
  LastElements& operator=(const LastElements&) = delete;
  T* data() { return first_; }
  T& operator[](std::int64_t i) { return first_[i]; }

 private:
  std::size_t page_;
  std::byte* memory_;
  T* first_;
};

}  // namespace gradus
