// The first samples of a dataset, those behind them, all of them several times (opt-in: in data/all.h, not in gradus.h).
//   auto first = data::take(all, 100);   auto rest = data::skip(all, 100);   auto long_epoch = data::repeat(first, 10);
#pragma once
#include <utility>

#include <gradus/data/dataset/subset.h>

namespace gradus::data {

namespace detail {
std::int64_t repeated_size(std::int64_t size, std::int64_t times);   // ValueError: below 0, or too large
std::int64_t count_of(std::int64_t n, std::int64_t size, std::string_view who);   // the smaller; ValueError unless n >= 0
}  // namespace detail

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
