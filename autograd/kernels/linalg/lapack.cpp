#include <gradus/autograd/kernels/linalg/lapack.h>

#include <algorithm>
#include <limits>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/linalg/small.h>
#include <gradus/autograd/kernels/machine/team.h>
#include <gradus/autograd/kernels/products/pool_off.h>

// LAPACK is Fortran: matrices lie column by column, so each of ours is its transpose to it, and the calls are chosen to fit: Aᵀ = P·L·U,
// L·Q of Aᵀ for Q·R of A, the singular vectors of both sides exchanged.
extern "C" {
#define GRADUS_LAPACK(T, s)                                                                                                             \
  void s##getrf_(const blasint* m, const blasint* n, T* a, const blasint* lda, blasint* pivots, blasint* info);                         \
  void s##getrs_(const char* trans, const blasint* n, const blasint* nrhs, const T* a, const blasint* lda, const blasint* pivots, T* b, \
                 const blasint* ldb, blasint* info);                                                                                    \
  void s##getri_(const blasint* n, T* a, const blasint* lda, const blasint* pivots, T* work, const blasint* lwork, blasint* info);      \
  void s##potrf_(const char* uplo, const blasint* n, T* a, const blasint* lda, blasint* info);                                          \
  void s##gelqf_(const blasint* m, const blasint* n, T* a, const blasint* lda, T* tau, T* work, const blasint* lwork, blasint* info);   \
  void s##orglq_(const blasint* m, const blasint* n, const blasint* k, T* a, const blasint* lda, const T* tau, T* work,                 \
                 const blasint* lwork, blasint* info);                                                                                  \
  void s##gesdd_(const char* jobz, const blasint* m, const blasint* n, T* a, const blasint* lda, T* s, T* u, const blasint* ldu, T* vt, \
                 const blasint* ldvt, T* work, const blasint* lwork, blasint* iwork, blasint* info);                                    \
  void s##syevd_(const char* jobz, const char* uplo, const blasint* n, T* a, const blasint* lda, T* w, T* work, const blasint* lwork,   \
                 blasint* iwork, const blasint* liwork, blasint* info);
GRADUS_LAPACK(float, s)
GRADUS_LAPACK(double, d)
#undef GRADUS_LAPACK
}

namespace gradus::kernels {
namespace {

template <class T>
struct Calls;
#define GRADUS_LAPACK(T, s)                       \
  template <>                                     \
  struct Calls<T> {                               \
    static constexpr auto getrf = s##getrf_;      \
    static constexpr auto getrs = s##getrs_;      \
    static constexpr auto getri = s##getri_;      \
    static constexpr auto potrf = s##potrf_;      \
    static constexpr auto gelqf = s##gelqf_;      \
    static constexpr auto orglq = s##orglq_;      \
    static constexpr auto gesdd = s##gesdd_;      \
    static constexpr auto syevd = s##syevd_;      \
    static constexpr auto trsm = cblas_##s##trsm; \
  };
GRADUS_LAPACK(float, s)
GRADUS_LAPACK(double, d)
#undef GRADUS_LAPACK

constexpr std::int64_t small_enough = 16;

// A call with the workspace that it asks for.
template <class T, class Call>
blasint with_workspace(Call call) {
  T wanted = 0;
  blasint size = -1, info = 0;
  call(&wanted, &size, &info);
  check<ShapeError>(static_cast<double>(wanted) < static_cast<double>(std::numeric_limits<blasint>::max()) * 0.999,
                    "linalg: the matrix is too large for LAPACK, which counts in 32 bits");
  // In float the size may have been rounded down.
  size = static_cast<blasint>(static_cast<double>(wanted) * (sizeof(T) == 4 ? 1 + 1e-6 : 1)) + 1;
  const pool::Scratch<T> work(size);
  call(work.data(), &size, &info);
  return info;
}

struct Pivots {
  pool::Scratch<blasint> of;
  explicit Pivots(std::int64_t n) : of(n) {}
  Pivots(std::int64_t n, const std::int64_t* from) : of(n) {
    for (std::int64_t i = 0; i < n; ++i) of.data()[i] = static_cast<blasint>(from[i] + 1);
  }
};

}  // namespace

void detail::for_ranges(std::int64_t count, std::int64_t grain, gradus::detail::Range range, void* body) {
  const gradus::detail::NoFork work;  // OpenBLAS locks its buffers
  const PoolOff off;
  parallel_for(count, grain, [=](std::int64_t begin, std::int64_t end) {
    const Team one(1);
    range(body, begin, end);
  });
}

template <class T>
std::int64_t Lapack<T>::lu(std::int64_t n, T* a, std::int64_t* pivots) {
  if (n <= small_enough) return small::lu(n, a, pivots);
  const blasint size = static_cast<blasint>(n);
  const Pivots p(n);
  blasint info = 0;
  Calls<T>::getrf(&size, &size, a, &size, p.of.data(), &info);
  for (std::int64_t i = 0; i < n; ++i) pivots[i] = p.of.data()[i] - 1;
  return info;
}

template <class T>
void Lapack<T>::solve(std::int64_t n, std::int64_t count, const T* lu, const std::int64_t* pivots, bool transposed, T* b) {
  if (n <= small_enough) return small::solve(n, count, lu, pivots, transposed, b);
  const blasint size = static_cast<blasint>(n), rows = static_cast<blasint>(count);
  const Pivots p(n, pivots);
  blasint info = 0;
  Calls<T>::getrs(transposed ? "N" : "T", &size, &rows, lu, &size, p.of.data(), b, &size, &info);
}

template <class T>
void Lapack<T>::invert(std::int64_t n, T* lu, const std::int64_t* pivots) {
  if (n <= small_enough) return small::invert(n, lu, pivots, pool::Scratch<T>(n * n).data());
  const blasint size = static_cast<blasint>(n);
  const Pivots p(n, pivots);
  with_workspace<T>([&, where = p.of.data()](T* work, const blasint* lwork, blasint* info) {
    Calls<T>::getri(&size, lu, &size, where, work, lwork, info);
  });
}

template <class T>
std::int64_t Lapack<T>::cholesky(std::int64_t n, T* a) {
  if (n <= small_enough) return small::cholesky(n, a);
  const blasint size = static_cast<blasint>(n);
  blasint info = 0;
  Calls<T>::potrf("U", &size, a, &size, &info);
  return info;
}

template <class T>
void Lapack<T>::solve_triangular(std::int64_t n, std::int64_t k, const T* a, bool upper, bool unit, T* b) {
  if (n <= small_enough) return small::solve_triangular(n, k, a, upper, unit, b);
  Calls<T>::trsm(CblasRowMajor, CblasLeft, upper ? CblasUpper : CblasLower, CblasNoTrans, unit ? CblasUnit : CblasNonUnit,
                 static_cast<blasint>(n), static_cast<blasint>(k), T(1), a, static_cast<blasint>(n), b, static_cast<blasint>(k));
}

template <class T>
void Lapack<T>::qr(std::int64_t m, std::int64_t n, T* a, T* r, T* full) {
  const blasint rows = static_cast<blasint>(m), columns = static_cast<blasint>(n);
  const pool::Scratch<T> tau(n);
  with_workspace<T>(
      [&](T* work, const blasint* lwork, blasint* info) { Calls<T>::gelqf(&columns, &rows, a, &columns, tau.data(), work, lwork, info); });
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) r[i * n + j] = j >= i ? a[i * n + j] : T(0);
  if (full)
    for (std::int64_t i = 0; i < m; ++i) std::copy_n(a + i * n, n, full + i * m);
  const blasint& wanted = full ? rows : columns;
  with_workspace<T>([&](T* work, const blasint* lwork, blasint* info) {
    Calls<T>::orglq(&wanted, &rows, &columns, full ? full : a, &wanted, tau.data(), work, lwork, info);
  });
}

template <class T>
bool Lapack<T>::svd(std::int64_t m, std::int64_t n, T* a, T* u, T* s, T* vh) {
  const blasint rows = static_cast<blasint>(m), columns = static_cast<blasint>(n), k = std::min(rows, columns);
  const pool::Scratch<blasint> integers(8 * k);
  return with_workspace<T>([&](T* work, const blasint* lwork, blasint* info) {
           Calls<T>::gesdd(u ? "S" : "N", &columns, &rows, a, &columns, s, vh, &columns, u, &k, work, lwork, integers.data(), info);
         }) == 0;
}

template <class T>
bool Lapack<T>::eigh(std::int64_t n, T* a, T* values, bool vectors) {
  const blasint size = static_cast<blasint>(n), count = 3 + 5 * size;
  const pool::Scratch<blasint> integers(count);
  return with_workspace<T>([&](T* work, const blasint* lwork, blasint* info) {
           // syevd takes a query of either size for one of both
           Calls<T>::syevd(vectors ? "V" : "N", "U", &size, a, &size, values, work, lwork, integers.data(), &count, info);
         }) == 0;
}

template struct Lapack<float>;
template struct Lapack<double>;

}  // namespace gradus::kernels
