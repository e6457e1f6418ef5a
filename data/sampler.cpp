#include <gradus/data/sampler.h>

#include <numeric>
#include <utility>

#include <gradus/autograd/base/random.h>

namespace gradus::data {

void sequential_order(std::span<std::int64_t> order) { std::iota(order.begin(), order.end(), std::int64_t{0}); }

// Fisher and Yates (Knuth, TAOCP 2, algorithm 3.4.2P).
void shuffled_order(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t epoch) {
  constexpr std::uint64_t shuffling = 0x73687566'00000000;   // a stream of its own: "shuf"
  Generator random(seed, shuffling ^ epoch);
  sequential_order(order);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

}  // namespace gradus::data
