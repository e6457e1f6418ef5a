#include <gradus/autograd/kernels/products/gemm.h>

#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/kernels/products/blas.h>
#include <gradus/autograd/kernels/products/dnnl_bf16_gemm.h>
#include <gradus/autograd/kernels/products/dnnl_gemm.h>
#include <gradus/autograd/kernels/products/gemm_small.h>

namespace gradus::kernels {
namespace {

// No terms to add up: what remains is the bias.
template <class T>
void gemm_without_terms(const Product<T>& p) {
  for (std::int64_t i = 0; i < p.m; ++i) {
    T* row = p.c + i * p.c_stride;
    for (std::int64_t j = 0; j < p.n; ++j) row[j] = (p.accumulate ? row[j] : T(0)) + (p.bias ? p.bias[j] : T(0));
  }
}

// oneDNN 2.6 has good kernels for AVX-512; with AVX2, OpenBLAS is as fast for plain matrices and up to three times faster where one is
// transposed. Up to about 40 x 40 x 40 OpenBLAS is faster everywhere: its call costs 0.15 microseconds, oneDNN's one or more. So it is, up
// to twice, where long rows and columns make a small matrix. A product with a vector reads each weight once: loops that stream them beat
// both, so where OpenBLAS is old and they are ours, they have it; but not rows of few terms, each of which has to be summed up across.
bool better_by_dnnl(const Product<float>& p) {
  const std::int64_t work = p.m * p.n * p.k;
  if (simd_level() != Level::v4 || work < 1 << 16) return false;
  const bool rows = p.m == 1 ? p.b.transposed : !p.a.transposed;
  if (with_vector(p) && (!rows || p.k >= 64) && blas_is_old()) return false;
  return p.m * p.n > 512 || work > 1 << 19 || blas_is_old();
}

template <class T>
void gemm_of(const Product<T>& p) {
  if (p.m == 0 || p.n == 0) return;
  if (p.k == 0) return gemm_without_terms(p);
  profile::add_flops(2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k));
  if (gemm_small_fits(p)) return gemm_small(p);
  if constexpr (std::is_same_v<T, float>) {
    if (p.bf16 && bf16_gemm(p)) return;
    if (better_by_dnnl(p) && dnnl_gemm(p)) return;
  }
  blas_gemm(p);
}

}  // namespace

void gemm(const Product<float>& product) { gemm_of(product); }
void gemm(const Product<double>& product) { gemm_of(product); }

}  // namespace gradus::kernels
