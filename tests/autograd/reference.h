// For tests against reference numbers: golden values, comparison of arrays, and random inputs.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/walk/grad.h>
#include <golden_values.h>
#include <support.h>

namespace gradus {

// Equal shapes, and every element within tolerance·max(1, |wanted|); NaN equals NaN, an infinity itself.
inline void expect_near(const Array& got, const Array& wanted, double tolerance, const std::string& what = {}) {
  ASSERT_EQ(got.shape(), wanted.shape()) << what;
  const auto a = got.to_vector(), b = wanted.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    ASSERT_LE(std::abs(a[i] - b[i]), tolerance * std::max(1.0, std::abs(b[i])))
        << what << ": element " << i << ": " << a[i] << " and " << b[i];
  }
}
inline void expect_near(const Tensor& got, const Array& wanted, double tolerance, const std::string& what = {}) {
  expect_near(got.value(), wanted, tolerance, what);
}

// Equal shapes, and every element within `tolerance` of the wanted one.
inline void expect_within(const Array& got, const Array& wanted, double tolerance) {
  ASSERT_EQ(got.shape(), wanted.shape());
  const auto a = got.to_vector(), b = wanted.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "at " << i;
}

inline Tensor random(const Shape& shape, std::uint64_t seed = 1, Dtype dtype = f64) {
  Generator g(seed);
  return randn(shape, g, dtype);
}

// The gradients with create_graph (composed of differentiable operations) must be those without it (fused loops).
inline void expect_same_gradients(const Function& f, const std::vector<Tensor>& inputs, double tolerance = 1e-12) {
  std::vector<Tensor> xs;
  for (const Tensor& x : inputs) xs.push_back(is_floating(x.dtype()) ? variable(x) : x);
  std::vector<Tensor> wanted;
  for (const Tensor& x : xs)
    if (x.requires_grad()) wanted.push_back(x);
  const Tensor y = f(xs), seed = random(y.shape(), 99, y.dtype());
  const auto composed = grad(y, wanted, {.create_graph = true, .seed = seed}), fused = grad(y, wanted, {.seed = seed});
  for (std::size_t i = 0; i < wanted.size(); ++i) expect_near(fused[i], composed[i].value(), tolerance, text("gradient ", i));
}

}  // namespace gradus
