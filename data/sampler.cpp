#include <gradus/data/sampler.h>

#include <numeric>
#include <utility>

#include <gradus/autograd/base/random.h>

namespace gradus::data {

void sequential_order(std::span<std::int64_t> order) { std::iota(order.begin(), order.end(), std::int64_t{0}); }

// Fisher and Yates (Knuth, TAOCP 2, algorithm 3.4.2P). The draw for place i is block i of Philox; taking the high half of draw · i
// favours some places by less than i / 2^64.
void shuffled_order(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t epoch) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t shuffling = 0x73687566'00000000;   // a stream of its own: "shuf"
  const std::uint64_t stream = shuffling ^ epoch;
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };

  sequential_order(order);
  for (std::uint64_t i = order.size(); i > 1; --i) {
    const auto words = philox({low(i), high(i), low(stream), high(stream)}, {low(seed), high(seed)});
    const std::uint64_t draw = std::uint64_t{words[0]} << 32 | words[1];
    std::swap(order[i - 1], order[static_cast<std::size_t>(static_cast<Wide>(draw) * i >> 64)]);
  }
}

}  // namespace gradus::data
