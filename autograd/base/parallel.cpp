#include <gradus/autograd/base/parallel.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <thread>
#ifdef __linux__
#include <sched.h>
#endif

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/thread_pool.h>

namespace gradus {
namespace {

constexpr int most_threads = static_cast<int>(detail::Region::most_threads);

// The number that an environment variable gives, 0 if none or not from 1 to most_threads. OMP_NUM_THREADS may be a list, one number for
// each level of nesting.
int wish(const char* name) {
  const char* value = std::getenv(name);
  if (!value) return 0;
  const std::string_view text = value;
  int n = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  const bool whole = stop == text.data() + text.size() || *stop == ',';
  return error == std::errc{} && whole && n >= 1 && n <= most_threads ? n : 0;
}

int processors() {
#ifdef __linux__
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) == 0) return std::max(1, CPU_COUNT(&mine));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int default_threads() {
  for (const char* name : {"GRADUS_NUM_THREADS", "OMP_NUM_THREADS"})
    if (const int n = wish(name)) return n;
  return processors();
}

std::atomic<int>& threads() {
  static std::atomic<int> n = default_threads();
  return n;
}

}  // namespace

int num_threads() { return threads().load(std::memory_order_relaxed); }

void set_threads(int n) {
  check<ValueError>(n >= 1, "set_threads: the number of threads must be at least 1, not ", n);
  check<ValueError>(n <= most_threads, "set_threads: the number of threads must be at most ", most_threads, ", not ", n);
  threads().store(n, std::memory_order_relaxed);
}

bool in_parallel_for() { return detail::in_region(); }

namespace detail {

void parallel_ranges(std::int64_t n, std::int64_t grain, Range range, void* body) {
  constexpr std::int64_t each = 2;   // pieces for a thread: one that starts late leaves some to the others
  if (n <= 0) return;
  grain = std::max<std::int64_t>(grain, 1);
  if (n <= grain || in_region()) return range(body, 0, n);
  const std::int64_t most = (n - 1) / grain + 1, threads = std::min<std::int64_t>(num_threads(), most);
  if (threads == 1) return range(body, 0, n);
  const std::int64_t pieces = threads * std::min(each, most / threads), unit = grain >= 1024 ? 64 : 1;
  run_region({range, body, n, unit, static_cast<int>(pieces)}, static_cast<int>(threads));
}

}  // namespace detail
}  // namespace gradus
