// Long sums of SIMD batches, for *.simd.cpp files.
//   double squares = blocked_sum<float>(n, [=](std::int64_t i, auto... lanes) { return square(Vec<float>::load(x + i, lanes...)); });
#pragma once
#include <algorithm>

#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// Calls step(i) for every whole batch of n elements and step(i, lanes) for the rest.
template <class T, class Step>
void for_batches(std::int64_t n, Step step) {
  std::int64_t i = 0;
  for (; i + Vec<T>::size <= n; i += Vec<T>::size) step(i);
  if (i < n) step(i, n - i);
}

// So many f32 or more are added four by four in f32 before they are added up in f64: too many for the errors of single additions to count.
inline constexpr std::int64_t long_sum = 256, long_column = 64;

// Σ term(i) for i < n: term(i) gives the batch that starts at i, term(i, lanes) the last one, of which `lanes` count. f32 is added up in
// f64, so that the error does not grow with the length.
template <class T, class Term>
double blocked_sum(std::int64_t n, Term term) {
  constexpr std::int64_t w = Vec<T>::size;
  Wide<T> even, odd;
  std::int64_t i = 0;
  if (n >= long_sum || sizeof(T) == 8) {
    const auto four = [&](std::int64_t at) { return (term(at) + term(at + w)) + (term(at + 2 * w) + term(at + 3 * w)); };
    for (; i + 4 * w <= n; i += 4 * w) even.add(four(i));
  }
  for (; i + 2 * w <= n; i += 2 * w) even.add(term(i)), odd.add(term(i + w));
  if (i + w <= n) even.add(term(i)), i += w;
  if (i < n) odd.add(where(Vec<T>::first(n - i), term(i, n - i), Vec<T>(0)));
  return even.total() + odd.total();
}

// The same for terms that take a while, one at a time: side by side they would want more registers than there are.
template <class T, class Term>
double slow_sum(std::int64_t n, Term term) {
  constexpr std::int64_t w = Vec<T>::size;
  Wide<T> total;
  std::int64_t i = 0;
  while (i + w <= n) {
    const std::int64_t stop = std::min(n, i + 8 * w);
    Vec<T> part = term(i);
    for (i += w; i + w <= stop; i += w) part = part + term(i);
    total.add(part);
  }
  if (i < n) total.add(where(Vec<T>::first(n - i), term(i, n - i), Vec<T>(0)));
  return total.total();
}

// Elements whose two sums are added up in T: no more than 64 to each lane of an f32 accumulator (256 without registers).
template <class T>
inline constexpr std::int64_t sum_block = Vec<T>::size == 1 ? 512 : sizeof(T) == 8 ? 2048 : 128 * Vec<T>::size;

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
