#include <gradus/autograd/base/pool.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <utility>
#ifdef __unix__
#include <pthread.h>
#endif

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/idle_blocks.h>
#include <gradus/autograd/base/tally.h>

namespace gradus::pool {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool caching = false;   // so that the sanitizer sees every use after free
#else
constexpr bool caching = true;
#endif

constexpr std::uint64_t most = std::min<std::uint64_t>(std::uint64_t{1} << 45, PTRDIFF_MAX);
constexpr std::int64_t at_a_time = 16384;   // bytes in small blocks that a thread takes from the process

std::atomic<std::int64_t> peak{0}, asked_of_system{0};

// A thread's own idle blocks, of small classes. Plain data, so that reaching it needs no check; what has to happen at the thread's end is
// Leaving's.
struct Thread {
  SmallStacks stacks;
  std::int64_t bytes = 0;
  int small_blocks = 0;      // allocated since the peak was last looked at
  bool keeps = false;        // blocks: from its first free to its end
  bool gone = false;
};
constinit thread_local Thread thread;

void empty_thread() {
  if (thread.bytes == 0) return;
  idle_blocks().give_all(thread.stacks, std::exchange(thread.bytes, 0));
}
struct Leaving {
  Leaving() { idle_blocks().thread_comes(); }
  ~Leaving() {
    thread.gone = true, thread.keeps = false;
    empty_thread();
    idle_blocks().thread_goes();
  }
};
[[gnu::noinline]] bool begins_to_keep() {
  if (thread.gone) return false;
  thread_local const Leaving leaving;
  (void)leaving;
  return thread.keeps = true;
}
bool may_keep() { return thread.keeps || begins_to_keep(); }

#ifdef __unix__
// What other threads kept is lost to the child of a fork, and not idle.
void in_child_of_fork() {
  correct_bytes_from_system(idle_blocks().bytes() + thread.bytes - idle_bytes());
  idle_blocks().in_child_of_fork(thread.keeps);
}
[[maybe_unused]] const int watching_forks = pthread_atfork(nullptr, nullptr, in_child_of_fork);
#endif

[[gnu::noinline]] void raise_peak() {
  const std::int64_t now = live_bytes();
  std::int64_t before = peak.load(std::memory_order_relaxed);
  while (now > before && !peak.compare_exchange_weak(before, now, std::memory_order_relaxed)) {}
  IdleBlocks::note_use(now);
}

// Adding up all threads takes longer than giving out a small block, so of those only every so many are followed by a look at the peak.
void count(std::int64_t bytes) {
  tally::add(tally::live_bytes, bytes);
  if (bytes < 16384 && ++thread.small_blocks < 64) return;
  thread.small_blocks = 0;
  raise_peak();
}

void* idle_block(int c) {
  if (!caching) return nullptr;
  if (c >= small_classes || !may_keep()) return idle_blocks().take(c);
  std::int64_t bytes = std::min(at_a_time, IdleBlocks::share() - thread.bytes);
  Stack some = idle_blocks().take_some(c, bytes);
  void* const block = some.pop();
  if (!block) return nullptr;
  thread.bytes += bytes - bytes_of(c);
  thread.stacks[c].put_on_top(some);
  return block;
}

[[gnu::noinline]] void* from_elsewhere(int c, std::int64_t wanted) {
  if (void* const block = idle_block(c)) return block;
  void* block = from_system(c, wanted);
  if (!block) {
    release_cached();
    block = from_system(c, wanted);
  }
  if (!block) throw std::bad_alloc();
  asked_of_system.fetch_add(1, std::memory_order_relaxed);
  return block;
}

// What the thread has no room for.
[[gnu::noinline]] void give_elsewhere(int c, void* block, std::int64_t size) noexcept {
  if (!caching) return to_system(c, block);
  if (c >= small_classes || thread.gone || size > IdleBlocks::share() / 4) return idle_blocks().give(c, block);
  thread.stacks[c].push(block);
  thread.bytes += size;
  empty_thread();
}

}  // namespace

void* allocate(std::uint64_t bytes) {
  if (bytes > most) throw std::bad_alloc();
  const int c = class_of(bytes);
  const std::int64_t size = bytes_of(c);
  void* block = nullptr;
  if (caching && c < small_classes) {
    block = thread.stacks[c].pop();
    if (block) thread.bytes -= size;
  }
  if (!block) [[unlikely]] block = from_elsewhere(c, static_cast<std::int64_t>(bytes));
  count(size);
  return block;
}

void free(void* block, std::size_t bytes) noexcept {
  if (!block) return;
  const int c = class_of(bytes);
  const std::int64_t size = bytes_of(c);
  tally::add(tally::live_bytes, -size);
  if (!caching || c >= small_classes || !may_keep() || thread.bytes + size > IdleBlocks::share()) return give_elsewhere(c, block, size);
  thread.stacks[c].push(block);
  thread.bytes += size;
}

std::int64_t live_bytes() { return tally::total(tally::live_bytes); }
std::int64_t peak_bytes() {
  raise_peak();
  return peak.load(std::memory_order_relaxed);
}
void reset_peak() { peak.store(live_bytes(), std::memory_order_relaxed); }
std::int64_t blocks_from_system() { return asked_of_system.load(std::memory_order_relaxed); }

std::int64_t idle_bytes() { return std::max<std::int64_t>(bytes_from_system() - live_bytes(), 0); }
std::int64_t idle_limit() { return idle_blocks().limit(); }
void set_idle_limit(std::optional<std::int64_t> bytes) {
  check<ValueError>(!bytes || *bytes >= 0, "set_idle_limit: a number of bytes is 0 or more, not ", bytes.value_or(0));
  idle_blocks().set_limit(bytes);
  if (thread.bytes > IdleBlocks::share()) empty_thread();
}

void release_cached() {
  empty_thread();
  idle_blocks().release();
}

}  // namespace gradus::pool
