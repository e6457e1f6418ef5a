// The pool's idle memory: blocks in size classes that a thread or the process keeps for the next who asks. pool.h's own.
#pragma once
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <gradus/autograd/base/internal/after_fork.h>

namespace gradus::pool {

constexpr std::size_t line = 64;
constexpr int classes = 4 * 40;          // four a power of two, up to 2^46 bytes
constexpr int small_classes = 4 * 12 + 1;   // up to 256 KiB: what threads keep for themselves

// Class c holds blocks of (4 + c % 4) * 2^(c / 4) quarters of a line: waste is below a quarter.
inline int class_of(std::size_t bytes) {
  const std::size_t quarters = (bytes + line / 4 - 1) / (line / 4);
  if (quarters <= 4) return 0;
  const int power = std::bit_width(quarters - 1) - 3;
  return 4 * power + static_cast<int>((quarters - 1) >> power) - 4 + 1;
}
inline std::int64_t bytes_of(int c) {
  const auto number = static_cast<unsigned>(c);   // which is quicker to divide
  const std::size_t quarters = static_cast<std::size_t>(4 + number % 4) << (number / 4);
  return static_cast<std::int64_t>((quarters * (line / 4) + line - 1) / line * line);
}

struct Idle {
  Idle* next;
  int size_class;   // set on the way back to the system
};

// Blocks of one class; the last one put in is the first one out, for it may still be in the processor's cache.
struct Stack {
  Idle* top = nullptr;
  Idle* bottom = nullptr;   // if there is a top

  void push(void* block) {
    Idle* const idle = static_cast<Idle*>(block);
    idle->next = top;
    if (!top) bottom = idle;
    top = idle;
  }
  void* pop() {
    Idle* const block = top;
    if (block) top = block->next;
    return block;
  }
  void put_on_top(Stack& others);       // all of them
  Stack take_from_top(std::int64_t& n);   // at most n > 0; n becomes how many
};
using SmallStacks = std::array<Stack, small_classes>;

// The process's idle blocks, and the one limit for these and the threads' own.
class IdleBlocks {
 public:
  void* take(int c);                                                 // null if there is none
  Stack take_some(int c, std::int64_t& bytes);                       // at most so many, but at least one block; `bytes` becomes how many
  void give(int c, void* block) noexcept;
  void give_all(SmallStacks& blocks, std::int64_t bytes) noexcept;   // which they have together; leaves them empty
  void release() noexcept;                                           // everything to the system

  void set_limit(std::optional<std::int64_t> bytes);
  std::int64_t limit();
  // What a thread may keep for itself; it falls when threads come.
  static std::int64_t share() { return share_.load(std::memory_order_relaxed); }
  void thread_comes();
  void thread_goes();
  void in_child_of_fork(bool has_thread);                            // of whose threads the calling one is left: does it keep blocks?

  // Bytes in idle blocks of this object.
  std::int64_t bytes() const { return bytes_; }

  // The most that has been in use at once, as it is found.
  static void note_use(std::int64_t bytes) {
    std::int64_t before = used_.load(std::memory_order_relaxed);
    while (bytes > before && !used_.compare_exchange_weak(before, bytes, std::memory_order_relaxed)) {}
  }

 private:
  static constinit inline std::atomic<std::int64_t> used_{0}, share_{0};

  std::int64_t limit_now() const;
  void set_share();
  void came_in(std::int64_t bytes);
  Idle* surplus();

  detail::MutexOverForks mutex_;                                     // guards all but the atomic ones
  std::array<Stack, classes> stacks_;
  std::array<std::uint64_t, classes> last_use_{};                    // of each class: the value of uses_ then
  std::uint64_t uses_ = 0;
  std::int64_t bytes_ = 0;
  std::optional<std::int64_t> fixed_limit_;
  std::int64_t used_before_ = 0;                                     // in the window of time before this one
  std::int64_t turnover_ = 0;                                        // bytes that came in, in this window
  int threads_ = 0;
};

IdleBlocks& idle_blocks();                                           // never destroyed: blocks may come back after main

void* from_system(int c, std::int64_t wanted) noexcept;              // so many bytes at first; null if it gives nothing
void to_system(int c, void* block) noexcept;
std::int64_t bytes_from_system();                                    // and not given back
void correct_bytes_from_system(std::int64_t difference);

}  // namespace gradus::pool
