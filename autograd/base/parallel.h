// Loops over all cores. One thread runtime (OpenMP) serves our loops, BLAS and oneDNN; the host program's own OpenMP settings
// are read, never changed.
//   parallel_for(n, 4096, [&](std::int64_t begin, std::int64_t end) { … });
#pragma once
#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace gradus {

int num_threads();          // how many threads a loop may use; at first GRADUS_NUM_THREADS, else what OpenMP would take
void set_threads(int n);    // n >= 1; throws ValueError otherwise

namespace detail {
using Range = void (*)(void* body, std::int64_t begin, std::int64_t end);
void parallel_ranges(std::int64_t n, std::int64_t grain, Range range, void* body);
}  // namespace detail

// The grain of a loop over items of `cost` elements each, when a thread is worth waking for `elements` of them.
inline std::int64_t items_worth(std::int64_t elements, std::int64_t cost) {
  return std::max<std::int64_t>(1, elements / std::max<std::int64_t>(cost, 1));
}

// Calls body(begin, end) on consecutive ranges that cover [0, n), each of at least `grain` (but the last) and at most one per thread.
// Runs in the calling thread alone when n <= grain or when already inside a parallel loop. An exception of body reaches the caller.
template <class Body>
void parallel_for(std::int64_t n, std::int64_t grain, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  detail::parallel_ranges(n, grain, [](void* b, std::int64_t begin, std::int64_t end) { (*static_cast<Plain*>(b))(begin, end); },
                          const_cast<std::remove_const_t<Plain>*>(&body));
}

}  // namespace gradus
