// LU and Cholesky of small matrices, for which a call of LAPACK takes longer than the work, and of all where there is none. As in lapack.h.
#pragma once
#include <cmath>
#include <cstdint>
#include <utility>

namespace gradus::kernels::small {

// P·A = L·U, rows exchanged.
template <class T>
std::int64_t lu(std::int64_t n, T* a, std::int64_t* pivots) {
  std::int64_t singular = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t p = i;
    for (std::int64_t r = i + 1; r < n; ++r)
      if (std::abs(a[r * n + i]) > std::abs(a[p * n + i])) p = r;
    pivots[i] = p;
    if (a[p * n + i] == 0) {
      if (!singular) singular = i + 1;
      continue;
    }
    for (std::int64_t c = 0; p != i && c < n; ++c) std::swap(a[p * n + c], a[i * n + c]);
    const T pivot = a[i * n + i];
    for (std::int64_t r = i + 1; r < n; ++r) {
      const T f = a[r * n + i] /= pivot;
      for (std::int64_t c = i + 1; c < n; ++c) a[r * n + c] -= f * a[i * n + c];
    }
  }
  return singular;
}

template <class T>
void solve(std::int64_t n, std::int64_t count, const T* lu, const std::int64_t* pivots, bool transposed, T* b) {
  for (; count > 0; --count, b += n)
    if (!transposed) {
      for (std::int64_t i = 0; i < n; ++i) std::swap(b[i], b[pivots[i]]);
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < i; ++j) b[i] -= lu[i * n + j] * b[j];
      for (std::int64_t i = n - 1; i >= 0; b[i] /= lu[i * n + i], --i)
        for (std::int64_t j = i + 1; j < n; ++j) b[i] -= lu[i * n + j] * b[j];
    } else {
      for (std::int64_t i = 0; i < n; ++i) {
        b[i] /= lu[i * n + i];
        for (std::int64_t j = i + 1; j < n; ++j) b[j] -= lu[i * n + j] * b[i];
      }
      for (std::int64_t i = n - 1; i >= 0; --i)
        for (std::int64_t j = 0; j < i; ++j) b[j] -= lu[i * n + j] * b[i];
      for (std::int64_t i = n - 1; i >= 0; --i) std::swap(b[i], b[pivots[i]]);
    }
}

// `room` for n·n numbers: U⁻¹·L⁻¹·P·1, row by row.
template <class T>
void invert(std::int64_t n, T* lu, const std::int64_t* pivots, T* room) {
  for (std::int64_t i = 0; i < n * n; ++i) room[i] = i % (n + 1) == 0;
  const auto subtract = [=](std::int64_t i, std::int64_t j) {
    const T f = lu[i * n + j], *const from = room + j * n;
    T* const to = room + i * n;
    for (std::int64_t c = 0; c < n; ++c) to[c] -= f * from[c];
  };
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; pivots[i] != i && c < n; ++c) std::swap(room[i * n + c], room[pivots[i] * n + c]);
  for (std::int64_t i = 1; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j) subtract(i, j);
  for (std::int64_t i = n - 1; i >= 0; --i) {
    for (std::int64_t j = i + 1; j < n; ++j) subtract(i, j);
    for (std::int64_t c = 0; c < n; ++c) room[i * n + c] /= lu[i * n + i];
  }
  for (std::int64_t i = 0; i < n * n; ++i) lu[i] = room[i];
}

template <class T>
std::int64_t cholesky(std::int64_t n, T* a) {
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      T sum = a[i * n + j];
      for (std::int64_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      if (j < i)
        a[i * n + j] = sum / a[j * n + j];
      else if (sum > 0)
        a[i * n + i] = std::sqrt(sum);
      else
        return i + 1;
    }
  }
  return 0;
}

template <class T>
void solve_triangular(std::int64_t n, std::int64_t k, const T* a, bool upper, bool unit, T* b) {
  for (std::int64_t step = 0; step < n; ++step) {
    const std::int64_t i = upper ? n - 1 - step : step;
    T* const row = b + i * k;
    for (std::int64_t j = upper ? i + 1 : 0; j < (upper ? n : i); ++j) {
      const T f = a[i * n + j];
      for (std::int64_t c = 0; c < k; ++c) row[c] -= f * b[j * k + c];
    }
    for (std::int64_t c = 0; !unit && c < k; ++c) row[c] /= a[i * n + i];
  }
}

}  // namespace gradus::kernels::small
