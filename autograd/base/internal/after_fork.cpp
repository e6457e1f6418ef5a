#include <gradus/autograd/base/internal/after_fork.h>

#include <atomic>
#include <chrono>
#include <thread>
#ifdef __unix__
#include <pthread.h>
#include <sys/stat.h>
#endif

namespace gradus::detail {
namespace {

constinit std::atomic<std::uint64_t> count{0};
constinit std::atomic<bool> without_teams{false};

constinit std::atomic<int> stretches{0};   // threads that have a NoFork
constinit std::atomic<int> forking{0};     // threads that are about to fork
constinit thread_local int depth = 0;      // NoForks of this thread

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
  static void before_fork() {
    forking.fetch_add(1);
    while (stretches.load() > (depth > 0 ? 1 : 0)) std::this_thread::sleep_for(std::chrono::microseconds(20));
    MutexOverForks* const all = first.load(std::memory_order_acquire);
    lock(all);
    held = all;
    alone = one_thread();
  }
  // Threads lock several in orders that are not known here: so waits only while it holds none.
  static void lock(MutexOverForks* all) {
    for (MutexOverForks* wait_for = all; wait_for;) {
      wait_for->lock();
      MutexOverForks* taken = nullptr;
      for (MutexOverForks* m = all; m && !taken; m = m->next_)
        if (m != wait_for && !m->try_lock()) taken = m;
      if (!taken) return;
      for (MutexOverForks* m = all; m != taken; m = m->next_)
        if (m != wait_for) m->unlock();
      wait_for->unlock();
      wait_for = taken;
    }
  }
  static void unlock() {
    for (MutexOverForks* m = held; m; m = m->next_) m->unlock();
  }
  static void in_parent() {
    unlock();
    forking.fetch_sub(1);
    forking.notify_all();
  }
  static void in_child() {
    count.fetch_add(1, std::memory_order_relaxed);
    if (!alone) without_teams.store(true, std::memory_order_relaxed);
    unlock();
    stretches.store(depth > 0 ? 1 : 0);
    forking.store(0);
  }
};

namespace {
void watch_forks() {
#ifdef __unix__
  static const bool watching = [] { return pthread_atfork(AllMutexes::before_fork, AllMutexes::in_parent, AllMutexes::in_child) == 0; }();
  (void)watching;
#endif
}
[[maybe_unused]] const bool forks_are_watched = [] { return watch_forks(), true; }();   // static objects may be made before this one
}  // namespace

MutexOverForks::MutexOverForks() {
  watch_forks();
  AllMutexes::add(this);
}

NoFork::NoFork() {
  if (depth++ > 0) return;
  for (;;) {
    stretches.fetch_add(1);
    if (forking.load() == 0) return;
    stretches.fetch_sub(1);
    for (int now = forking.load(); now != 0; now = forking.load()) forking.wait(now);
  }
}
NoFork::~NoFork() {
  if (--depth == 0) stretches.fetch_sub(1, std::memory_order_release);
}

std::uint64_t forks() { return count.load(std::memory_order_relaxed); }
bool lost_teams() { return without_teams.load(std::memory_order_relaxed); }

}  // namespace gradus::detail
