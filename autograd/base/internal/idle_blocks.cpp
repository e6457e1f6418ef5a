#include <gradus/autograd/base/internal/idle_blocks.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <gradus/autograd/base/pool.h>

namespace gradus::pool {
namespace {

constexpr std::int64_t MiB = 1 << 20;
constexpr std::int64_t least = 256 * MiB;                            // of the limit that follows use
constexpr std::int64_t most_of_threads = 64 * MiB, most_of_thread = 4 * MiB;
constexpr std::int64_t windows = 8;                                  // a window of time: until so many times the limit has come in

std::int64_t for_threads(std::int64_t limit) { return std::min(limit / 4, most_of_threads); }

std::atomic<std::int64_t> taken{0};

// The whole pages of so many bytes, for what is worth a system call.
template <class Advise>
void for_pages([[maybe_unused]] void* block, [[maybe_unused]] std::int64_t length, [[maybe_unused]] Advise advise) {
#if defined(__linux__)
  constexpr std::uintptr_t page = 4096;
  const auto begin = reinterpret_cast<std::uintptr_t>(block), end = begin + static_cast<std::uintptr_t>(length);
  const auto first = (begin + page - 1) / page * page, last = end / page * page;
  advise(reinterpret_cast<void*>(first), last - first);   // advice: a refusal changes nothing
#endif
}

// Large pages for large blocks, where the system gives them on request: fewer faults, and fewer misses of the address cache, above all
// when a loop strides over rows. Not behind the bytes that are wanted: the last few would bring a whole large page with them.
void ask_for_large_pages([[maybe_unused]] void* block, [[maybe_unused]] std::int64_t wanted) {
#if defined(MADV_HUGEPAGE)
  if (wanted >= 4 * MiB) for_pages(block, wanted, [](void* at, std::size_t bytes) { madvise(at, bytes, MADV_HUGEPAGE); });
#endif
}

// malloc may keep the addresses; the memory behind them goes.
void give_pages_back([[maybe_unused]] int c, [[maybe_unused]] void* block) {
#if defined(MADV_DONTNEED)
  if (bytes_of(c) >= MiB) for_pages(block, bytes_of(c), [](void* at, std::size_t bytes) { madvise(at, bytes, MADV_DONTNEED); });
#endif
}

void all_to_system(Idle* blocks) noexcept {
  while (blocks) {
    Idle* const block = std::exchange(blocks, blocks->next);
    to_system(block->size_class, block);
  }
}

}  // namespace

void Stack::put_on_top(Stack& others) {
  if (!others.top) return;
  others.bottom->next = top;
  if (!top) bottom = others.bottom;
  top = others.top;
  others = {};
}

Stack Stack::take_from_top(std::int64_t& n) {
  if (!top) return n = 0, Stack{};
  Stack some{top, top};
  std::int64_t taken_so_far = 1;
  for (; taken_so_far < n && some.bottom->next; ++taken_so_far) some.bottom = some.bottom->next;
  n = taken_so_far;
  top = std::exchange(some.bottom->next, nullptr);
  return some;
}

void* IdleBlocks::take(int c) {
  const std::lock_guard lock(mutex_);
  void* const block = stacks_[c].pop();
  if (block) last_use_[c] = ++uses_, bytes_ -= bytes_of(c);
  return block;
}

Stack IdleBlocks::take_some(int c, std::int64_t& bytes) {
  std::int64_t n = std::max<std::int64_t>(bytes / bytes_of(c), 1);
  const std::lock_guard lock(mutex_);
  const Stack some = stacks_[c].take_from_top(n);
  bytes = n * bytes_of(c);
  last_use_[c] = ++uses_;
  bytes_ -= bytes;
  return some;
}

void IdleBlocks::give(int c, void* block) noexcept {
  Idle* gone = nullptr;
  {
    const std::lock_guard lock(mutex_);
    stacks_[c].push(block);
    last_use_[c] = ++uses_;
    came_in(bytes_of(c));
    gone = surplus();
  }
  all_to_system(gone);
}

void IdleBlocks::give_all(SmallStacks& blocks, std::int64_t bytes) noexcept {
  Idle* gone = nullptr;
  {
    const std::lock_guard lock(mutex_);
    ++uses_;
    for (int c = 0; c < small_classes; ++c) {
      if (!blocks[c].top) continue;
      stacks_[c].put_on_top(blocks[c]);
      last_use_[c] = uses_;
    }
    came_in(bytes);
    gone = surplus();
  }
  all_to_system(gone);
}

void IdleBlocks::came_in(std::int64_t bytes) {
  bytes_ += bytes;
  turnover_ += bytes;
}

// Takes out what is beyond the limit, first of the sizes that nobody has used for the longest time. With the mutex held.
Idle* IdleBlocks::surplus() {
  Idle* gone = nullptr;
  const std::int64_t limit = limit_now(), allowed = limit - share() * threads_;
  if (turnover_ >= windows * limit) {
    turnover_ = 0;
    used_before_ = used_.exchange(live_bytes(), std::memory_order_relaxed);
  }
  while (bytes_ > allowed) {
    int coldest = -1;
    for (int c = 0; c < classes; ++c)
      if (stacks_[c].top && (coldest < 0 || last_use_[c] < last_use_[coldest])) coldest = c;
    if (coldest < 0) break;
    while (bytes_ > allowed) {
      void* const block = stacks_[coldest].pop();
      if (!block) break;
      gone = new (block) Idle{gone, coldest};
      bytes_ -= bytes_of(coldest);
    }
  }
  return gone;
}

void IdleBlocks::release() noexcept {
  Idle* gone = nullptr;
  {
    const std::lock_guard lock(mutex_);
    for (int c = 0; c < classes; ++c)
      while (void* const block = stacks_[c].pop()) gone = new (block) Idle{gone, c};
    bytes_ = 0;
  }
  all_to_system(gone);
}

std::int64_t IdleBlocks::limit_now() const {
  if (fixed_limit_) return *fixed_limit_;
  return std::max({least, used_before_, used_.load(std::memory_order_relaxed)}) + most_of_threads;
}

void IdleBlocks::set_share() {
  share_.store(std::min(for_threads(limit_now()) / std::max(threads_, 1), most_of_thread), std::memory_order_relaxed);
}

void IdleBlocks::set_limit(std::optional<std::int64_t> bytes) {
  Idle* gone = nullptr;
  {
    const std::lock_guard lock(mutex_);
    fixed_limit_ = bytes;
    set_share();
    gone = surplus();
  }
  all_to_system(gone);
}

std::int64_t IdleBlocks::limit() {
  const std::lock_guard lock(mutex_);
  return limit_now();
}

void IdleBlocks::thread_comes() {
  const std::lock_guard lock(mutex_);
  ++threads_;
  set_share();
}
void IdleBlocks::thread_goes() {
  const std::lock_guard lock(mutex_);
  --threads_;
  set_share();
}
void IdleBlocks::in_child_of_fork(bool has_thread) {
  threads_ = has_thread ? 1 : 0;
  set_share();
}

IdleBlocks& idle_blocks() {
  static IdleBlocks* blocks = new IdleBlocks;
  return *blocks;
}
namespace {
[[maybe_unused]] const auto& blocks_from_the_start = idle_blocks();   // so that no fork finds it half made
}

void* from_system(int c, std::int64_t wanted) noexcept {
  void* const block = std::aligned_alloc(line, static_cast<std::size_t>(bytes_of(c)));
  if (!block) return nullptr;
  ask_for_large_pages(block, wanted);
  taken.fetch_add(bytes_of(c), std::memory_order_relaxed);
  return block;
}

void to_system(int c, void* block) noexcept {
  give_pages_back(c, block);
  std::free(block);
  taken.fetch_sub(bytes_of(c), std::memory_order_relaxed);
}

std::int64_t bytes_from_system() { return taken.load(std::memory_order_relaxed); }
void correct_bytes_from_system(std::int64_t difference) { taken.fetch_add(difference, std::memory_order_relaxed); }

}  // namespace gradus::pool
