// Reference values made by PyTorch in f64 (tests/golden/make_nn.py).
#pragma once
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include <gradus/nn/model/state.h>

#include <golden_values.h>

namespace golden {

inline const gradus::Array& array(const std::string& name) {
  return gradus::golden_values("nn").at(name);
}

// The entries that begin with `prefix`, without it.
inline gradus::nn::State below(const std::string& prefix) {
  gradus::nn::State state;
  for (const auto& [name, value] : gradus::golden_values("nn"))
    if (name.starts_with(prefix)) state.arrays.emplace(name.substr(prefix.size()), value);
  return state;
}

inline void expect_near(const gradus::Array& got, const gradus::Array& wanted, double tolerance, const std::string& what) {
  ASSERT_TRUE(got.defined()) << what;
  ASSERT_EQ(got.shape(), wanted.shape()) << what;
  ASSERT_EQ(got.dtype(), wanted.dtype()) << what;
  const std::vector<double> a = got.to_vector(), b = wanted.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance * (1 + std::abs(b[i]))) << what << " at " << i;
}

}  // namespace golden
