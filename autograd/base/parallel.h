// Loops over all cores, by threads of our own that sleep while nobody needs them (thread_pool.h).
//   parallel_for(n, 4096, [&](std::int64_t begin, std::int64_t end) { … });
// A loop is cut into pieces by n, grain and num_threads() alone, so what it computes does not depend on who runs which piece.
#pragma once
#include <cstdint>
#include <type_traits>

namespace gradus {

// How many threads a loop may use, the calling one included. At first GRADUS_NUM_THREADS, else OMP_NUM_THREADS, else the processors that
// this process may run on. Where the system gives fewer threads, loops use those.
int num_threads();
void set_threads(int n);    // 1 to 1024; throws ValueError otherwise

bool in_parallel_for();     // in the body of a loop that was cut into several pieces?

namespace detail {
using Range = void (*)(void* body, std::int64_t begin, std::int64_t end);
void parallel_ranges(std::int64_t n, std::int64_t grain, Range range, void* body);
}  // namespace detail

// The grain of a loop over items of `cost` elements each, when a thread is worth waking for `elements` of them.
inline std::int64_t items_worth(std::int64_t elements, std::int64_t cost) {
  const std::int64_t items = elements / (cost > 0 ? cost : 1);
  return items > 0 ? items : 1;
}

// Calls body(begin, end) on ranges that cover [0, n), each of about `grain` at least and at most two per thread; n <= num_threads()
// with grain 1 gives ranges of one. Long ranges begin at multiples of 64. In the calling thread alone, as one range, when n <= grain or
// when already inside a parallel loop. An exception of body reaches the caller: that of the first range, if there are several.
template <class Body>
void parallel_for(std::int64_t n, std::int64_t grain, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  detail::parallel_ranges(n, grain, [](void* b, std::int64_t begin, std::int64_t end) { (*static_cast<Plain*>(b))(begin, end); },
                          const_cast<std::remove_const_t<Plain>*>(&body));
}

}  // namespace gradus
