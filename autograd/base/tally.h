// Numbers that many threads add to all the time and few ask for: each thread adds to a place of its own, without a locked instruction.
//   tally::add(tally::nodes, 1);  …  tally::total(tally::nodes)
#pragma once
#include <atomic>
#include <cstdint>

namespace gradus::tally {

enum What { live_bytes, nodes, kinds };

struct alignas(64) Place {
  std::atomic<std::int64_t> count[kinds]{};
  std::atomic<bool> taken{true};
  Place* next = nullptr;
};
namespace detail {
extern constinit thread_local Place* mine;   // null until the thread first adds, and again when it is about to end
void add_slowly(What what, std::int64_t n);
}  // namespace detail

inline void add(What what, std::int64_t n) {
  Place* const place = detail::mine;
  if (!place) [[unlikely]] return detail::add_slowly(what, n);
  std::atomic<std::int64_t>& count = place->count[what];   // only this thread writes it
  count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

// The sum over all threads, past ones too; exact while nobody is adding.
std::int64_t total(What what);

}  // namespace gradus::tally
