#include <gradus/autograd/base/parallel.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <thread>

#include <gradus/autograd/base/error.h>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace gradus {
namespace {

int default_threads() {
  if (const char* wish = std::getenv("GRADUS_NUM_THREADS")) {
    int n = 0;
    const char* end = wish + std::strlen(wish);
    if (auto [stop, error] = std::from_chars(wish, end, n); error == std::errc{} && stop == end && n >= 1) return n;
  }
#ifdef _OPENMP
  return std::max(1, omp_get_max_threads());
#else
  return std::max(1u, std::thread::hardware_concurrency());
#endif
}

std::atomic<int>& threads() {
  static std::atomic<int> n = default_threads();
  return n;
}

}  // namespace

int num_threads() { return threads().load(std::memory_order_relaxed); }

void set_threads(int n) {
  check<ValueError>(n >= 1, "set_threads: the number of threads must be at least 1, not ", n);
  threads().store(n, std::memory_order_relaxed);
}

namespace detail {

void parallel_ranges(std::int64_t n, std::int64_t grain, Range range, void* body) {
  if (n <= 0) return;
#ifdef _OPENMP
  const std::int64_t most = (n + std::max<std::int64_t>(grain, 1) - 1) / std::max<std::int64_t>(grain, 1);
  const int parts = static_cast<int>(std::min<std::int64_t>(num_threads(), most));
  if (parts > 1 && !omp_in_parallel()) {
    std::exception_ptr failure;
#pragma omp parallel num_threads(parts)
    {
      // The runtime may give fewer threads than asked for.
      const std::int64_t team = omp_get_num_threads(), me = omp_get_thread_num();
      try {
        const std::int64_t begin = n * me / team, end = n * (me + 1) / team;
        if (begin < end) range(body, begin, end);
      } catch (...) {
#pragma omp critical(gradus_parallel_failure)
        failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
    return;
  }
#else
  (void)grain;
#endif
  range(body, 0, n);
}

}  // namespace detail
}  // namespace gradus
