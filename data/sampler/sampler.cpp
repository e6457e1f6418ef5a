#include <gradus/data/sampler/sampler.h>

#include <numeric>
#include <utility>

namespace gradus::data {
namespace {

std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

// Stream `number` of a key that hangs from seed, epoch and purpose; blocks of shuffled_order have other purposes.
Generator numbered(std::uint64_t seed, std::uint64_t epoch, std::uint32_t purpose, std::int64_t number) {
  const auto key = philox({low(epoch), high(epoch), 0, purpose}, {low(seed), high(seed)});
  return Generator(std::uint64_t{key[0]} << 32 | key[1], static_cast<std::uint64_t>(number));
}

}  // namespace

Generator sample_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t index) {
  return numbered(seed, epoch, 0x73616d70, index);    // "samp"
}
Generator batch_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t number) {
  return numbered(seed, epoch, 0x62617463, number);   // "batc"
}
Generator order_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t kind) {
  return numbered(seed, epoch, 0x6f726465, kind);     // "orde"
}
Generator stream_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t level, std::int64_t number) {
  return numbered(numbered(seed, epoch, 0x73747265, level).fork(), epoch, 0x73747265, number);   // "stre"
}

void sequential_order(std::span<std::int64_t> order) { std::iota(order.begin(), order.end(), std::int64_t{0}); }

// Fisher and Yates (Knuth, TAOCP 2, algorithm 3.4.2P). The draw for place i is block i of Philox; taking the high half of draw · i
// favours some places by less than i / 2^64.
void shuffled_order(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t epoch) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t shuffling = 0x73687566'00000000;   // a stream of its own: "shuf"
  const std::uint64_t stream = shuffling ^ epoch;
  sequential_order(order);
  for (std::uint64_t i = order.size(); i > 1; --i) {
    const auto words = philox({low(i), high(i), low(stream), high(stream)}, {low(seed), high(seed)});
    const std::uint64_t draw = std::uint64_t{words[0]} << 32 | words[1];
    std::swap(order[i - 1], order[static_cast<std::size_t>(static_cast<Wide>(draw) * i >> 64)]);
  }
}

}  // namespace gradus::data
