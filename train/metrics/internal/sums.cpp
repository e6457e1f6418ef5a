#include <gradus/train/metrics/internal/sums.h>

#include <limits>
#include <string>
#include <vector>

namespace gradus::train::metric {

double mean_of(const ExactSum& sum, std::int64_t count) {
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum.value() / static_cast<double>(count);
}

State state_of_sums(std::int64_t count, std::initializer_list<NamedSum> sums) {
  State state;
  state.set("count", count);
  for (const NamedSum& sum : sums) state.arrays[std::string(sum.name)] = sum.sum.array();
  return state;
}

void load_sums(std::string_view who, const State& state, std::int64_t& count, std::initializer_list<NamedPlace> sums) {
  StateReader reader(state);
  const std::int64_t given = reader.count("count");
  std::vector<ExactSum> read;
  for (const NamedPlace& place : sums) {
    const std::string name(place.name);
    const Array digits = reader.array(name, {ExactSum::words}, i64);
    if (digits.defined() && !ExactSum::fits(digits)) reader.problem(name, " has digits that no sum has");
    if (reader.fits()) read.push_back(ExactSum::from(digits));
  }
  reader.expect_no_more_arrays();
  reader.finish(text(who, ": the state does not fit"));
  count = given;
  std::size_t i = 0;
  for (const NamedPlace& place : sums) *place.sum = read[i++];
}

}  // namespace gradus::train::metric
