#include <gradus/autograd/kernels/machine/team.h>

#include <atomic>
#include <exception>
#include <thread>
#include <vector>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/base/denormal.h>
#include <gradus/autograd/base/internal/thread_pool.h>

namespace gradus::kernels {

#ifdef _OPENMP
namespace {
constinit thread_local bool has_flushed = false;   // a team has come to flush for this thread, or was started by it while it did
constinit thread_local detail::FloatMode mode_before = 0;
}  // namespace

Team::Team(int threads) : before_(omp_get_max_threads()), threads_(threads) {
  if (threads_ != before_) omp_set_num_threads(threads_);
  const detail::FloatMode mode = detail::float_mode();
  if (threads_ == 1 || (mode == 0 && !has_flushed)) return;
  has_flushed = brought_along_ = true;
#pragma omp parallel
  {
    mode_before = detail::float_mode();
    detail::set_float_mode(mode);
  }
}
Team::~Team() {
  if (brought_along_) {
#pragma omp parallel
    detail::set_float_mode(mode_before);
  }
  if (threads_ != before_) omp_set_num_threads(before_);
}
#else
Team::Team(int threads) : before_(threads), threads_(threads) {}
Team::~Team() = default;
#endif

int team_that_fits(int threads) {
  static std::atomic<int> fits{1}, too_many = static_cast<int>(detail::Region::most_threads) + 1;
  if (gradus::detail::lost_teams()) return 1;
  if (threads <= fits.load(std::memory_order_relaxed)) return threads;
  if (threads >= too_many.load(std::memory_order_relaxed)) return fits.load(std::memory_order_relaxed);
  std::atomic<bool> enough = false;
  std::vector<std::thread> others;
  try {
    others.reserve(static_cast<std::size_t>(threads));
    while (static_cast<int>(others.size()) + 1 < threads) others.emplace_back([&] { enough.wait(false); });
  } catch (const std::exception&) {
    too_many.store(threads, std::memory_order_relaxed);
  }
  const int all = static_cast<int>(others.size()) + 1, team = all == threads ? all : (all + 1) / 2;   // a margin for who else starts some
  enough.store(true);
  enough.notify_all();
  for (std::thread& other : others) other.join();
  fits.store(team, std::memory_order_relaxed);
  return team;
}

}  // namespace gradus::kernels
