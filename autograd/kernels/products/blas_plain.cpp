#include <gradus/autograd/kernels/products/blas.h>

#include <algorithm>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/kernels/products/gemm_packed.h>
#include <gradus/autograd/kernels/products/gemm_strips.h>

namespace gradus::kernels {
namespace {

constexpr std::int64_t block_rows = 64, block_columns = 256;   // of b: a block stays in the cache while all rows of a pass over it

// c [m, n] += a [m, k] · b [k, n], k and n no larger than a block; b's rows are b_stride apart. Four rows of b at once, so that c is read
// and written less often.
template <class T>
void add_block(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t a_row, std::int64_t a_term, const T* b,
               std::int64_t b_stride, T* c, std::int64_t c_stride) {
  for (std::int64_t i = 0; i < m; ++i, a += a_row, c += c_stride) {
    std::int64_t t = 0;
    for (; t + 4 <= k; t += 4) {
      const T f0 = a[t * a_term], f1 = a[(t + 1) * a_term], f2 = a[(t + 2) * a_term], f3 = a[(t + 3) * a_term];
      const T *b0 = b + t * b_stride, *b1 = b0 + b_stride, *b2 = b1 + b_stride, *b3 = b2 + b_stride;
      for (std::int64_t j = 0; j < n; ++j) c[j] += (f0 * b0[j] + f1 * b1[j]) + (f2 * b2[j] + f3 * b3[j]);
    }
    for (; t < k; ++t)
      for (std::int64_t j = 0; j < n; ++j) c[j] += a[t * a_term] * b[t * b_stride + j];
  }
}

template <class T>
void plain_product(const Product<T>& p) {
  for (std::int64_t i = 0; i < p.m; ++i) {
    T* row = p.c + i * p.c_stride;
    for (std::int64_t j = 0; j < p.n; ++j) row[j] = (p.accumulate ? row[j] : T(0)) + (p.bias ? p.bias[j] : T(0));
  }
  const std::int64_t a_row = p.a.transposed ? 1 : p.a.stride, a_term = p.a.transposed ? p.a.stride : 1;
  const pool::SpareScratch<T, block_rows * 16> copied(p.b.transposed ? block_rows * block_columns : 0);
  const std::int64_t columns = p.b.transposed ? copied.size() / block_rows : block_columns;
  for (std::int64_t t = 0; t < p.k; t += block_rows)
    for (std::int64_t j = 0; j < p.n; j += columns) {
      const std::int64_t k = std::min(block_rows, p.k - t), n = std::min(columns, p.n - j);
      const T* b = p.b.transposed ? copied.data() : p.b.data + t * p.b.stride + j;
      for (std::int64_t r = 0; p.b.transposed && r < n; ++r)
        for (std::int64_t s = 0; s < k; ++s) copied.data()[s * columns + r] = p.b.data[(j + r) * p.b.stride + t + s];
      add_block(p.m, n, k, p.a.data + t * a_term, a_row, a_term, b, p.b.transposed ? columns : p.b.stride, p.c + j, p.c_stride);
    }
}

// Where there are registers, tiles of c stay in them; else these loops, which any compiler makes the best of.
template <class T>
void in_strips(const Product<T>& p) {
  static const bool registers = level_in_use() > Level::base;
  if (registers) return packed_gemm(p);
  for_strips(p, [](const Product<T>& strip) { plain_product(strip); });
}

}  // namespace

void blas_gemm(const Product<float>& product) { in_strips(product); }
void blas_gemm(const Product<double>& product) { in_strips(product); }

bool blas_core_is_old(std::string_view, Level) { return false; }

bool blas_is_old() { return true; }

std::string blas_description() { return text("none: gradus multiplies by loops of its own, for ", level_name(level_in_use())); }

}  // namespace gradus::kernels
