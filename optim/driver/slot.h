// The arrays that a rule keeps for each parameter ("slots"), under the names that they have in a state; some of them only for some options.
//   static constexpr Slot<Options> slots[] = {{"exp_avg"}, {"exp_avg_sq"}, {"max_exp_avg_sq", [](const Options& o) { return o.amsgrad; }}};
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace gradus::optim {

inline constexpr std::size_t max_slots = 3;

template <class Options>
struct Slot {
  std::string_view name;
  bool (*kept_for)(const Options&) = nullptr;   // whether these options need it; null: all do
};

// Which of a rule's slots: kept[j] for the j-th.
struct Kept {
  unsigned mask = 0;
  constexpr bool operator[](std::size_t slot) const { return mask >> slot & 1; }
  friend constexpr bool operator==(Kept, Kept) = default;
};

template <class Rule>
constexpr std::span<const Slot<typename Rule::Options>> slots_of() {
  if constexpr (requires { Rule::slots; }) return Rule::slots;
  else return {};   // a rule that keeps none
}
template <class Rule>
inline constexpr std::size_t slot_count = slots_of<Rule>().size();

template <class Rule>
inline constexpr auto slot_names = [] {
  std::array<std::string_view, slot_count<Rule>> names{};
  for (std::size_t j = 0; j < names.size(); ++j) names[j] = slots_of<Rule>()[j].name;
  return names;
}();

// Those that all options need, and those that these do.
template <class Rule>
inline constexpr Kept always_kept = [] {
  Kept kept;
  for (std::size_t j = 0; j < slot_count<Rule>; ++j)
    if (!slots_of<Rule>()[j].kept_for) kept.mask |= 1u << j;
  return kept;
}();
template <class Rule>
Kept kept_slots(const typename Rule::Options& options) {
  Kept kept;
  for (std::size_t j = 0; j < slot_count<Rule>; ++j)
    if (const auto& slot = slots_of<Rule>()[j]; !slot.kept_for || slot.kept_for(options)) kept.mask |= 1u << j;
  return kept;
}

}  // namespace gradus::optim
