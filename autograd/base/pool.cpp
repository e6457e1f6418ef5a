#include <gradus/autograd/base/pool.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <gradus/autograd/base/tally.h>

namespace gradus::pool {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool caching = false;   // so that the sanitizer sees every use after free
#else
constexpr bool caching = true;
#endif

constexpr std::size_t line = 64;
constexpr int classes = 4 * 40;   // four a power of two, up to 2^46 bytes
constexpr std::uint64_t most = std::min<std::uint64_t>(std::uint64_t{1} << 45, PTRDIFF_MAX);
constexpr std::int64_t thread_share = 1 << 20, process_share = std::int64_t{1} << 30;   // idle bytes kept in one class

// Class c holds blocks of (4 + c % 4) * 2^(c / 4) quarters of a line: waste is below a quarter.
int class_of(std::size_t bytes) {
  const std::size_t quarters = (bytes + line / 4 - 1) / (line / 4);
  if (quarters <= 4) return 0;
  const int power = std::bit_width(quarters - 1) - 3;
  return 4 * power + static_cast<int>((quarters - 1) >> power) - 4 + 1;
}
std::size_t bytes_of(int c) {
  const std::size_t quarters = static_cast<std::size_t>(4 + c % 4) << (c / 4);
  return (quarters * (line / 4) + line - 1) / line * line;
}

struct Idle { Idle* next; };
struct Stack {
  Idle* top = nullptr;
  std::int64_t count = 0;
  void push(void* block) { top = new (block) Idle{top}; ++count; }
  void* pop() {
    Idle* block = top;
    if (block) top = block->next, --count;
    return block;
  }
};

std::atomic<std::int64_t> peak{0}, from_system{0};

struct Process {
  std::mutex mutex;
  std::array<Stack, classes> stacks;
  void give(int c, void* block) {
    {
      const std::lock_guard lock(mutex);
      if (stacks[c].count == 0 || stacks[c].count * static_cast<std::int64_t>(bytes_of(c)) < process_share) return stacks[c].push(block);
    }
    std::free(block);
  }
};
Process& process() {
  static Process* p = new Process;   // never destroyed: blocks may come back after main
  return *p;
}

// A thread's own idle blocks. Plain data, so that reaching it needs no check; what has to happen at the thread's end is Leaving's.
struct Thread {
  std::array<Stack, classes> stacks;
  int small_blocks = 0;   // allocated since the peak was last looked at
  bool known = false, gone = false;
};
constinit thread_local Thread thread;

void empty_thread() {
  for (int c = 0; c < classes; ++c)
    while (void* block = thread.stacks[c].pop()) process().give(c, block);
}
struct Leaving {
  ~Leaving() {
    thread.gone = true;
    empty_thread();
  }
};
bool may_keep() {
  if (!thread.known) [[unlikely]] {
    thread_local const Leaving leaving;
    (void)leaving;
    thread.known = true;
  }
  return !thread.gone;
}

void raise_peak() {
  const std::int64_t now = live_bytes();
  std::int64_t before = peak.load(std::memory_order_relaxed);
  while (now > before && !peak.compare_exchange_weak(before, now, std::memory_order_relaxed)) {}
}

// Adding up all threads takes longer than giving out a small block, so of those only every so many are followed by a look at the peak.
void count(std::int64_t bytes) {
  tally::add(tally::live_bytes, bytes);
  if (bytes < 16384 && ++thread.small_blocks < 64) return;
  thread.small_blocks = 0;
  raise_peak();
}

// Large pages for large blocks, where the system gives them on request: fewer faults, and fewer misses of the address cache, above all
// when a loop strides over rows.
void ask_for_large_pages([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) {
#if defined(MADV_HUGEPAGE)
  constexpr std::size_t page = 4096, large_page = std::size_t{1} << 21;
  if (bytes < 2 * large_page) return;
  const auto first = (reinterpret_cast<std::uintptr_t>(block) + page - 1) / page * page;
  const auto last = (reinterpret_cast<std::uintptr_t>(block) + bytes) / page * page;
  madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);   // advice: a refusal changes nothing
#endif
}

void* from_elsewhere(int c) {
  if (caching) {
    const std::lock_guard lock(process().mutex);
    if (void* block = process().stacks[c].pop()) return block;
  }
  void* block = std::aligned_alloc(line, bytes_of(c));
  if (!block) {
    release_cached();
    block = std::aligned_alloc(line, bytes_of(c));
  }
  if (!block) throw std::bad_alloc();
  ask_for_large_pages(block, bytes_of(c));
  from_system.fetch_add(1, std::memory_order_relaxed);
  return block;
}

}  // namespace

void* allocate(std::uint64_t bytes) {
  if (bytes > most) throw std::bad_alloc();
  const int c = class_of(bytes);
  void* block = nullptr;
  if (caching) block = thread.stacks[c].pop();
  if (!block) [[unlikely]] block = from_elsewhere(c);
  count(static_cast<std::int64_t>(bytes_of(c)));
  return block;
}

void free(void* block, std::size_t bytes) noexcept {
  if (!block) return;
  const int c = class_of(bytes);
  const auto size = static_cast<std::int64_t>(bytes_of(c));
  tally::add(tally::live_bytes, -size);
  if (!caching) return std::free(block);
  if (may_keep() && (thread.stacks[c].count < 4 || thread.stacks[c].count * size < thread_share)) return thread.stacks[c].push(block);
  process().give(c, block);
}

std::int64_t live_bytes() { return tally::total(tally::live_bytes); }
std::int64_t peak_bytes() {
  raise_peak();
  return peak.load(std::memory_order_relaxed);
}
void reset_peak() { peak.store(live_bytes(), std::memory_order_relaxed); }
std::int64_t blocks_from_system() { return from_system.load(std::memory_order_relaxed); }

void release_cached() {
  empty_thread();
  const std::lock_guard lock(process().mutex);
  for (Stack& stack : process().stacks)
    while (void* block = stack.pop()) std::free(block);
}

}  // namespace gradus::pool
