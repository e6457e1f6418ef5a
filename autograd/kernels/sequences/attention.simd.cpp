#include <gradus/autograd/kernels/sequences/attention.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>
#include <gradus/autograd/kernels/products/gemm_pack.h>
#include <gradus/autograd/kernels/products/gemm_tile.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

constexpr double lowest = -std::numeric_limits<double>::infinity();

template <class T>
Vec<T> biased(Vec<T> s, Vec<T> bias) {
  return where(bias == Vec<T>(lowest), bias, s + bias);
}

// Where NaN occurs the result may be anything: the sum of exponentials that follows is NaN then.
template <class T>
T largest_of(T* s, std::int64_t n, const T* bias) {
  Vec<T> top = lowest, other = lowest;
  constexpr std::int64_t w = Vec<T>::size;
  std::int64_t i = 0;
  const auto load = [=](std::int64_t at) {
    Vec<T> v = Vec<T>::load(s + at);
    if (bias) v = biased(v, Vec<T>::load(bias + at)), v.store(s + at);
    return v;
  };
  for (; i + 2 * w <= n; i += 2 * w) top = larger(top, load(i)), other = larger(other, load(i + w));
  if (i + w <= n) top = larger(top, load(i)), i += w;
  if (i < n) {
    Vec<T> v = Vec<T>::load(s + i, n - i);
    if (bias) v = biased(v, Vec<T>::load(bias + i, n - i)), v.store(s + i, n - i);
    other = larger(other, where(Vec<T>::first(n - i), v, Vec<T>(lowest)));
  }
  return largest(larger(top, other));
}

template <class T>
void weigh(T* s, std::int64_t n, T here, T& largest, double& total, T* out, std::int64_t width) {
  const T before = largest;
  largest = here > before ? here : before;
  const T shift = largest == static_cast<T>(lowest) ? T(0) : largest;
  const Vec<T> shifts = shift;
  const double sum = slow_sum<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> e = exp_to_one(Vec<T>::load(s + i, lanes...) - shifts);
    e.store(s + i, lanes...);
    return e;
  });
  if (before == largest || total == 0) {
    total += sum;
    return;
  }
  const double correction = std::exp(static_cast<double>(before) - static_cast<double>(shift));
  total = total * correction + sum;
  if (!out) return;
  const Vec<T> factor = correction;
  for_batches<T>(width, [=](std::int64_t i, auto... lanes) { (Vec<T>::load(out + i, lanes...) * factor).store(out + i, lanes...); });
}

template <class T>
void weights(T* s, std::int64_t n, const T* bias, T log_sum) {
  const Vec<T> shift = log_sum;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> v = Vec<T>::load(s + i, lanes...);
    exp_to_one((bias ? biased(v, Vec<T>::load(bias + i, lanes...)) : v) - shift).store(s + i, lanes...);
  });
}

template <class T>
void slopes(T* p, std::int64_t n, const T* dp, T delta, double scale) {
  const Vec<T> d = delta, factor = scale;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    (Vec<T>::load(p + i, lanes...) * factor * (Vec<T>::load(dp + i, lanes...) - d)).store(p + i, lanes...);
  });
}

template <class T>
void scaled(const T* x, std::int64_t n, double factor, T* y) {
  const Vec<T> f = factor;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) { (Vec<T>::load(x + i, lanes...) * f).store(y + i, lanes...); });
}

template <class T>
double product(const T* x, const T* y, std::int64_t n) {
  return blocked_sum<T>(n, [=](std::int64_t i, auto... lanes) { return Vec<T>::load(x + i, lanes...) * Vec<T>::load(y + i, lanes...); });
}

template <class T>
void lay(const Matrix<T>& b, std::int64_t terms, std::int64_t columns, T* to) {
  const std::int64_t stride = laid_stride<T>(columns);
  lay_lines(across(b, 0, 0), columns, terms, to, stride);
  for (std::int64_t t = 0; t < terms; ++t) std::fill(to + t * stride + columns, to + (t + 1) * stride, T(0));
}

// By few rows of c at a time, whole tiles of any width, where they see different columns or terms.
template <class T>
void multiply(const TileProduct<T>& p) {
  const std::int64_t b_stride = laid_stride<T>(p.columns), tall = p.reach == Reach::all ? p.rows : rows_together;
  for (std::int64_t row = 0; row < p.rows; row += tall) {
    const std::int64_t rows = std::min(tall, p.rows - row), limit = row + rows + p.shift;
    const std::int64_t begin = p.reach == Reach::terms_after ? std::clamp<std::int64_t>(row - p.shift, 0, p.terms) : 0;
    const std::int64_t end = p.reach == Reach::terms_before ? std::clamp<std::int64_t>(limit, 0, p.terms) : p.terms;
    add_tiles({.rows = rows, .columns = p.reach == Reach::columns ? std::min(p.columns, limit) : p.columns, .terms = end - begin,
               .a = p.a + (p.a_transposed ? row + begin * p.a_stride : row * p.a_stride + begin), .a_row = p.a_transposed ? 1 : p.a_stride,
               .a_term = p.a_transposed ? p.a_stride : 1, .b = p.b + begin * b_stride, .b_term = b_stride, .c = p.c + row * p.c_stride,
               .c_stride = p.c_stride, .from_c = p.accumulate});
  }
}

template <class T>
constexpr AttentionRows<T> rows_of{largest_of<T>, weigh<T>, weights<T>, slopes<T>, scaled<T>, product<T>, lay<T>, multiply<T>};

}  // namespace

const AttentionLoops& attention_loops() {
  static constexpr AttentionLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
