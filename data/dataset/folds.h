// Datasets in any number of parts, with each class's share in each, in folds (opt-in: in data/all.h, not in gradus.h). All parts are
// Subsets.
//   auto [a, b, c] = data::split(all, {0.8, 0.1, 0.1}, 42);                       // or {800, 100, 100}
//   auto [train, valid] = data::stratified_split(all, 0.9, [](const Tensor&, std::int64_t label) { return label; }, 42);
//   for (auto& [train, valid] : data::k_folds(all, 5, 42)) …
// Classes are told by a function of samples (see map.h) that gives a whole number, an enumeration's value or a Tensor of one number, or
// by a list of numbers, one a sample.
#pragma once
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/dataset/filter.h>
#include <gradus/data/dataset/split.h>

namespace gradus::data {

namespace detail {
Parts parts_of(std::int64_t n, std::span<const std::int64_t> lengths, std::uint64_t seed);
Parts parts_of(std::int64_t n, std::span<const double> fractions, std::uint64_t seed);
Parts stratified_parts(std::span<const std::int64_t> labels, std::span<const double> fractions, std::uint64_t seed);
Parts folds(std::int64_t n, std::int64_t k, std::uint64_t seed);
Parts stratified_folds(std::span<const std::int64_t> labels, std::int64_t k, std::uint64_t seed);
void check_labels(std::size_t labels, std::int64_t samples);

template <class T>
std::int64_t label_number(const T& label) {
  if constexpr (std::convertible_to<T, Tensor>) return Tensor(label).item<std::int64_t>();
  else return static_cast<std::int64_t>(label);
}
// Whatever tells classes: a list, or a function.
template <class D, class Labels>
std::vector<std::int64_t> labels_of(const D& dataset, const Labels& labels) {
  if constexpr (std::convertible_to<const Labels&, std::span<const std::int64_t>>) {
    const std::span<const std::int64_t> all = labels;
    check_labels(all.size(), dataset.size());
    return {all.begin(), all.end()};
  } else {
    return number_of_each("data: labels", dataset.size(), [&](std::int64_t i) { return label_number(apply_to(labels, dataset.get(i))); });
  }
}
template <std::size_t n, class D>
std::array<Subset<D>, n> subsets(const std::shared_ptr<const D>& dataset, const Parts& parts) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return std::array<Subset<D>, n>{Subset<D>(dataset, parts.part(i))...};
  }(std::make_index_sequence<n>());
}
}  // namespace detail

// Whole numbers are lengths, which have to add up to the dataset's size; others are fractions, which add up to 1: what rounding down leaves
// over goes to the first parts, one each, as PyTorch's random_split has it. ValueError.
template <Dataset D, class T, std::size_t n>
std::array<Subset<D>, n> split(D dataset, const T (&parts)[n], std::uint64_t seed = 0) {
  using Part = std::conditional_t<std::floating_point<T>, double, std::int64_t>;
  const auto shared = std::make_shared<const D>(std::move(dataset));
  std::array<Part, n> wanted;
  for (std::size_t i = 0; i < n; ++i) wanted[i] = static_cast<Part>(parts[i]);
  return detail::subsets<n>(shared, detail::parts_of(shared->size(), std::span<const Part>(wanted), seed));
}

// Each part has its share of each class, within a sample for two parts, and of all samples.
template <Dataset D, class Labels, std::size_t n>
std::array<Subset<D>, n> stratified_split(D dataset, const double (&fractions)[n], const Labels& labels, std::uint64_t seed = 0) {
  const auto shared = std::make_shared<const D>(std::move(dataset));
  return detail::subsets<n>(shared, detail::stratified_parts(detail::labels_of(*shared, labels), fractions, seed));
}
template <Dataset D, class Labels>
std::pair<Subset<D>, Subset<D>> stratified_split(D dataset, double fraction, const Labels& labels, std::uint64_t seed = 0) {
  auto [first, second] = stratified_split(std::move(dataset), {fraction, 1 - fraction}, labels, seed);
  return {std::move(first), std::move(second)};
}

// Each sample validates once, in one of k folds, and trains in the others; sizes of folds differ by 1 at most. ValueError unless
// 2 <= k <= samples.
template <Dataset D>
struct Fold {
  Subset<D> train, validation;
};
namespace detail {
template <class D>
std::vector<Fold<D>> folds_of(const std::shared_ptr<const D>& dataset, const Parts& parts) {
  std::vector<Fold<D>> out;
  for (std::size_t i = 0; i < parts.ends.size(); ++i) out.push_back({{dataset, parts.all_but(i)}, {dataset, parts.part(i)}});
  return out;
}
}  // namespace detail
template <Dataset D>
std::vector<Fold<D>> k_folds(D dataset, std::int64_t k, std::uint64_t seed = 0) {
  const auto shared = std::make_shared<const D>(std::move(dataset));
  return detail::folds_of(shared, detail::folds(shared->size(), k, seed));
}
// A class's numbers in two folds differ by 1 at most, too.
template <Dataset D, class Labels>
std::vector<Fold<D>> stratified_k_folds(D dataset, std::int64_t k, const Labels& labels, std::uint64_t seed = 0) {
  const auto shared = std::make_shared<const D>(std::move(dataset));
  return detail::folds_of(shared, detail::stratified_folds(detail::labels_of(*shared, labels), k, seed));
}

}  // namespace gradus::data
