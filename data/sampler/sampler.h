// The order in which an epoch visits the samples, and the random numbers that a sample may use: pure functions of their arguments, the same
// on every machine.
#pragma once
#include <cstdint>
#include <span>

#include <gradus/autograd/base/random.h>

namespace gradus::data {

void sequential_order(std::span<std::int64_t> order);                                             // 0, 1, 2, …
// a permutation; any is as likely as any other
void shuffled_order(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t epoch);

// Where the numbers come from that are drawn while sample `index` is made, and while batch `number` is; no two are alike.
Generator sample_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t index);
Generator batch_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t number);
// Those of an order of samples, of a kind of sampler; and those of sample `number` of a stream that stands on `level` others.
Generator order_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t kind);
Generator stream_generator(std::uint64_t seed, std::uint64_t epoch, std::int64_t level, std::int64_t number);

inline constexpr std::uint64_t split_epoch = ~std::uint64_t{0};   // shuffles for splitting, never drawn by an epoch of training

}  // namespace gradus::data
