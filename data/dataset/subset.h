// Some samples of a dataset, in an order of one's own: by their numbers, from a place on, several times, or those that a function chooses.
//   auto odd = data::subset(all, {1, 3, 5});   auto first = data::take(all, 100), rest = data::skip(all, 100);
//   auto boots = data::filter(all, [](const Tensor&, std::int64_t label) { return label == 9; });
// All share the dataset that they stand on, and make batches by its get_batch if it has one.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include <gradus/autograd/base/small_vector.h>
#include <gradus/data/dataset/map.h>

namespace gradus::data {

namespace detail {
// get_batch of the dataset, for indices that `at` translates.
template <class D, class At>
auto translated_batch(const D& dataset, std::span<const std::int64_t> indices, At at) {
  SmallVector<std::int64_t, 128> there;
  there.reserve(indices.size());
  for (const std::int64_t i : indices) there.push_back(at(i));
  return dataset.get_batch(std::span<const std::int64_t>(there.data(), there.size()));
}
std::int64_t repeated_size(std::int64_t size, std::int64_t times);   // ValueError: below 0, or too large
std::int64_t count_of(std::int64_t n, std::int64_t size, std::string_view who);   // the smaller; ValueError unless n >= 0

// f(i) for each of n samples, by several threads, each with the numbers of sample i of an epoch that is never trained; an error names the
// sample.
std::vector<std::int64_t> number_of_each(std::string_view who, std::int64_t n, std::int64_t (*f)(const void*, std::int64_t),
                                         const void* of);
template <class F>
std::vector<std::int64_t> number_of_each(std::string_view who, std::int64_t n, const F& f) {
  return number_of_each(who, n, [](const void* g, std::int64_t i) -> std::int64_t { return (*static_cast<const F*>(g))(i); }, &f);
}
std::vector<std::int64_t> indices_where(std::vector<std::int64_t> chosen);   // the places of what is not 0
}  // namespace detail

template <Dataset D>
class Subset {
 public:
  // ValueError for an index out of range.
  Subset(std::shared_ptr<const D> dataset, std::vector<std::int64_t> indices) : dataset_(std::move(dataset)), indices_(std::move(indices)) {
    for (const std::int64_t i : indices_) check_index(i, dataset_->size(), "Subset");
  }
  std::int64_t size() const { return static_cast<std::int64_t>(indices_.size()); }
  auto get(std::int64_t i) const { return dataset_->get(at(i)); }
  auto get_batch(std::span<const std::int64_t> indices) const requires BatchDataset<D> {
    return detail::translated_batch(*dataset_, indices, [this](std::int64_t i) { return at(i); });
  }
  std::span<const std::int64_t> indices() const { return indices_; }

 private:
  std::int64_t at(std::int64_t i) const {
    check_index(i, size(), "Subset");
    return indices_[static_cast<std::size_t>(i)];
  }
  std::shared_ptr<const D> dataset_;
  std::vector<std::int64_t> indices_;
};
template <Dataset D>
Subset<D> subset(D dataset, std::vector<std::int64_t> indices) {
  return {std::make_shared<const D>(std::move(dataset)), std::move(indices)};
}

// The samples that `wanted` is true of, found now: each is made once, by several threads. `wanted` takes what a function of map() takes.
template <Dataset D, class F>
Subset<D> filter(D dataset, const F& wanted) {
  const auto shared = std::make_shared<const D>(std::move(dataset));
  return {shared, detail::indices_where(detail::number_of_each("data::filter", shared->size(), [&](std::int64_t i) {
            return static_cast<std::int64_t>(static_cast<bool>(detail::apply_to(wanted, shared->get(i))));
          }))};
}

// `count` samples from `begin` on, `times` over.
template <Dataset D>
class Stretch {
 public:
  Stretch(D dataset, std::int64_t begin, std::int64_t count, std::int64_t times)
      : dataset_(std::move(dataset)), begin_(begin), count_(count), size_(detail::repeated_size(count, times)) {}
  std::int64_t size() const { return size_; }
  auto get(std::int64_t i) const { return dataset_.get(at(i)); }
  auto get_batch(std::span<const std::int64_t> indices) const requires BatchDataset<D> {
    return detail::translated_batch(dataset_, indices, [this](std::int64_t i) { return at(i); });
  }

 private:
  std::int64_t at(std::int64_t i) const {
    check_index(i, size_, "Stretch");
    return begin_ + i % count_;
  }
  D dataset_;
  std::int64_t begin_, count_, size_;
};
// The first n samples, and those behind them; of a dataset that has fewer, all and none. ValueError unless n >= 0.
template <Dataset D>
Stretch<D> take(D dataset, std::int64_t n) {
  const std::int64_t count = detail::count_of(n, dataset.size(), "data::take");
  return {std::move(dataset), 0, count, 1};
}
template <Dataset D>
Stretch<D> skip(D dataset, std::int64_t n) {
  const std::int64_t size = dataset.size(), begin = detail::count_of(n, size, "data::skip");
  return {std::move(dataset), begin, size - begin, 1};
}
// All samples, one after the other, `times` over: for more batches an epoch. ValueError: times below 0, more samples than 2^63 - 1.
template <Dataset D>
Stretch<D> repeat(D dataset, std::int64_t times) {
  const std::int64_t size = dataset.size();
  return {std::move(dataset), 0, size, times};
}

}  // namespace gradus::data
