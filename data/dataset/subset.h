// Some samples of a dataset, in an order of one's own.
//   auto odd = data::subset(all, {1, 3, 5});
// It shares the dataset that it stands on, and makes batches by its get_batch if it has one.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include <gradus/autograd/base/small_vector.h>
#include <gradus/data/dataset/dataset.h>

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

}  // namespace gradus::data
