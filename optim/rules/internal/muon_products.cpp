#include <gradus/optim/rules/internal/muon_products.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/parallel.h>

namespace gradus::optim {
namespace {

// Products of up to so many multiply-adds are left in one piece; gemm does not cut those either. Pieces are computed inside a parallel
// loop, where gemm cuts nothing.
constexpr std::int64_t one_piece = 1 << 18;
constexpr std::int64_t tile = 16, piece = 96, most_pieces = 16;

std::int64_t pieces_of(std::int64_t length) { return std::clamp<std::int64_t>(length / piece, 2, most_pieces); }

// The multiple of a tile that is nearest to this part of the length.
std::int64_t cut(std::int64_t length, double part) {
  return std::min(length, static_cast<std::int64_t>(part * static_cast<double>(length) / tile + 0.5) * tile);
}

template <class T>
void cut_product(const gradus::kernels::Product<T>& p) {
  if (p.m * p.n * p.k <= one_piece) return gemm(p);
  const bool by_rows = 2 * p.m >= p.n;
  const std::int64_t length = by_rows ? p.m : p.n, pieces = pieces_of(length);
  const auto begin_of = [=](std::int64_t i) { return cut(length, static_cast<double>(i) / static_cast<double>(pieces)); };
  parallel_for(pieces, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t begin = begin_of(i), end = i + 1 < pieces ? begin_of(i + 1) : length;
      if (begin == end) continue;
      gradus::kernels::Product<T> strip = p;
      (by_rows ? strip.m : strip.n) = end - begin;
      if (by_rows) strip.a.data += begin * (p.a.transposed ? 1 : p.a.stride);
      else strip.b.data += begin * (p.b.transposed ? p.b.stride : 1);
      strip.c += begin * (by_rows ? p.c_stride : 1);
      gemm(strip);
    }
  });
}

// The upper half from the lower one, in squares that the cache holds.
template <class T>
void mirror(T* c, std::int64_t n) {
  constexpr std::int64_t side = 32;
  const std::int64_t squares = (n + side - 1) / side;
  parallel_for(squares, items_worth(1 << 15, side * n), [=](std::int64_t first, std::int64_t last) {
    for (std::int64_t i0 = first * side; i0 < std::min(last * side, n); i0 += side)
      for (std::int64_t j0 = 0; j0 <= i0; j0 += side)
        for (std::int64_t i = i0; i < std::min(i0 + side, n); ++i)
          for (std::int64_t j = j0; j < std::min(j0 + side, i); ++j) c[j * n + i] = c[i * n + j];
  });
}

template <class T>
void symmetric(const gradus::kernels::Matrix<T>& a, const gradus::kernels::Matrix<T>& b, std::int64_t n, std::int64_t k, T* c) {
  if (n * n * k <= one_piece) return gemm(gradus::kernels::Product<T>{n, n, k, a, b, c, n});
  // Piece i: rows begin to end of the lower triangle, as much work as the others.
  const std::int64_t pieces = pieces_of(n);
  const auto begin_of = [&](std::int64_t i) { return cut(n, std::sqrt(static_cast<double>(i) / static_cast<double>(pieces))); };
  parallel_for(pieces, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t begin = begin_of(i), end = i + 1 < pieces ? begin_of(i + 1) : n;
      if (begin == end) continue;
      gradus::kernels::Matrix<T> rows = a;
      rows.data += begin * (a.transposed ? 1 : a.stride);
      gemm(gradus::kernels::Product<T>{end - begin, end, k, rows, b, c + begin * n, n});
    }
  });
  mirror(c, n);
}

}  // namespace

void fixed_product(const gradus::kernels::Product<float>& product) { cut_product(product); }
void fixed_product(const gradus::kernels::Product<double>& product) { cut_product(product); }

void symmetric_product(const gradus::kernels::Matrix<float>& a, const gradus::kernels::Matrix<float>& b, std::int64_t n, std::int64_t k,
                       float* c) {
  symmetric(a, b, n, k, c);
}
void symmetric_product(const gradus::kernels::Matrix<double>& a, const gradus::kernels::Matrix<double>& b, std::int64_t n, std::int64_t k,
                       double* c) {
  symmetric(a, b, n, k, c);
}

}  // namespace gradus::optim
