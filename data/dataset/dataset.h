// What a dataset is: anything with size() and get(i), which gives sample i: a tuple of tensors, numbers or whatever else, or a
// single one of them. Nothing to inherit from.
//   struct Squares {
//     std::int64_t size() const { return 100; }
//     std::tuple<double, double> get(std::int64_t i) const { return {i, i * i}; }
//   };
// A dataset that makes whole batches faster than sample by sample offers get_batch(indices) as well, and the loader prefers it.
// Loaders with workers call get and get_batch from several threads at once.
#pragma once
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace gradus::data {

template <class D>
concept Dataset = requires(const D& dataset, std::int64_t i) {
  { dataset.size() } -> std::convertible_to<std::int64_t>;
  dataset.get(i);
};

// What get(i) gives: a tuple or a single value.
template <Dataset D> using SampleOf = std::remove_cvref_t<decltype(std::declval<const D&>().get(std::int64_t{}))>;

template <class D>
concept BatchDataset = Dataset<D> && requires(const D& dataset, std::span<const std::int64_t> indices) { dataset.get_batch(indices); };

// ValueError that names `dataset` unless 0 <= index < size.
void check_index(std::int64_t index, std::int64_t size, std::string_view dataset);

namespace detail {
// Inside a catch block: throws what was caught again, of the same kind of gradus::Error, `where` put before its message. Any other
// std::exception becomes an Error that nests it (std::rethrow_if_nested); what is none, and std::bad_alloc, goes on as it is.
[[noreturn]] void rethrow_with(const std::string& where);
}  // namespace detail

}  // namespace gradus::data
