// How many elements are worth a thread, by what each of them costs.
#pragma once
#include <cstdint>

namespace gradus::kernels {

inline constexpr std::int64_t sum_grain = 1 << 15;    // read and added, or copied
inline constexpr std::int64_t step_grain = 1 << 14;   // a few dependent instructions
inline constexpr std::int64_t exp_grain = 1 << 12;    // an exponential, or its share of a sort

}  // namespace gradus::kernels
