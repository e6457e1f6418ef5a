// A tile of c in registers, and the panels that stream past it. For gemm_packed.simd.cpp.
#pragma once
#include <algorithm>
#include <array>
#include <utility>

#include <gradus/autograd/kernels/products/gemm.h>
#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// The tile is two registers wide and so tall that two registers and one for the next number of a remain of 32 (AVX-512) or 16.
template <class T>
inline constexpr std::int64_t wide = 2 * Vec<T>::size;
inline constexpr std::int64_t tall = sizeof(Vec<float>) == 64 ? 14 : 6;

// A matrix as its lines along the terms of the product: rows of a, columns of b; element t of line i at data[i · line + t · term].
template <class T>
struct Lines { const T* data; std::int64_t line, term; };

template <class T>
Lines<T> down(const Matrix<T>& a, std::int64_t row, std::int64_t term) {
  const Lines<T> all{a.data, a.transposed ? 1 : a.stride, a.transposed ? a.stride : 1};
  return {all.data + row * all.line + term * all.term, all.line, all.term};
}
template <class T>
Lines<T> across(const Matrix<T>& b, std::int64_t term, std::int64_t column) {
  return down(Matrix<T>{b.data, b.stride, !b.transposed}, column, term);
}

// Rearranges `count` lines of `terms` into panels of `width` lines, term after term; lines beyond the last are zero.
template <std::int64_t width, class T>
void pack(Lines<T> from, std::int64_t count, std::int64_t terms, T* to) {
  for (; count > 0; count -= width, from.data += width * from.line) {
    const std::int64_t lines = std::min(width, count);
    for (std::int64_t t = 0; t < terms; ++t, to += width) {
      const T* const term = from.data + t * from.term;
      if (lines == width && from.line == 1) {
        std::copy_n(term, width, to);
      } else if (lines == width) {
        for (std::int64_t i = 0; i < width; ++i) to[i] = term[i * from.line];
      } else {
        for (std::int64_t i = 0; i < lines; ++i) to[i] = term[i * from.line];
        std::fill(to + lines, to + width, T(0));
      }
    }
  }
}

// What a tile begins with: what is in c, or a bias for each of its columns, or zero.
template <class T>
struct Start { bool from_c; const T* bias; };

// c += a·b for the first `rows` × `registers` of a tile, of which some may not exist: c has `rows_left` rows and `columns_left` columns.
template <std::int64_t rows, std::int64_t registers, class T>
void add_part(std::int64_t terms, const T* a, const T* b, T* c, std::int64_t c_stride, std::int64_t rows_left, std::int64_t columns_left,
              Start<T> start) {
  constexpr std::int64_t w = Vec<T>::size;
  Vec<T> left[rows], right[rows];
  const auto each_row = [](auto&& act) {   // a loop that is certain to be unrolled, so that the sums are registers
    [&]<std::size_t... i>(std::index_sequence<i...>) { (act(i), ...); }(std::make_index_sequence<rows>());
  };
  each_row([&](std::size_t i) { left[i] = 0, right[i] = 0; });
  for (std::int64_t t = 0; t < terms; ++t, a += tall, b += wide<T>) {
    const Vec<T> b_left = Vec<T>::load(b), b_right = registers == 2 ? Vec<T>::load(b + w) : Vec<T>(0);
    each_row([&](std::size_t i) {
      const Vec<T> factor = static_cast<double>(a[i]);
      left[i] = fma(factor, b_left, left[i]);
      if constexpr (registers == 2) right[i] = fma(factor, b_right, right[i]);
    });
  }
  const auto load = [](const T* p, std::int64_t n) { return n >= w ? Vec<T>::load(p) : n > 0 ? Vec<T>::load(p, n) : Vec<T>(0); };
  const auto store = [](T* p, std::int64_t n, Vec<T> v) {
    if (n >= w) v.store(p);
    else if (n > 0) v.store(p, n);
  };
  const Vec<T> none = 0;
  const Vec<T> bias_left = start.bias ? load(start.bias, columns_left) : none;
  const Vec<T> bias_right = start.bias && registers == 2 ? load(start.bias + w, columns_left - w) : none;
  each_row([&](std::size_t i) {
    if (static_cast<std::int64_t>(i) >= rows_left) return;
    T* const to = c + static_cast<std::int64_t>(i) * c_stride;
    store(to, columns_left, left[i] + ((start.from_c ? load(to, columns_left) : none) + bias_left));
    if constexpr (registers == 2)
      store(to + w, columns_left - w, right[i] + ((start.from_c ? load(to + w, columns_left - w) : none) + bias_right));
  });
}

// A whole tile, or as much of one as c still has.
template <class T>
void add_tile(std::int64_t terms, const T* a, const T* b, T* c, std::int64_t c_stride, std::int64_t rows_left, std::int64_t columns_left,
              Start<T> start) {
  const bool low = rows_left <= tall / 2, narrow = columns_left <= Vec<T>::size;
  const auto part = low      ? (narrow ? add_part<tall / 2, 1, T> : add_part<tall / 2, 2, T>)
                    : narrow ? add_part<tall, 1, T>
                             : add_part<tall, 2, T>;
  part(terms, a, b, c, c_stride, rows_left, columns_left, start);
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
