// Datasets side by side: sample i is all of theirs, a tuple's members one by one.
//   auto both = data::zip(pictures, data::TensorDataset(weights));       // (image, label) and (weight): (image, label, weight)
#pragma once
#include <initializer_list>
#include <tuple>
#include <utility>

#include <gradus/data/dataset/dataset.h>

namespace gradus::data {

namespace detail {
template <class T> std::tuple<T> as_tuple(T value) { return std::tuple<T>(std::move(value)); }
template <class... T> std::tuple<T...> as_tuple(std::tuple<T...> value) { return value; }
template <class A, class B> std::tuple<A, B> as_tuple(std::pair<A, B> value) { return value; }
void check_equal_sizes(std::initializer_list<std::int64_t> sizes);   // ValueError that names them
}  // namespace detail

template <Dataset... D>
class Zip {
 public:
  // ValueError for datasets of different size.
  explicit Zip(D... datasets) : datasets_(std::move(datasets)...) {
    std::apply([](const auto&... d) { detail::check_equal_sizes({static_cast<std::int64_t>(d.size())...}); }, datasets_);
  }
  std::int64_t size() const { return std::get<0>(datasets_).size(); }
  auto get(std::int64_t i) const {
    check_index(i, size(), "Zip");
    return std::apply([i](const auto&... d) { return std::tuple_cat(detail::as_tuple(d.get(i))...); }, datasets_);
  }
  auto get_batch(std::span<const std::int64_t> indices) const requires(BatchDataset<D> && ...) {
    return std::apply([&](const auto&... d) { return std::tuple_cat(detail::as_tuple(d.get_batch(indices))...); }, datasets_);
  }

 private:
  std::tuple<D...> datasets_;
};
template <Dataset D, Dataset... More>
Zip<D, More...> zip(D first, More... more) {
  return Zip<D, More...>(std::move(first), std::move(more)...);
}

}  // namespace gradus::data
