// Sums inside loops that are compiled for several instruction sets: terms are added in SumOf<T>, in lanes side by side, since a single sum
// would have to wait for itself. For *.simd.cpp files.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/dtype.h>

namespace gradus::optim::kernels {
namespace {   // internal, so that the copies compiled for different instruction sets stay apart

constexpr std::int64_t lanes = 32;

// Σ term(i) for i < n
template <class Term>
auto sum_in_lanes(std::int64_t n, Term term) {
  using Sum = decltype(term(n));
  Sum sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += term(i + j);
  for (; i < n; ++i) sums[i % lanes] += term(i);
  Sum total = 0;
  for (const Sum sum : sums) total += sum;
  return total;
}

// Σ aᵢ·bᵢ
template <class T>
SumOf<T> dot(const T* a, const T* b, std::int64_t n) {
  return sum_in_lanes(n, [=](std::int64_t i) { return static_cast<SumOf<T>>(a[i]) * static_cast<SumOf<T>>(b[i]); });
}

template <class T>
SumOf<T> square_sum(const T* x, std::int64_t n) {
  return sum_in_lanes(n, [=](std::int64_t i) {
    const SumOf<T> value = static_cast<SumOf<T>>(x[i]);
    return value * value;
  });
}

// Σ f(i)² for i < n: f's values, a tile of them at a time, pass through the first-level cache.
template <class T, class F>
SumOf<T> square_sum_of(std::int64_t n, F&& f) {
  constexpr std::int64_t tile = 512;
  T values[tile];
  SumOf<T> total = 0;
  for (std::int64_t begin = 0; begin < n; begin += tile) {
    const std::int64_t size = n - begin < tile ? n - begin : tile;
    for (std::int64_t i = 0; i < size; ++i) values[i] = f(begin + i);
    total += square_sum(values, size);
  }
  return total;
}

}  // namespace
}  // namespace gradus::optim::kernels
