// What tests of the loader load, as samples and as rows of tensors, and what a loader gives.
#pragma once
#include <cstdint>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/sampler/sampler.h>

namespace gradus::data {

struct Numbers {
  std::int64_t n;
  std::int64_t size() const { return n; }
  std::tuple<Tensor, std::int64_t> get(std::int64_t i) const { return {Array::full({2}, static_cast<double>(i)), 10 * i}; }
};
inline TensorDataset<2> rows(std::int64_t n) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  sequential_order(values);
  return TensorDataset(Array::from(values, {n}).to(f32), Array::from(values, {n}));
}

// All that a loader gives in one epoch: batches of labels.
template <class Loader>
std::vector<std::vector<double>> epoch_of(Loader& loader) {
  std::vector<std::vector<double>> batches;
  for (auto [x, y] : loader) {
    EXPECT_EQ(x.dim(0), y.dim(0));
    batches.push_back(y.value().to_vector());
  }
  return batches;
}

}  // namespace gradus::data
