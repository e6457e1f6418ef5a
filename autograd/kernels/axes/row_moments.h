// Mean and summed squares of one row, and sums of products with its distances from the mean, for *.simd.cpp files.
#pragma once
#include <algorithm>
#include <limits>

#include <gradus/autograd/kernels/axes/moments.h>
#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// Whether a sum dd of squares of differences left the range of T, or lost its digits at the other end: d is the sum of these, `off` whether
// one of them is not 0.
template <class T>
bool outside(double dd, double d, bool off) {
  if (!(dd < std::numeric_limits<T>::infinity())) return true;
  return dd < std::numeric_limits<T>::min() * 0x1p24 && (dd != 0 || d != 0 || off);
}

// Mean and Σ (x − mean)² in double, of numbers whose sum or squares are outside.
template <class T>
[[gnu::noinline]] void wide_moments(const T* x, std::int64_t n, std::int64_t stride, double& mean, double& squares) {
  mean = squares = 0;
  const double share = 1 / static_cast<double>(n);
  for (std::int64_t i = 0; i < n; ++i) mean += static_cast<double>(x[i * stride]) * share;
  for (std::int64_t i = 0; i < n; ++i) {
    const double delta = static_cast<double>(x[i * stride]) - mean;
    squares += delta * delta;
  }
}

// A number near the mean of at most sum_block<T> numbers.
template <class T>
T near_mean(const T* x, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  Vec<T> even = 0, odd = 0;
  std::int64_t i = 0;
  for (; i + 2 * w <= n; i += 2 * w) even = even + Vec<T>::load(x + i), odd = odd + Vec<T>::load(x + i + w);
  if (i + w <= n) even = even + Vec<T>::load(x + i), i += w;
  if (i < n) odd = odd + where(Vec<T>::first(n - i), Vec<T>::load(x + i, n - i), Vec<T>(0));
  return static_cast<T>(static_cast<double>(sum(even + odd)) * (1 / static_cast<double>(n)));
}

// Their mean and Σ (x − mean)², from distances from that number: whatever it is, they are corrected for it.
template <class T>
void moments_around(T shift, const T* x, std::int64_t n, double& mean, double& squares) {
  const Vec<T> s = shift;
  double d = 0;
  const double dd = blocked_sums<T>(n, d, [=](std::int64_t at, auto... lanes) {
    const Vec<T> delta = Vec<T>::load(x + at, lanes...) - s;
    return Two<T>{delta, delta * delta};
  });
  if (outside<T>(dd, d, x[0] != shift || x[n - 1] != shift)) return wide_moments(x, n, 1, mean, squares);
  const double share = 1 / static_cast<double>(n);
  mean = static_cast<double>(shift) + d * share;
  squares = std::max(dd - d * d * share, 0.0);
}

template <class T>
void block_moments(const T* x, std::int64_t n, double& mean, double& squares) {
  moments_around(near_mean(x, n), x, n, mean, squares);
}

// The same of any number, by blocks that are merged by the formula of Chan, Golub and LeVeque (1979).
template <class T>
void row_moments(const T* x, std::int64_t n, double& mean, double& squares) {
  mean = squares = 0;
  if (n <= sum_block<T>) return n > 0 ? block_moments(x, n, mean, squares) : void();
  for (std::int64_t at = 0; at < n; at += sum_block<T>) {
    const std::int64_t count = std::min(sum_block<T>, n - at);
    double block_mean, block_squares;
    block_moments(x + at, count, block_mean, block_squares);
    merge(static_cast<double>(at), mean, squares, static_cast<double>(count), block_mean, block_squares);
  }
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
