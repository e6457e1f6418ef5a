// A dataset's batches, each sent through a function (opt-in: in data/all.h, not in gradus.h), which takes what those of map() take.
//   auto wide = data::map_batches(images, [](Tensor image, Tensor label) { return std::tuple(flatten(image, 1), label); });
#pragma once
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/dataset/map.h>

namespace gradus::data {

namespace detail {
// Sample 0 of a batch.
inline Tensor first_of(const Tensor& batch) { return batch.value().slice(0, 0, 1).squeeze(0); }
template <class T> T first_of(const std::vector<T>& batch) { return batch.at(0); }
template <class... T>
auto first_of(const std::tuple<T...>& batch) {
  return std::apply([](const auto&... members) { return std::tuple(first_of(members)...); }, batch);
}
}  // namespace detail

// A batch is f(what the dataset's get_batch gives); sample i, where one is asked for, is the only one of a batch of f. In a loader the
// random numbers of a batch hang from (seed, epoch, number of the batch).
template <BatchDataset D, class F>
class MappedBatches {
 public:
  MappedBatches(D dataset, F f) : dataset_(std::move(dataset)), f_(std::move(f)) {}
  std::int64_t size() const { return dataset_.size(); }
  auto get(std::int64_t i) const { return detail::first_of(get_batch(std::span(&i, 1))); }
  auto get_batch(std::span<const std::int64_t> indices) const { return detail::apply_to(f_, dataset_.get_batch(indices)); }

 private:
  D dataset_;
  F f_;
};
template <BatchDataset D, class F> MappedBatches<D, F> map_batches(D dataset, F f) { return {std::move(dataset), std::move(f)}; }

}  // namespace gradus::data
