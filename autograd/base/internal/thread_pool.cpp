#include <gradus/autograd/base/internal/thread_pool.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>
#ifdef __unix__
#include <pthread.h>
#include <signal.h>
#endif

#include <gradus/autograd/base/denormal.h>

namespace gradus::detail {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// How long an idle worker watches for the next loop before it sleeps, and a caller for the end of the pieces that workers have begun:
// somewhat longer than it takes to wake up on a virtual machine, whose processor goes back when it has nothing to do. A thread held up for
// longer than `lost` was taken off its processor, so more threads are at work than there are processors, and for a `crowded` time no worker
// watches.
constexpr microseconds watching{200}, lost{400}, crowded{20'000};

constinit thread_local bool inside = false;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Until done() is true or `limit` is over. Says which, and how much time the thread seems to have lost.
enum class Watch { done, idle, interrupted };
template <class Done>
Watch watch(microseconds limit, Done&& done) {
  const Clock::time_point start = Clock::now();
  for (Clock::time_point last = start;;) {
    for (int i = 0; i < 8; ++i) {
      if (done()) return Watch::done;
      pause();
    }
    const Clock::time_point now = Clock::now();
    if (now - last > lost) return Watch::interrupted;
    if (now - start > limit) return Watch::idle;
    last = now;
  }
}

// What a loop has on offer: the pieces [front, back) that nobody has begun, for so many workers. One number, so that taking is one step.
struct Offer {
  std::uint64_t front, back, workers;
  static Offer of(std::uint64_t bits) { return {bits & 0xffff, bits >> 16 & 0xffff, bits >> 32}; }
  std::uint64_t bits() const { return front | back << 16 | workers << 32; }
  bool open() const { return front < back; }
};

// Keeps the host program's signals away from a thread that is started while one lives.
class SignalsOff {
#ifdef __unix__
 public:
  SignalsOff() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsOff() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsOff(const SignalsOff&) = delete;

 private:
  sigset_t before_;
#endif
};

class ThreadPool {
 public:
  static ThreadPool& of_process();

  // Runs a region with up to so many workers, unless another thread's has them.
  bool try_run(const Region& region, int workers);

 private:
  struct alignas(64) Worker {
    std::atomic<int> sleeps{0};
  };

  void work(Worker& self, std::uint64_t number);
  bool take_front(int& piece);
  bool take_back(std::uint64_t worker, int& piece);
  void run(int piece);
  int hire(int workers);
  void wake(int workers);
  void await(int others);
  void no_watching() { calm_.store((Clock::now() + crowded).time_since_epoch().count(), std::memory_order_relaxed); }
  bool may_watch() const { return Clock::now().time_since_epoch().count() > calm_.load(std::memory_order_relaxed); }

  // A line of memory for each pattern of use: moving one between processors takes as long as a hundred instructions and more.
  alignas(64) std::atomic<std::uint64_t> offer_{0};
  Region region_{};                                  // read by who has taken a piece: its caller waits for them
  alignas(64) std::atomic<std::uint32_t> finished_{0};   // pieces by workers, of all regions so far
  std::atomic<bool> caller_sleeps_{false};
  alignas(64) std::atomic<Clock::rep> calm_{0};      // when watching makes sense again
  alignas(64) std::atomic<bool> busy_{false};
  std::uint32_t expected_ = 0;                       // this and the next for whoever has set busy_: finished_, once all are
  std::vector<std::unique_ptr<Worker>> workers_;
  Clock::time_point next_hire_{};              // not before
  FloatMode mode_ = 0;                         // the caller's, like region_
  std::mutex mutex_;                           // guards the two below
  std::exception_ptr failure_;
  int failed_ = 0;                             // the piece that failure_ is from
};

// Never destroyed, since workers and static objects may need it after main. The child of a fork has no workers and starts afresh.
ThreadPool& ThreadPool::of_process() {
  alignas(ThreadPool) static unsigned char place[sizeof(ThreadPool)];
  static const bool made = [] {
    new (place) ThreadPool;
#ifdef __unix__
    pthread_atfork(nullptr, nullptr, [] { new (place) ThreadPool; });
#endif
    return true;
  }();
  (void)made;
  return *std::launder(reinterpret_cast<ThreadPool*>(place));
}

[[maybe_unused]] const ThreadPool& pool_from_the_start = ThreadPool::of_process();   // so that no fork finds it half made

bool ThreadPool::take_front(int& piece) {
  std::uint64_t seen = offer_.load(std::memory_order_relaxed);
  for (;;) {
    Offer offer = Offer::of(seen);
    if (!offer.open()) return false;
    piece = static_cast<int>(offer.front++);
    if (offer_.compare_exchange_weak(seen, offer.bits(), std::memory_order_relaxed)) return true;
  }
}

bool ThreadPool::take_back(std::uint64_t worker, int& piece) {
  std::uint64_t seen = offer_.load(std::memory_order_relaxed);
  for (;;) {
    Offer offer = Offer::of(seen);
    if (!offer.open() || worker >= offer.workers) return false;
    piece = static_cast<int>(--offer.back);
    if (offer_.compare_exchange_weak(seen, offer.bits(), std::memory_order_acquire, std::memory_order_relaxed)) return true;
  }
}

void ThreadPool::run(int piece) {
  try {
    region_.run(piece);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_ || piece < failed_) failure_ = std::current_exception(), failed_ = piece;
  }
}

void ThreadPool::work(Worker& self, std::uint64_t number) {
  inside = true;
  const auto on_offer = [&] {
    const Offer offer = Offer::of(offer_.load());
    return offer.open() && number < offer.workers;
  };
  const bool has_processor = number + 1 < std::thread::hardware_concurrency();   // the caller has one
  for (int piece = 0;;) {
    while (take_back(number, piece)) {
      set_float_mode(mode_);
      run(piece);
      finished_.fetch_add(1);
      if (caller_sleeps_.load()) finished_.notify_one();
    }
    const Watch seen = has_processor && may_watch() ? watch(watching, on_offer) : Watch::idle;
    if (seen == Watch::done) continue;
    if (seen == Watch::interrupted) no_watching();
    self.sleeps.store(1);
    if (!on_offer()) self.sleeps.wait(1);
    self.sleeps.store(0);
  }
}

int ThreadPool::hire(int workers) {
  constexpr std::chrono::seconds pause{1};   // between two askings in vain, which take as long as a short loop
  if (static_cast<int>(workers_.size()) < workers && Clock::now() >= next_hire_) try {
    while (static_cast<int>(workers_.size()) < workers) {
      const std::size_t number = workers_.size();
      workers_.reserve(number + 1);
      auto worker = std::make_unique<Worker>();
      const SignalsOff off;
      std::thread([this, &self = *worker, number] { work(self, number); }).detach();
      workers_.push_back(std::move(worker));
    }
  } catch (const std::exception&) {   // the system gives no more threads: fewer will do
    next_hire_ = Clock::now() + pause;
  }
  return std::min(workers, static_cast<int>(workers_.size()));
}

void ThreadPool::wake(int workers) {
  for (int i = 0; i < workers; ++i) {
    std::atomic<int>& sleeps = workers_[static_cast<std::size_t>(i)]->sleeps;
    if (sleeps.load() && sleeps.exchange(0)) sleeps.notify_one();
  }
}

// Until workers have finished the pieces they had begun. If they don't, they are not running: this thread makes room.
void ThreadPool::await(int others) {
  expected_ += static_cast<std::uint32_t>(others);
  const auto done = [&] { return finished_.load(std::memory_order_acquire) == expected_; };
  if (done() || watch(watching, done) == Watch::done) return;
  const Clock::time_point start = Clock::now();
  caller_sleeps_.store(true);
  for (std::uint32_t now = finished_.load(); now != expected_; now = finished_.load()) finished_.wait(now);
  caller_sleeps_.store(false);
  if (Clock::now() - start > lost) no_watching();
}

bool ThreadPool::try_run(const Region& region, int workers) {
  if (busy_.load(std::memory_order_relaxed) || busy_.exchange(true, std::memory_order_acquire)) {
    no_watching();
    return false;
  }
  workers = hire(workers);
  region_ = region;
  mode_ = float_mode();
  offer_.store(Offer{1, static_cast<std::uint64_t>(region.pieces), static_cast<std::uint64_t>(workers)}.bits());
  wake(workers);
  int mine = 0, piece = 0;
  do run(piece), ++mine;
  while (take_front(piece));
  await(region.pieces - mine);
  const std::exception_ptr failure = std::exchange(failure_, nullptr);
  busy_.store(false, std::memory_order_release);
  if (failure) std::rethrow_exception(failure);
  return true;
}

class Inside {
 public:
  Inside() { inside = true; }
  ~Inside() { inside = false; }
};

}  // namespace

bool in_region() { return inside; }

void run_region(const Region& region, int threads) {
  const Inside now;
  if (ThreadPool::of_process().try_run(region, threads - 1)) return;
  for (int piece = 0; piece < region.pieces; ++piece) region.run(piece);
}

}  // namespace gradus::detail
