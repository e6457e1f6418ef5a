// The order in which an epoch visits the samples: a pure function of its arguments, the same on every machine.
#pragma once
#include <cstdint>
#include <span>

namespace gradus::data {

void sequential_order(std::span<std::int64_t> order);                                             // 0, 1, 2, …
void shuffled_order(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t epoch);      // a permutation; any is as likely as any other

inline constexpr std::uint64_t split_epoch = ~std::uint64_t{0};   // shuffles for splitting, never drawn by an epoch of training

}  // namespace gradus::data
