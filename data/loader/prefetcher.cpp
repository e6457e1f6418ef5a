#include <gradus/data/loader/prefetcher.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <gradus/autograd/base/denormal.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/forks.h>
#include <gradus/autograd/base/profile/profile.h>

namespace gradus::data {
struct Prefetcher::State {
  struct Worker {
    std::condition_variable_any wake;
    std::int64_t next = 0;             // what it takes up next: the numbers n with n % workers equal to its own
  };
  struct Slot {
    std::int64_t number = -1;          // of the thing that lies here, made
    std::exception_ptr error;
  };

  State(std::size_t workers, std::size_t slots, Make how, void* whose) : make(how), owner(whose), slots(slots), workers(workers) {}
  void work(Worker& self, std::stop_token stop);

  std::uint64_t forks = gradus::detail::forks();
  Make make;
  void* owner;
  std::mutex mutex;                    // guards all below but the threads
  std::condition_variable made;
  std::int64_t current = 0, end = 0;   // what the consumer is at, where to stop
  int busy = 0;                        // workers in make()
  gradus::detail::FloatMode mode = 0;  // the consumer's, when it was last here
  std::vector<Slot> slots;
  std::vector<Worker> workers;
  std::vector<std::jthread> threads;   // last: joined before the rest goes
};

Prefetcher::Prefetcher(int workers, int slots_each, Make make, void* owner)
    : state_(std::make_unique<State>(static_cast<std::size_t>(workers),
                                     workers == 0 ? 1 : static_cast<std::size_t>(workers) * static_cast<std::size_t>(slots_each), make,
                                     owner)) {
  State& s = *state_;
  s.threads.reserve(s.workers.size());
  try {
    for (State::Worker& worker : s.workers)
      s.threads.emplace_back([&s, &worker](std::stop_token stop) { s.work(worker, std::move(stop)); });
  } catch (const std::system_error& e) {
    fail<Error>("DataLoader: of ", workers, " workers the system gives only ", s.threads.size(), " a thread (", e.what(), "); take fewer");
  }
}
Prefetcher::~Prefetcher() = default;

std::size_t Prefetcher::slots() const { return state_->slots.size(); }
bool Prefetcher::lost() const { return !state_->threads.empty() && state_->forks != gradus::detail::forks(); }

void Prefetcher::State::work(Worker& self, std::stop_token stop) {
  std::unique_lock lock(mutex);
  const auto ring = static_cast<std::int64_t>(slots.size()), step = static_cast<std::int64_t>(workers.size());
  while (self.wake.wait(lock, stop, [&] { return self.next < end && self.next < current + ring; })) {
    const std::int64_t number = std::exchange(self.next, self.next + step);
    const auto at = static_cast<std::size_t>(number % ring);
    const gradus::detail::FloatMode consumers = mode;
    ++busy;
    lock.unlock();
    gradus::detail::set_float_mode(consumers);
    std::exception_ptr error;
    try {
      make(owner, number, at);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    slots[at] = {number, std::move(error)};
    --busy;
    made.notify_all();
  }
}

void Prefetcher::start(std::int64_t first, std::int64_t end) {
  stop();
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  s.mode = gradus::detail::float_mode();
  s.current = first;
  s.end = end;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(s.workers.size()); ++i) {
    const std::int64_t number = first + i;
    State::Worker& worker = s.workers[static_cast<std::size_t>(number) % s.workers.size()];
    worker.next = number;
    worker.wake.notify_one();
  }
}

void Prefetcher::stop() {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  s.end = 0;
  s.made.wait(lock, [&] { return s.busy == 0; });
  for (State::Slot& slot : s.slots) slot = {};
}

std::size_t Prefetcher::wait() {
  State& s = *state_;
  const auto at = static_cast<std::size_t>(s.current) % s.slots.size();
  const profile::Span span("wait for a batch", "data");
  if (s.workers.empty()) {
    if (s.slots[at].number != s.current) s.make(s.owner, s.current, at);
    s.slots[at].number = s.current;
    return at;
  }
  std::unique_lock lock(s.mutex);
  s.made.wait(lock, [&] { return s.slots[at].number == s.current; });
  if (s.slots[at].error) std::rethrow_exception(s.slots[at].error);
  return at;
}

void Prefetcher::advance() {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  s.mode = gradus::detail::float_mode();
  const auto done = static_cast<std::size_t>(s.current++);
  if (!s.workers.empty()) s.workers[done % s.workers.size()].wake.notify_one();
}

}  // namespace gradus::data
