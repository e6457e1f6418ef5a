#include <gradus/autograd/kernels/products/gemm_packed.h>

#include <algorithm>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/kernels/products/gemm_pack.h>
#include <gradus/autograd/kernels/products/gemm_tile.h>
#include <gradus/autograd/kernels/products/gemm_vector.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// How much is rearranged at a time: of b as many terms as let a panel lie in the first cache beside what passes it, and as many columns as
// stay in the second one with so many rows of a, which is read where it lies.
template <class T>
constexpr std::int64_t depth = (many_registers ? 768 : 1024) / sizeof(T);
template <class T>
constexpr std::int64_t most_columns = 4096 / sizeof(T) / wide<T> * wide<T>;
constexpr std::int64_t most_rows = 192, few_rows = 64;

// n in parts of at most `most`, as even as whole units allow: how large each is.
std::int64_t evenly(std::int64_t n, std::int64_t most, std::int64_t unit) {
  const std::int64_t parts = (n + most - 1) / most, each = (n + parts - 1) / parts;
  return (each + unit - 1) / unit * unit;
}

// Rows of a whose terms lie apart, brought together: read along memory once, instead of across it by every tile.
template <class T>
Lines<T> gathered(Lines<T> a, std::int64_t rows, std::int64_t terms, T* to, std::int64_t pitch) {
  constexpr std::int64_t w = Vec<T>::size;
  for (std::int64_t t = 0; t < terms; ++t) {
    const T* const from = a.data + t * a.term;
    T* const row = to + t * pitch;
    std::int64_t i = 0;
    for (; i + w <= rows; i += w) Vec<T>::load(from + i).store(row + i);
    if (i < rows) Vec<T>::load(from + i, rows - i).store(row + i, rows - i);
  }
  return {to, 1, pitch};
}

template <class T>
void product_of_panels(const Product<T>& p) {
  const std::int64_t panel_depth = evenly(p.k, depth<T>, 4), rows_at_once = evenly(p.m, most_rows, 12);
  const pool::SpareScratch<T, wide<T> * depth<T>> room(evenly(p.n, most_columns<T>, wide<T>) * panel_depth);
  const std::int64_t columns_at_once = room.size() / (panel_depth * wide<T>) * wide<T>;
  const std::int64_t pitch = rows_at_once + 64 / sizeof(T);   // no power of two
  const bool gathers = p.a.transposed && p.m >= few_rows && p.n > wide<T> / 2;
  const pool::SpareScratch<T, 1> tall(gathers ? pitch * panel_depth : 0);
  const bool as_it_lies = !p.b.transposed && p.m <= few_rows;   // rearranging does not pay
  for (std::int64_t column = 0; column < p.n; column += columns_at_once) {
    const std::int64_t columns = std::min(columns_at_once, p.n - column);
    for (std::int64_t term = 0; term < p.k; term += panel_depth) {
      const std::int64_t terms = std::min(panel_depth, p.k - term);
      for (std::int64_t row = 0; row < p.m; row += rows_at_once) {
        const std::int64_t rows = std::min(rows_at_once, p.m - row);
        Lines<T> a = down(p.a, row, term);
        if (tall.size() > 1) a = gathered(a, rows, terms, tall.data(), pitch);
        for (std::int64_t j = 0; j < columns; j += wide<T>) {
          const std::int64_t width = std::min(wide<T>, columns - j);
          const Lines<T> b = across(p.b, term, column + j);
          const bool in_place = as_it_lies && width == wide<T>;
          T* const panel = room.data() + j * terms;
          if (row == 0 && !in_place) pack<wide<T>>(b, width, terms, panel);
          add_tiles({.rows = rows, .columns = width, .terms = terms, .a = a.data, .a_row = a.line,
                     .a_term = a.term, .b = in_place ? b.data : panel, .b_term = in_place ? b.term : wide<T>,
                     .c = p.c + row * p.c_stride + column + j, .c_stride = p.c_stride,
                     .bias = p.bias && term == 0 ? p.bias + column + j : nullptr, .from_c = p.accumulate || term > 0});
        }
      }
    }
  }
}

template <class T>
void product(const Product<T>& p) {
  if (p.m == 1 || p.n == 1) product_with_vector(p);
  else product_of_panels(p);
}

}  // namespace

const PackedGemm& packed_gemm_loops() {
  static constexpr PackedGemm loops([]<class T>(T) -> PackedProduct<T> { return product<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
