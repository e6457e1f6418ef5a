// Numbers that a rule keeps for each parameter beside its arrays.
//   static constexpr KeptNumber numbers[] = {{"mu_product", 1}};
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace gradus::optim {

// Part of the state, "<parameter>.mu_product".
struct KeptNumber {
  std::string_view name;
  double initial;
};
inline constexpr std::size_t max_numbers = 2;
using Numbers = std::array<double, max_numbers>;

}  // namespace gradus::optim
