// Threads that make the things number first, first + 1, … end - 1 ahead of their use, in a ring of slots, delivered strictly in order.
// Knows nothing of batches: the owner has the slots, and `make(owner, number, slot)` fills one. Without workers wait() makes them itself.
// One thread consumes; a hand-over allocates nothing. A slot is always filled by the same thread, so that memory which the pool gives
// back to a thread is what this thread needs next. The child of a fork has no workers: there it must not be used or destroyed (lost()).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace gradus::data {

class Prefetcher {
 public:
  using Make = void (*)(void* owner, std::int64_t number, std::size_t slot);
  Prefetcher(int workers, int slots_each, Make make, void* owner);   // number n lies in slot n % slots()
  ~Prefetcher();
  std::size_t slots() const;
  bool lost() const;                                  // its threads, with whatever they were about to do

  void start(std::int64_t first, std::int64_t end);   // stops what is under way first
  void stop();                                        // no worker is in make() when it returns
  std::size_t wait();                                 // the slot of the current thing, once made; throws what making it threw
  void advance();                                     // the current thing is used up: on to the next

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus::data
