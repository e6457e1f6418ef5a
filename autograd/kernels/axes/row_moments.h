// Mean and summed squares of one row, and sums of products with its distances from the mean, for *.simd.cpp files.
#pragma once
#include <algorithm>

#include <gradus/autograd/kernels/axes/moments.h>
#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// The mean and Σ (x − mean)²; blocks in two passes within the cache, merged by the formula of Chan, Golub and LeVeque (1979).
template <class T>
void row_moments(const T* x, std::int64_t n, double& mean, double& squares) {
  mean = squares = 0;
  for (std::int64_t at = 0; at < n; at += sum_block<T>) {
    const T* block = x + at;
    const std::int64_t count = std::min(sum_block<T>, n - at);
    const auto load = [block](std::int64_t i, auto... lanes) { return Vec<T>::load(block + i, lanes...); };
    // Whatever the shift, the second pass corrects for it: it need not be the mean to the last bit.
    const T shift = static_cast<T>(blocked_sum<T>(count, load) / static_cast<double>(count));
    const Vec<T> s = shift;
    double d = 0;
    const double dd = blocked_sums<T>(count, d, [=](std::int64_t i, auto... lanes) {
      const Vec<T> delta = load(i, lanes...) - s;
      return Two<T>{delta, delta * delta};
    });
    const double k = static_cast<double>(count);
    merge(static_cast<double>(at), mean, squares, k, static_cast<double>(shift) + d / k, std::max(dd - d * d / k, 0.0));
  }
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
