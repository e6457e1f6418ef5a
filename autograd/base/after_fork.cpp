#include <gradus/autograd/base/after_fork.h>

#include <atomic>
#ifdef __unix__
#include <pthread.h>
#include <sys/stat.h>
#endif

namespace gradus::detail {
namespace {

constinit std::atomic<std::uint64_t> count{0};
constinit thread_local bool without_teams = false;

// A folder for each thread: its links are two and one for each.
[[maybe_unused]] bool one_thread() {
#ifdef __linux__
  struct stat about;
  return stat("/proc/self/task", &about) == 0 && about.st_nlink == 3;
#else
  return false;
#endif
}

}  // namespace

struct AllMutexes {
  static constinit inline std::atomic<MutexOverForks*> first{nullptr};
  static constinit inline MutexOverForks* held = nullptr;   // by the thread that forks
  static constinit inline bool alone = false;

  static void add(MutexOverForks* mutex) {
    mutex->next_ = first.load(std::memory_order_relaxed);
    while (!first.compare_exchange_weak(mutex->next_, mutex, std::memory_order_release, std::memory_order_relaxed)) {}
  }
  static void lock() {
    MutexOverForks* const all = first.load(std::memory_order_acquire);
    for (MutexOverForks* m = all; m; m = m->next_) m->lock();
    held = all;
    alone = one_thread();
  }
  static void unlock() {
    for (MutexOverForks* m = held; m; m = m->next_) m->unlock();
  }
  static void in_child() {
    count.fetch_add(1, std::memory_order_relaxed);
    without_teams = without_teams || !alone;
    unlock();
  }
};

namespace {
void watch_forks() {
#ifdef __unix__
  static const bool watching = [] { return pthread_atfork(AllMutexes::lock, AllMutexes::unlock, AllMutexes::in_child) == 0; }();
  (void)watching;
#endif
}
[[maybe_unused]] const bool from_the_start = [] { return watch_forks(), true; }();   // static objects may be made before this one
}  // namespace

MutexOverForks::MutexOverForks() {
  watch_forks();
  AllMutexes::add(this);
}
std::uint64_t forks() { return count.load(std::memory_order_relaxed); }
bool lost_teams() { return without_teams; }

}  // namespace gradus::detail
