// Datasets made of datasets: each adapter holds the dataset it stands on (copying one that is made of arrays is free).
//   auto [train, valid] = data::split(all, 0.9, 42);
//   auto noisy = data::map(train, [](Tensor image, std::int64_t label) { return std::tuple(image + 0.1 * randn(image.shape()), label); });
#pragma once
#include <cmath>
#include <functional>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/data/dataset/dataset.h>
#include <gradus/data/sampler/sampler.h>

namespace gradus::data {

namespace detail {
template <class F, class Sample> inline constexpr bool takes_members = false;   // whether f takes a tuple's members as arguments
template <class F, class... T> inline constexpr bool takes_members<F, std::tuple<T...>> = std::invocable<F, T...>;
template <class F, class A, class B> inline constexpr bool takes_members<F, std::pair<A, B>> = std::invocable<F, A, B>;
}  // namespace detail

// Sample i is f(sample i); a tuple is handed over as separate arguments if f takes them.
template <Dataset D, class F>
class Mapped {
 public:
  Mapped(D dataset, F f) : dataset_(std::move(dataset)), f_(std::move(f)) {}
  std::int64_t size() const { return dataset_.size(); }
  auto get(std::int64_t i) const {
    if constexpr (detail::takes_members<const F&, SampleOf<D>>) return std::apply(f_, dataset_.get(i));
    else return std::invoke(f_, dataset_.get(i));
  }

 private:
  D dataset_;
  F f_;
};
template <Dataset D, class F> Mapped<D, F> map(D dataset, F f) { return {std::move(dataset), std::move(f)}; }

// Some samples of a dataset, in the order given.
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
    SmallVector<std::int64_t, 128> mine;
    mine.reserve(indices.size());
    for (const std::int64_t i : indices) mine.push_back(at(i));
    return dataset_->get_batch(std::span<const std::int64_t>(mine.data(), mine.size()));
  }

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

// Two parts without a sample in common, shuffled by `seed`: the first has round(fraction · n) samples. ValueError unless 0 <= fraction <=
// 1.
template <Dataset D>
std::pair<Subset<D>, Subset<D>> split(D dataset, double fraction, std::uint64_t seed = 0) {
  check<ValueError>(0 <= fraction && fraction <= 1, "split: fraction must be between 0 and 1, not ", fraction);
  const auto shared = std::make_shared<const D>(std::move(dataset));
  std::vector<std::int64_t> order(static_cast<std::size_t>(shared->size()));
  shuffled_order(order, seed, split_epoch);
  const auto middle = order.begin() + std::llround(fraction * static_cast<double>(order.size()));
  return {Subset<D>(shared, {order.begin(), middle}), Subset<D>(shared, {middle, order.end()})};
}

}  // namespace gradus::data
