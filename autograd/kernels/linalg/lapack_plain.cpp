#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/kernels/linalg/lapack.h>
#include <gradus/autograd/kernels/linalg/small.h>

namespace gradus::kernels {
namespace {

template <class T>
T inner(std::int64_t n, const T* a, const T* b) {
  return std::inner_product(a, a + n, b, T(0));
}

// a and b become c·a − s·b and s·a + c·b.
template <class T>
void rotate(std::int64_t n, T* a, std::int64_t a_step, T* b, std::int64_t b_step, T c, T s) {
  for (std::int64_t i = 0; i < n; ++i, a += a_step, b += b_step) {
    const T x = *a, y = *b;
    *a = c * x - s * y, *b = s * x + c * y;
  }
}

// The rotation by at most 45° that makes [[p, q], [q, r]] diagonal.
template <class T>
struct Rotation {
  T c, s;
  Rotation(T p, T q, T r) {
    const T zeta = (r - p) / (2 * q), t = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::hypot(T(1), zeta));
    c = 1 / std::hypot(T(1), t), s = c * t;
  }
};

constexpr int most_sweeps = 60;

// A unit row orthogonal to the first i rows of q [k, n], in row i.
template <class T>
void complete(std::int64_t n, std::int64_t i, T* q) {
  T* const row = q + i * n;
  for (std::int64_t axis = 0; axis < n; ++axis) {
    for (std::int64_t j = 0; j < n; ++j) row[j] = j == axis;
    for (int twice = 0; twice < 2; ++twice)
      for (std::int64_t r = 0; r < i; ++r) {
        const T f = inner(n, row, q + r * n);
        for (std::int64_t j = 0; j < n; ++j) row[j] -= f * q[r * n + j];
      }
    const T length = std::sqrt(inner(n, row, row));
    if (length < T(0.5) / std::sqrt(static_cast<T>(n))) continue;
    for (std::int64_t j = 0; j < n; ++j) row[j] /= length;
    return;
  }
}

}  // namespace

void detail::for_ranges(std::int64_t count, std::int64_t grain, gradus::detail::Range range, void* body) {
  parallel_for(count, grain, [=](std::int64_t begin, std::int64_t end) { range(body, begin, end); });
}

template <class T>
std::int64_t Lapack<T>::lu(std::int64_t n, T* a, std::int64_t* pivots) {
  return small::lu(n, a, pivots);
}
template <class T>
void Lapack<T>::solve(std::int64_t n, std::int64_t count, const T* lu, const std::int64_t* pivots, bool transposed, T* b) {
  small::solve(n, count, lu, pivots, transposed, b);
}
template <class T>
void Lapack<T>::invert(std::int64_t n, T* lu, const std::int64_t* pivots) {
  small::invert(n, lu, pivots, pool::Scratch<T>(n * n).data());
}
template <class T>
std::int64_t Lapack<T>::cholesky(std::int64_t n, T* a) {
  return small::cholesky(n, a);
}
template <class T>
void Lapack<T>::solve_triangular(std::int64_t n, std::int64_t k, const T* a, bool upper, bool unit, T* b) {
  small::solve_triangular(n, k, a, upper, unit, b);
}

// Householder's reflections I − v·vᵀ·2/|v|², of the transpose, so that columns lie along memory.
template <class T>
void Lapack<T>::qr(std::int64_t m, std::int64_t n, T* a, T* r, T* full) {
  const pool::Scratch<T> columns(n * m), factors(n), unit(m);
  T* const at = columns.data();
  const auto reflect = [m](const T* v, std::int64_t from, T factor, T* x) {
    const T f = factor * inner(m - from, v + from, x + from);
    for (std::int64_t i = from; i < m; ++i) x[i] -= f * v[i];
  };
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) at[j * m + i] = a[i * n + j];
  std::fill_n(r, n * n, T(0));
  for (std::int64_t j = 0; j < n; ++j) {
    T* const v = at + j * m;
    for (std::int64_t i = 0; i < j; ++i) r[i * n + j] = v[i];
    const T below = j + 1 < m ? inner(m - j - 1, v + j + 1, v + j + 1) : T(0), length = std::sqrt(v[j] * v[j] + below);
    const T corner = below == 0 ? v[j] : v[j] > 0 ? -length : length;
    r[j * n + j] = corner, v[j] -= corner;
    factors.data()[j] = below == 0 ? T(0) : 2 / (v[j] * v[j] + below);
    for (std::int64_t c = j + 1; c < n; ++c) reflect(v, j, factors.data()[j], at + c * m);
  }
  T* const q = full ? full : a;
  const std::int64_t wanted = full ? m : n;
  for (std::int64_t c = 0; c < wanted; ++c) {
    for (std::int64_t i = 0; i < m; ++i) unit.data()[i] = i == c;
    for (std::int64_t j = n - 1; j >= 0; --j) reflect(at + j * m, j, factors.data()[j], unit.data());
    for (std::int64_t i = 0; i < m; ++i) q[i * wanted + c] = unit.data()[i];
  }
}

// Jacobi's rotations from one side (Hestenes 1958): of the rows of the flat one of A and Aᵀ, until they are orthogonal.
template <class T>
bool Lapack<T>::svd(std::int64_t m, std::int64_t n, T* a, T* u, T* s, T* vh) {
  const std::int64_t k = std::min(m, n), length = std::max(m, n);
  const pool::Scratch<T> rows(k * length), turns(k * k);
  T *const b = rows.data(), *const j = turns.data();
  T scale = 0;
  for (std::int64_t i = 0; i < m * n; ++i) scale = std::max(scale, std::abs(a[i]));
  for (std::int64_t r = 0; r < k; ++r)
    for (std::int64_t c = 0; c < length; ++c) b[r * length + c] = (m < n ? a[r * n + c] : a[c * n + r]) / (scale > 0 ? scale : T(1));
  for (std::int64_t i = 0; i < k * k; ++i) j[i] = i % (k + 1) == 0;
  bool turned = true;
  for (int sweep = 0; turned && sweep < most_sweeps; ++sweep) {
    turned = false;
    for (std::int64_t p = 0; p < k; ++p)
      for (std::int64_t q = p + 1; q < k; ++q) {
        T *const x = b + p * length, *const y = b + q * length;
        const T xx = inner(length, x, x), yy = inner(length, y, y), xy = inner(length, x, y);
        if (std::abs(xy) <= std::sqrt(static_cast<T>(length)) * std::numeric_limits<T>::epsilon() * std::sqrt(xx) * std::sqrt(yy)) continue;
        const Rotation<T> by(xx, xy, yy);
        rotate(length, x, 1, y, 1, by.c, by.s), rotate(k, j + p * k, 1, j + q * k, 1, by.c, by.s);
        turned = true;
      }
  }
  std::vector<std::pair<T, std::int64_t>> order;
  for (std::int64_t r = 0; r < k; ++r) order.push_back({std::sqrt(inner(length, b + r * length, b + r * length)), r});
  std::stable_sort(order.begin(), order.end(), [](const auto& x, const auto& y) { return x.first > y.first; });
  const pool::Scratch<T> units(u ? k * length : 0);
  for (std::int64_t r = 0; r < k; ++r) {
    const auto [value, from] = order[static_cast<std::size_t>(r)];
    s[r] = value * scale;
    if (!u) continue;
    T* const unit = units.data() + r * length;
    if (value > 0)
      for (std::int64_t c = 0; c < length; ++c) unit[c] = b[from * length + c] / value;
    else
      complete(length, r, units.data());
    for (std::int64_t c = 0; c < k; ++c) (m < n ? u[c * k + r] : vh[r * n + c]) = j[from * k + c];
    for (std::int64_t c = 0; c < length; ++c) (m < n ? vh[r * n + c] : u[c * k + r]) = unit[c];
  }
  return !turned;
}

// Jacobi's rotations from both sides, row by row.
template <class T>
bool Lapack<T>::eigh(std::int64_t n, T* a, T* values, bool vectors) {
  const pool::Scratch<T> turns(n * n);
  T* const v = turns.data();
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) a[i * n + j] = i < j ? a[j * n + i] : a[i * n + j], v[i * n + j] = i == j;
  bool turned = true;
  for (int sweep = 0; turned && sweep < most_sweeps; ++sweep) {
    turned = false;
    T size = 0;
    for (std::int64_t i = 0; i < n * n; ++i) size = std::max(size, std::abs(a[i]));
    for (std::int64_t p = 0; p < n; ++p)
      for (std::int64_t q = p + 1; q < n; ++q) {
        if (std::abs(a[p * n + q]) <= std::numeric_limits<T>::epsilon() / 8 * size) continue;
        const Rotation<T> by(a[p * n + p], a[p * n + q], a[q * n + q]);
        rotate(n, a + p * n, 1, a + q * n, 1, by.c, by.s), rotate(n, a + p, n, a + q, n, by.c, by.s);
        rotate(n, v + p * n, 1, v + q * n, 1, by.c, by.s);
        turned = true;
      }
  }
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t x, std::int64_t y) { return a[x * n + x] < a[y * n + y]; });
  for (std::int64_t i = 0; i < n; ++i) values[i] = a[order[static_cast<std::size_t>(i)] * (n + 1)];
  for (std::int64_t i = 0; vectors && i < n; ++i) std::copy_n(v + order[static_cast<std::size_t>(i)] * n, n, a + i * n);
  return !turned;
}

template struct Lapack<float>;
template struct Lapack<double>;

}  // namespace gradus::kernels
