// A metric's count and exact sums: their mean, and as a state.
//   State MeanAbsoluteError::state() const { return metric::state_of_sums(count_, {{"sum", sum_}}); }
#pragma once
#include <initializer_list>
#include <string_view>

#include <gradus/autograd/state/state.h>
#include <gradus/train/metrics/exact_sum.h>

namespace gradus::train::metric {

double mean_of(const ExactSum& sum, std::int64_t count);   // NaN of nothing

struct NamedSum {
  std::string_view name;
  const ExactSum& sum;
};
struct NamedPlace {
  std::string_view name;
  ExactSum* sum;
};
State state_of_sums(std::int64_t count, std::initializer_list<NamedSum> sums);
void load_sums(std::string_view who, const State& state, std::int64_t& count, std::initializer_list<NamedPlace> sums);   // ValueError

}  // namespace gradus::train::metric
