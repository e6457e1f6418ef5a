#include <gradus/autograd/kernels/sequences/attention.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

constexpr double lowest = -std::numeric_limits<double>::infinity();

template <class T>
Vec<T> biased(Vec<T> s, Vec<T> bias) {
  return where(bias == Vec<T>(lowest), bias, s + bias);
}

// Where NaN occurs the result may be anything: the sum of exponentials that follows is NaN then.
template <class T>
T largest_biased(T* s, std::int64_t n, const T* bias) {
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
void weigh(T* s, std::int64_t n, const T* bias, T& largest, double& total, T* out, std::int64_t width) {
  const T before = largest, here = largest_biased(s, n, bias);
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
void slopes(T* p, std::int64_t n, const T* dp, T delta) {
  const Vec<T> d = delta;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    (Vec<T>::load(p + i, lanes...) * (Vec<T>::load(dp + i, lanes...) - d)).store(p + i, lanes...);
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
  constexpr std::int64_t w = Vec<T>::size;
  if (!b.transposed) {
    const std::int64_t whole = columns / w * w;
    for (std::int64_t t = 0; t < terms; ++t) {
      const T* const from = b.data + t * b.stride;
      T* const row = to + t * stride;
      std::int64_t j = 0;
      for (; j < whole; j += w) Vec<T>::load(from + j).store(row + j);
      if (j < columns) Vec<T>::load(from + j, columns - j).store(row + j), j += w;
      for (; j < stride; j += w) Vec<T>(0).store(row + j);
    }
    return;
  }
  constexpr std::int64_t some = 8;   // columns at a time: what is written stays in the first cache until it is whole
  for (std::int64_t j = 0; j < columns; j += some) {
    const std::int64_t n = std::min(some, columns - j);
    const T* const from = b.data + j * b.stride;
    if (n == some)
      for (std::int64_t t = 0; t < terms; ++t)
        for (std::int64_t i = 0; i < some; ++i) to[t * stride + j + i] = from[i * b.stride + t];
    else
      for (std::int64_t t = 0; t < terms; ++t)
        for (std::int64_t i = 0; i < n; ++i) to[t * stride + j + i] = from[i * b.stride + t];
  }
  for (std::int64_t t = 0; t < terms; ++t) std::fill(to + t * stride + columns, to + (t + 1) * stride, T(0));
}

// So many rows of c at a time that they stay in registers, two of them a row.
constexpr std::int64_t tall_block = sizeof(Vec<float>) == 64 ? 12 : 6;

template <std::int64_t rows, bool transposed, class T>
void multiply_block(std::int64_t terms, const T* a, std::int64_t a_stride, const T* b, std::int64_t b_stride, T* c, std::int64_t c_stride,
                    std::int64_t columns, bool accumulate) {
  constexpr std::int64_t w = Vec<T>::size;
  Vec<T> left[rows], right[rows];
  const auto each_row = [](auto&& act) {   // a loop that is certain to be unrolled, so that the sums are registers
    [&]<std::size_t... i>(std::index_sequence<i...>) { (act(i), ...); }(std::make_index_sequence<rows>());
  };
  each_row([&](std::size_t i) { left[i] = 0, right[i] = 0; });
  for (std::int64_t t = 0; t < terms; ++t, b += b_stride) {
    const Vec<T> b_left = Vec<T>::load(b), b_right = Vec<T>::load(b + w);
    each_row([&](std::size_t i) {
      const auto at = static_cast<std::int64_t>(i);
      const Vec<T> factor = static_cast<double>(transposed ? a[t * a_stride + at] : a[at * a_stride + t]);
      left[i] = fma(factor, b_left, left[i]);
      right[i] = fma(factor, b_right, right[i]);
    });
  }
  const auto put = [accumulate](T* p, std::int64_t n, Vec<T> v) {
    if (n >= w) (accumulate ? Vec<T>::load(p) + v : v).store(p);
    else if (n > 0) (accumulate ? Vec<T>::load(p, n) + v : v).store(p, n);
  };
  each_row([&](std::size_t i) {
    T* const to = c + static_cast<std::int64_t>(i) * c_stride;
    put(to, columns, left[i]);
    put(to + w, columns - w, right[i]);
  });
}

template <std::int64_t rows, class T>
void multiply_rows(const TileProduct<T>& p, std::int64_t row) {
  const std::int64_t b_stride = laid_stride<T>(p.columns), limit = row + rows + p.shift;
  const std::int64_t columns = p.reach == Reach::columns ? std::min(p.columns, limit) : p.columns;
  const std::int64_t begin = p.reach == Reach::terms_after ? std::clamp<std::int64_t>(row - p.shift, 0, p.terms) : 0;
  const std::int64_t end = p.reach == Reach::terms_before ? std::clamp<std::int64_t>(limit, 0, p.terms) : p.terms;
  const auto block = p.a_transposed ? multiply_block<rows, true, T> : multiply_block<rows, false, T>;
  const T* const a = p.a + (p.a_transposed ? row + begin * p.a_stride : row * p.a_stride + begin);
  for (std::int64_t j = 0; j < columns; j += 2 * Vec<T>::size)
    block(end - begin, a, p.a_stride, p.b + begin * b_stride + j, b_stride, p.c + row * p.c_stride + j, p.c_stride, columns - j,
          p.accumulate);
}

template <class T>
void multiply(const TileProduct<T>& p) {
  std::int64_t row = 0;
  for (; row + tall_block <= p.rows; row += tall_block) multiply_rows<tall_block>(p, row);
  if (row + tall_block / 2 <= p.rows) multiply_rows<tall_block / 2>(p, row), row += tall_block / 2;
  for (; row + 2 <= p.rows; row += 2) multiply_rows<2>(p, row);
  if (row < p.rows) multiply_rows<1>(p, row);
}

template <class T>
constexpr AttentionRows<T> rows_of{weigh<T>, weights<T>, slopes<T>, scaled<T>, product<T>, lay<T>, multiply<T>};

}  // namespace

const AttentionLoops& attention_loops() {
  static constexpr AttentionLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
