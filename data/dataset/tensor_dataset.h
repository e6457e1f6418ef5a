// Arrays that lie in memory, a sample a row: sample i of TensorDataset(x, y) is (x[i], y[i]).
//   data::TensorDataset points(randn({100, 2}), zeros({100}));
#pragma once
#include <array>
#include <tuple>
#include <utility>

#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/dataset/dataset.h>

namespace gradus::data {

// Rows of `a` [n, …] in the order of `indices` [k]: [k, …]. ValueError for an index out of range.
Array gather_rows(const Array& a, std::span<const std::int64_t> indices);

namespace detail {
// Contiguous, without a history; ShapeError unless all have a first dimension, of one size.
void prepare(std::span<Array> arrays);
}  // namespace detail

template <std::size_t n>
class TensorDataset {
 public:
  // Throws ShapeError for scalars and for arrays of different length.
  template <class... T>
    requires(sizeof...(T) == n && n > 0 && (std::convertible_to<T, Tensor> && ...))
  explicit TensorDataset(const T&... tensors) : arrays_{Tensor(tensors).value()...} { detail::prepare(arrays_); }

  std::int64_t size() const { return arrays_[0].shape()[0]; }
  auto get(std::int64_t i) const {
    check_index(i, size(), "TensorDataset");
    return each([i](const Array& a) { return Tensor(a.slice(0, i, i + 1).squeeze(0)); });
  }
  auto get_batch(std::span<const std::int64_t> indices) const {
    return each([indices](const Array& a) { return Tensor(gather_rows(a, indices)); });
  }
  Tensor tensor(std::size_t i) const { return arrays_.at(i); }   // all rows of the i-th

 private:
  template <class F>
  auto each(F f) const {
    return std::apply([&](const auto&... a) { return std::tuple(f(a)...); }, arrays_);
  }
  std::array<Array, n> arrays_;
};
template <class... T> TensorDataset(const T&...) -> TensorDataset<sizeof...(T)>;

}  // namespace gradus::data
