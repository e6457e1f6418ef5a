// Long sums of SIMD batches, for *.simd.cpp files: in T within a block, where several accumulators hide the latency, and in double
// across blocks, so that the error does not grow with the length.
//   double squares = blocked_sum<float>(n, [=](std::int64_t i, auto... lanes) { return square(Vec<float>::load(x + i, lanes...)); });
#pragma once
#include <algorithm>

#include <gradus/autograd/kernels/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// Calls step(i) for every whole batch of n elements and step(i, lanes) for the rest.
template <class T, class Step>
void for_batches(std::int64_t n, Step step) {
  std::int64_t i = 0;
  for (; i + Vec<T>::size <= n; i += Vec<T>::size) step(i);
  if (i < n) step(i, n - i);
}

// Elements summed in T; a multiple of every register's width, and no more than 128 to each lane of a float.
template <class T>
inline constexpr std::int64_t sum_block = Vec<T>::size == 1 ? 512 : 2048;

// Σ term(i) for i < n: term(i) gives the batch that starts at i, term(i, lanes) the last one, of which `lanes` count.
template <class T, class Term>
double blocked_sum(std::int64_t n, Term term) {
  constexpr std::int64_t w = Vec<T>::size;
  double total = 0;
  std::int64_t i = 0;
  while (i < n) {
    const std::int64_t stop = std::min(n, i + sum_block<T>);
    Vec<T> a = 0, b = 0, c = 0, d = 0;
    for (; i + 4 * w <= stop; i += 4 * w) {
      a = a + term(i);
      b = b + term(i + w);
      c = c + term(i + 2 * w);
      d = d + term(i + 3 * w);
    }
    for (; i + w <= stop; i += w) a = a + term(i);
    if (i < stop) b = b + where(Vec<T>::first(stop - i), term(i, stop - i), Vec<T>(0)), i = stop;
    total += static_cast<double>(sum((a + b) + (c + d)));
  }
  return total;
}

// Two sums of one pass: the second is returned, the first left in `first`.
template <class T>
struct Two {
  Vec<T> first, second;
};
template <class T, class Term>
double blocked_sums(std::int64_t n, double& first, Term term) {
  constexpr std::int64_t w = Vec<T>::size;
  double second = 0;
  first = 0;
  std::int64_t i = 0;
  while (i < n) {
    const std::int64_t stop = std::min(n, i + sum_block<T>);
    Vec<T> a = 0, b = 0, c = 0, d = 0;
    for (; i + 2 * w <= stop; i += 2 * w) {
      const Two<T> x = term(i), y = term(i + w);
      a = a + x.first, b = b + x.second;
      c = c + y.first, d = d + y.second;
    }
    for (; i + w <= stop; i += w) {
      const Two<T> x = term(i);
      a = a + x.first, b = b + x.second;
    }
    if (i < stop) {
      const Two<T> x = term(i, stop - i);
      const Mask<T> counts = Vec<T>::first(stop - i);
      c = c + where(counts, x.first, Vec<T>(0)), d = d + where(counts, x.second, Vec<T>(0));
      i = stop;
    }
    first += static_cast<double>(sum(a + c));
    second += static_cast<double>(sum(b + d));
  }
  return second;
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
