// Threads that make the things number first, first + 1, … end - 1 ahead of their use, in a ring of slots, delivered strictly in order.
// Knows nothing of batches: the owner has the slots, and `make(owner, number, slot)` fills one. Without workers wait() makes them itself.
// One thread consumes; a hand-over allocates nothing. A slot is always filled by the same thread, so that memory which the pool gives
// back to a thread is what this thread needs next. The child of a fork has no workers: there it must not be used or destroyed (lost()).
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <gradus/autograd/base/after_fork.h>
#include <gradus/autograd/base/denormal.h>

namespace gradus::data {

class Prefetcher {
 public:
  using Make = void (*)(void* owner, std::int64_t number, std::size_t slot);
  Prefetcher(int workers, int slots_each, Make make, void* owner);   // number n lies in slot n % slots()
  std::size_t slots() const { return slots_.size(); }
  bool lost() const { return !threads_.empty() && forks_ != gradus::detail::forks(); }   // its threads, with whatever they were about to do

  void start(std::int64_t first, std::int64_t end);   // stops what is under way first
  void stop();                                        // no worker is in make() when it returns
  std::size_t wait();                                 // the slot of the current thing, once made; throws what making it threw
  void advance();                                     // the current thing is used up: on to the next

 private:
  struct Worker {
    std::condition_variable_any wake;
    std::int64_t next = 0;              // what it takes up next: the numbers n with n % workers equal to its own
  };
  struct Slot {
    std::int64_t number = -1;           // of the thing that lies here, made
    std::exception_ptr error;
  };
  void work(Worker& self, std::stop_token stop);

  std::uint64_t forks_ = gradus::detail::forks();
  Make make_;
  void* owner_;
  std::mutex mutex_;                    // guards all below but the threads
  std::condition_variable made_;
  std::int64_t current_ = 0, end_ = 0;  // what the consumer is at, where to stop
  int busy_ = 0;                        // workers in make()
  gradus::detail::FloatMode mode_ = 0;  // the consumer's, when it was last here
  std::vector<Slot> slots_;
  std::vector<Worker> workers_;
  std::vector<std::jthread> threads_;   // last: joined before the rest goes
};

}  // namespace gradus::data
