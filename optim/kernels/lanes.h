// Sums inside loops that are compiled for several instruction sets: terms are added in double, in lanes side by side, since a single sum
// would have to wait for itself. For *.simd.cpp files.
#pragma once
#include <cstdint>

namespace gradus::optim::kernels {
namespace {   // internal, so that the copies compiled for different instruction sets stay apart

constexpr std::int64_t lanes = 32;

// Σ term(i) for i < n
template <class Term>
double sum_in_lanes(std::int64_t n, Term term) {
  double sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += term(i + j);
  for (; i < n; ++i) sums[i % lanes] += term(i);
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

// Σ aᵢ·bᵢ
template <class T>
double dot(const T* a, const T* b, std::int64_t n) {
  return sum_in_lanes(n, [=](std::int64_t i) { return static_cast<double>(a[i]) * static_cast<double>(b[i]); });
}

template <class T>
double square_sum(const T* x, std::int64_t n) {
  return sum_in_lanes(n, [=](std::int64_t i) {
    const double value = static_cast<double>(x[i]);
    return value * value;
  });
}

// Σ f(i)² for i < n: f's values, a tile of them at a time, pass through the first-level cache.
template <class T, class F>
double square_sum_of(std::int64_t n, F&& f) {
  constexpr std::int64_t tile = 512;
  T values[tile];
  double total = 0;
  for (std::int64_t begin = 0; begin < n; begin += tile) {
    const std::int64_t size = n - begin < tile ? n - begin : tile;
    for (std::int64_t i = 0; i < size; ++i) values[i] = f(begin + i);
    total += square_sum(values, size);
  }
  return total;
}

}  // namespace
}  // namespace gradus::optim::kernels
