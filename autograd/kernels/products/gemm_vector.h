// Products of a matrix and a vector. For gemm_packed.simd.cpp.
#pragma once
#include <algorithm>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/kernels/products/gemm_pack.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// Σ over t of x[t] · y[t], for `rows` rows y that lie `stride` apart: each in the same order, however many are taken at once.
template <std::int64_t rows, class T>
void dots(const T* x, const T* y, std::int64_t stride, std::int64_t n, T* to) {
  constexpr std::int64_t w = Vec<T>::size;
  Vec<T> sums[rows][4];
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < 4; ++i) sums[r][i] = 0;
  std::int64_t t = 0;
  for (; t + 4 * w <= n; t += 4 * w)
    for (std::int64_t i = 0; i < 4; ++i) {
      const Vec<T> v = Vec<T>::load(x + t + i * w);
      for (std::int64_t r = 0; r < rows; ++r) sums[r][i] = fma(v, Vec<T>::load(y + r * stride + t + i * w), sums[r][i]);
    }
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* const row = y + r * stride;
    std::int64_t u = t;
    for (; u + w <= n; u += w) sums[r][0] = fma(Vec<T>::load(x + u), Vec<T>::load(row + u), sums[r][0]);
    const std::int64_t left = n - u;
    if (left) sums[r][1] = where(Vec<T>::first(left), fma(Vec<T>::load(x + u, left), Vec<T>::load(row + u, left), sums[r][1]), sums[r][1]);
    to[r] = sum((sums[r][0] + sums[r][1]) + (sums[r][2] + sums[r][3]));
  }
}

// y += Σ over t of x[t] · row t of `lines`, whose lines are `stride` apart and n long.
template <class T>
void add_multiples(std::int64_t terms, const T* x, const T* lines, std::int64_t stride, T* y, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  std::int64_t t = 0;
  for (; t + 4 <= terms; t += 4) {
    const T* const l = lines + t * stride;
    const Vec<T> f[4] = {double(x[t]), double(x[t + 1]), double(x[t + 2]), double(x[t + 3])};
    std::int64_t j = 0;
    for (; j + w <= n; j += w) {
      Vec<T> v = Vec<T>::load(y + j);
      for (std::int64_t i = 0; i < 4; ++i) v = fma(f[i], Vec<T>::load(l + i * stride + j), v);
      v.store(y + j);
    }
    for (; j < n; ++j) y[j] += (x[t] * l[j] + x[t + 1] * l[j + stride]) + (x[t + 2] * l[j + 2 * stride] + x[t + 3] * l[j + 3 * stride]);
  }
  for (; t < terms; ++t)
    for (std::int64_t j = 0; j < n; ++j) y[j] += x[t] * lines[t * stride + j];
}

// The matrix's lines (down or across) times x, into y.
template <class T>
void lines_times_vector(Lines<T> lines, std::int64_t count, std::int64_t terms, const T* x, std::int64_t x_step, T* y, std::int64_t y_step,
                        const T* bias, std::int64_t bias_step, bool accumulate) {
  constexpr std::int64_t few = 64 * Vec<T>::size;
  const pool::SpareScratch<T, few> together(x_step == 1 ? 0 : terms), sums(lines.term == 1 ? 0 : count);
  const std::int64_t terms_at_once = x_step == 1 ? terms : together.size(), lines_at_once = lines.term == 1 ? count : sums.size();
  for (std::int64_t t = 0; t < terms; t += terms_at_once) {
    const std::int64_t now = std::min(terms_at_once, terms - t);
    const T* some = x + t;
    if (x_step != 1) {
      for (std::int64_t i = 0; i < now; ++i) together.data()[i] = x[(t + i) * x_step];
      some = together.data();
    }
    for (std::int64_t first = 0; first < count; first += lines_at_once) {
      const std::int64_t last = std::min(first + lines_at_once, count);
      const T* const from = lines.data + first * lines.line + t * lines.term;
      const auto put = [&](std::int64_t i, T product) {
        T& to = y[i * y_step];
        to = (accumulate || t > 0 ? to : T(0)) + (bias && t == 0 ? bias[i * bias_step] : T(0)) + product;
      };
      if (lines.term != 1) {
        std::fill_n(sums.data(), last - first, T(0));
        add_multiples(now, some, from, lines.term, sums.data(), last - first);
        for (std::int64_t i = first; i < last; ++i) put(i, sums.data()[i - first]);
        continue;
      }
      std::int64_t i = first;
      for (T pair[2]; i + 2 <= last; i += 2) {
        dots<2>(some, from + (i - first) * lines.line, lines.line, now, pair);
        put(i, pair[0]);
        put(i + 1, pair[1]);
      }
      for (T one[1]; i < last; ++i) {
        dots<1>(some, from + (i - first) * lines.line, lines.line, now, one);
        put(i, one[0]);
      }
    }
  }
}

template <class T>
void product_with_vector(const Product<T>& p) {
  if (p.m == 1) lines_times_vector(across(p.b, 0, 0), p.n, p.k, p.a.data, p.a.transposed ? p.a.stride : 1, p.c, 1, p.bias, 1, p.accumulate);
  else lines_times_vector(down(p.a, 0, 0), p.m, p.k, p.b.data, p.b.transposed ? 1 : p.b.stride, p.c, p.c_stride, p.bias, 0, p.accumulate);
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
