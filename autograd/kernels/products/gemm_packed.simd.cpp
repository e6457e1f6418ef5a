#include <gradus/autograd/kernels/products/gemm_packed.h>

#include <algorithm>
#include <array>
#include <utility>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/kernels/products/gemm_tile.h>
#include <gradus/autograd/kernels/products/gemm_vector.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// How much is rearranged at a time: `depth` terms; of a as many rows as lie in the second cache beside a panel of b, of b as many columns
// as lie in the third.
template <class T>
constexpr std::int64_t depth = 1024 / sizeof(T);
constexpr std::int64_t most_rows = 120 / tall * tall;
template <class T>
constexpr std::int64_t most_columns = 2048 / wide<T> * wide<T>;

std::int64_t rounded_up(std::int64_t n, std::int64_t unit) { return (n + unit - 1) / unit * unit; }

template <class T>
void product_of_panels(const Product<T>& p) {
  const std::int64_t panel_depth = std::min(p.k, depth<T>);
  const pool::SpareScratch<T, tall * depth<T>> a(rounded_up(std::min(p.m, most_rows), tall) * panel_depth);
  const pool::SpareScratch<T, wide<T> * depth<T>> b(rounded_up(std::min(p.n, most_columns<T>), wide<T>) * panel_depth);
  const std::int64_t rows_at_once = a.size() / (panel_depth * tall) * tall, columns_at_once = b.size() / (panel_depth * wide<T>) * wide<T>;
  for (std::int64_t column = 0; column < p.n; column += columns_at_once) {
    const std::int64_t columns = std::min(columns_at_once, p.n - column);
    for (std::int64_t term = 0; term < p.k; term += depth<T>) {
      const std::int64_t terms = std::min(depth<T>, p.k - term);
      pack<wide<T>>(across(p.b, term, column), columns, terms, b.data());
      for (std::int64_t row = 0; row < p.m; row += rows_at_once) {
        const std::int64_t rows = std::min(rows_at_once, p.m - row);
        pack<tall>(down(p.a, row, term), rows, terms, a.data());
        for (std::int64_t j = 0; j < columns; j += wide<T>) {
          const T* const b_panel = b.data() + j * terms;
          for (std::int64_t i = 0; i < rows; i += tall) {
            const Start<T> start{.from_c = p.accumulate || term > 0, .bias = p.bias && term == 0 ? p.bias + column + j : nullptr};
            add_tile(terms, a.data() + i * terms, b_panel, p.c + (row + i) * p.c_stride + column + j, p.c_stride, rows - i, columns - j,
                     start);
          }
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
