// A dataset in two parts without a sample in common, shuffled by a seed; any number of parts, by classes, in folds: folds.h.
//   auto [train, valid] = data::split(all, 0.9, 42);
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include <gradus/data/dataset/subset.h>

namespace gradus::data {

namespace detail {
// Indices, part after part, and where each ends.
struct Parts {
  std::vector<std::int64_t> order, ends;
  std::vector<std::int64_t> part(std::size_t i) const;
  std::vector<std::int64_t> all_but(std::size_t i) const;
};
Parts parts_of_two(std::int64_t n, double fraction, std::uint64_t seed);
}  // namespace detail

// The first has round(fraction · n) samples. ValueError unless 0 <= fraction <= 1.
template <Dataset D>
std::pair<Subset<D>, Subset<D>> split(D dataset, double fraction, std::uint64_t seed = 0) {
  const auto shared = std::make_shared<const D>(std::move(dataset));
  const detail::Parts parts = detail::parts_of_two(shared->size(), fraction, seed);
  return {{shared, parts.part(0)}, {shared, parts.part(1)}};
}
}  // namespace gradus::data
