#include <gradus/nn/model/stream.h>

namespace gradus::nn {

// Copy k hangs from place k of a stream that this one never draws from itself; where this one stands does not matter.
Generator Stream::next_copy() const {
  const Generator::State own = generator_.state();
  Generator copies;
  copies.restore({own.seed, ~own.stream, 2 * copies_.fetch_add(1, std::memory_order_relaxed)});   // a fork takes two words
  return Generator(copies.fork());
}

Stream::State Stream::state() const {
  const Generator::State s = generator_.state();
  return {s.seed, s.stream, s.position, copies_.load(std::memory_order_relaxed)};
}

void Stream::restore(const State& s) {
  generator_.restore({s.seed, s.stream, s.position});
  copies_.store(s.copies, std::memory_order_relaxed);
}

}  // namespace gradus::nn
