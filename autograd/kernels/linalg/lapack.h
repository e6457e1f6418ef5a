// Factorisations of one matrix at a time: by OpenBLAS's LAPACK (lapack.cpp), or by loops of our own in builds that have none
// (lapack_plain.cpp). Matrices are row-major without gaps, and written over. T: float or double. To be called in for_matrices.
#pragma once
#include <gradus/autograd/base/parallel.h>

namespace gradus::kernels {

namespace detail {
void for_ranges(std::int64_t count, std::int64_t grain, gradus::detail::Range range, void* body);
}

// f(i) for each of `count` matrices, which take so many steps each, on all cores; in it LAPACK keeps to the thread that calls it.
template <class F>
void for_matrices(std::int64_t count, std::int64_t steps, F&& f) {
  const auto piece = [](void* body, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) (*static_cast<std::remove_reference_t<F>*>(body))(i);
  };
  detail::for_ranges(count, items_worth(1 << 14, steps), piece, &f);
}

template <class T>
struct Lapack {
  // A becomes its factors, for solve and invert, with its determinant's factors on the diagonal: det A = sign·Π diagonal, where each
  // pivots[i] != i changes the sign. Returns i + 1 for the first zero on the diagonal, 0 if there is none.
  static std::int64_t lu(std::int64_t n, T* a, std::int64_t* pivots);
  // Each of `count` rows of b [count, n] is a right-hand side, and becomes x of A·x = b, or Aᵀ·x = b.
  static void solve(std::int64_t n, std::int64_t count, const T* lu, const std::int64_t* pivots, bool transposed, T* b);
  static void invert(std::int64_t n, T* lu, const std::int64_t* pivots);

  // The lower triangle of A becomes L, A = L·Lᵀ; the upper one is not looked at. Returns i for the first leading minor [i, i] that is not
  // positive, 0 if all are.
  static std::int64_t cholesky(std::int64_t n, T* a);
  // b [n, k] becomes X of A·X = b, of one triangle of a, with ones on the diagonal if `unit`.
  static void solve_triangular(std::int64_t n, std::int64_t k, const T* a, bool upper, bool unit, T* b);

  // a [m, n], m >= n, becomes Q [m, n], or all of Q [m, m] goes to `full`, if it is not null; r [n, n].
  static void qr(std::int64_t m, std::int64_t n, T* a, T* r, T* full = nullptr);
  // a [m, n] = u [m, k]·diag(s)·vh [k, n], k = min(m, n), s falling; u and vh may be null. a is lost. False: no convergence.
  static bool svd(std::int64_t m, std::int64_t n, T* a, T* u, T* s, T* vh);
  // The lower triangle of a symmetric a, which becomes the eigenvectors as rows (if wanted), values rising. False: no convergence.
  static bool eigh(std::int64_t n, T* a, T* values, bool vectors);
};

extern template struct Lapack<float>;
extern template struct Lapack<double>;

}  // namespace gradus::kernels
