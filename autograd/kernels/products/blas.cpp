#include <gradus/autograd/kernels/products/blas.h>

#include <cblas.h>

#include <algorithm>
#include <limits>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/kernels/machine/team.h>
#include <gradus/autograd/kernels/products/blas_buffers.h>
#include <gradus/autograd/kernels/products/gemm_packed.h>
#include <gradus/autograd/kernels/products/gemm_strips.h>
#include <gradus/autograd/kernels/products/pool_off.h>

namespace gradus::kernels {
namespace {

constexpr CBLAS_TRANSPOSE flag(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

void cblas_gemm(const Product<float>& p, float beta) {
  cblas_sgemm(CblasRowMajor, flag(p.a.transposed), flag(p.b.transposed), p.m, p.n, p.k, 1, p.a.data, p.a.stride, p.b.data, p.b.stride, beta,
              p.c, p.c_stride);
}
void cblas_gemm(const Product<double>& p, double beta) {
  cblas_dgemm(CblasRowMajor, flag(p.a.transposed), flag(p.b.transposed), p.m, p.n, p.k, 1, p.a.data, p.a.stride, p.b.data, p.b.stride, beta,
              p.c, p.c_stride);
}

// A vector in memory, its elements `step` apart.
template <class T>
struct Vector { T* data; std::int64_t step; };

// y += op(a)·x, with a [rows, columns] as stored.
void cblas_gemv(CBLAS_TRANSPOSE t, std::int64_t rows, std::int64_t columns, Matrix<float> a, Vector<const float> x, Vector<float> y) {
  cblas_sgemv(CblasRowMajor, t, rows, columns, 1, a.data, a.stride, x.data, x.step, 1, y.data, y.step);
}
void cblas_gemv(CBLAS_TRANSPOSE t, std::int64_t rows, std::int64_t columns, Matrix<double> a, Vector<const double> x, Vector<double> y) {
  cblas_dgemv(CblasRowMajor, t, rows, columns, 1, a.data, a.stride, x.data, x.step, 1, y.data, y.step);
}

// A single row or column of c is the product of a matrix and a vector, several times faster than gemm would do it.
template <class T>
void cblas_product(const Product<T>& p, T beta) {
  if (!with_vector(p)) return cblas_gemm(p, beta);
  if (p.m == 1) {
    const std::int64_t rows = p.b.transposed ? p.n : p.k, columns = p.b.transposed ? p.k : p.n;
    cblas_gemv(flag(!p.b.transposed), rows, columns, p.b, {p.a.data, p.a.transposed ? p.a.stride : 1}, {p.c, 1});
  } else {
    const std::int64_t rows = p.a.transposed ? p.k : p.m, columns = p.a.transposed ? p.m : p.k;
    cblas_gemv(flag(p.a.transposed), rows, columns, p.a, {p.b.data, p.b.transposed ? 1 : p.b.stride}, {p.c, p.c_stride});
  }
}

// One thread's part: the bias goes into c first, the product on top. A vector starts from written zeros too: not every BLAS takes
// beta = 0 to mean that NaNs in y are to be forgotten.
template <class T>
void blas_part(const Product<T>& p) {
  const bool from_zero = !p.accumulate && !p.bias;
  for (std::int64_t i = 0; i < p.m && (p.bias || (from_zero && with_vector(p))); ++i) {
    T* row = p.c + i * p.c_stride;
    if (from_zero) std::fill_n(row, p.n, T(0));
    else if (!p.accumulate) std::copy_n(p.bias, p.n, row);
    else for (std::int64_t j = 0; j < p.n; ++j) row[j] += p.bias[j];
  }
  const Team one(1);   // what OpenBLAS's OpenMP flavour goes by
  cblas_product<T>(p, from_zero ? 0 : 1);
}

template <class T>
void blas_split(const Product<T>& p) {
  if (blas_is_old()) return packed_gemm(p);
  constexpr std::int64_t most = std::numeric_limits<blasint>::max();
  check<ShapeError>(std::max({p.m, p.n, p.k, p.a.stride, p.b.stride, p.c_stride}) <= most, "matmul: a size or a row is longer than ", most,
                    ": [", p.m, ", ", p.k, "] x [", p.k, ", ", p.n, "]");
  const gradus::detail::NoFork work;   // OpenBLAS locks its buffers
  const PoolOff off;
  if (p.m * p.n * p.k >= 1 << 20) touch_blas_buffers(num_threads());
  for_strips(p, [](const Product<T>& strip) { blas_part(strip); });
}

}  // namespace

void blas_gemm(const Product<float>& product) { blas_split(product); }
void blas_gemm(const Product<double>& product) { blas_split(product); }

bool blas_core_is_old(std::string_view core, Level machine) {
  constexpr std::string_view without_avx[] = {"Generic", "Katmai", "Coppermine", "Northwood",    "Prescott",  "Banias",
                                              "Core2",   "Core",   "Penryn",     "Dunnington",   "Nehalem",   "Atom",
                                              "Nano",    "Athlon", "Opteron",    "Opteron_SSE3", "Barcelona", "Bobcat"};
  return machine >= Level::v3 && std::ranges::find(without_avx, core) != std::end(without_avx);
}

// OpenBLAS chooses its kernels when it is loaded, once.
bool blas_is_old() {
  static const bool old = blas_core_is_old(openblas_get_corename(), level_in_use());
  return old;
}

std::string blas_description() {
  const std::string config = openblas_get_config();   // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …"
  const std::string name = config.substr(0, config.find(' ', config.find(' ') + 1)), core = openblas_get_corename();
  const int parallel = openblas_get_parallel();
  const char* threads = parallel == OPENBLAS_THREAD ? "pthreads" : parallel == OPENBLAS_OPENMP ? "OpenMP" : "one thread";
  return text(name, " (", threads, "), kernels for ", core,
              blas_is_old()
                  ? text(", which are older than this processor: gradus multiplies by loops of its own, for ", level_name(level_in_use()))
                  : "");
}

}  // namespace gradus::kernels
