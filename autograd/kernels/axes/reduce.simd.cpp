#include <gradus/autograd/kernels/axes/reduce.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

struct Itself {
  auto operator()(auto x) const { return x; }
};
struct Absolute {
  auto operator()(auto x) const { return x < 0 ? -x : x; }
  template <class T> Vec<T> operator()(Vec<T> x) const { return abs(x); }
};
struct Squared {
  auto operator()(auto x) const { return x * x; }
};
struct OfNumbers {
  auto operator()(auto x) const { return x == x ? x : 0; }
  template <class T> Vec<T> operator()(Vec<T> x) const { return where(x == x, x, Vec<T>(0)); }
};

template <class T, class Of>
SumOf<T> row_sum(const T* x, std::int64_t n) {
  return blocked_sum<T>(n, [x](std::int64_t i, auto... lanes) { return Of{}(Vec<T>::load(x + i, lanes...)); });
}

// What is looked for: the largest of x, or of −x.
template <Extreme which, class T>
T turned(T x) {
  if constexpr (which == Extreme::largest) return x;
  else return -x;
}

template <class T, Extreme which>
T row_extreme(const T* x, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  const Vec<T> none = -std::numeric_limits<double>::infinity();
  Vec<T> a = none, b = none;
  Mask<T> numbers = a == a, more_numbers = numbers;   // so far no NaN, which larger() may have lost
  const auto look = [](Vec<T>& top, Mask<T>& numbers, Vec<T> v) {
    top = larger(top, turned<which>(v));
    numbers = numbers && v == v;
  };
  std::int64_t i = 0;
  for (; i + 2 * w <= n; i += 2 * w) {
    look(a, numbers, Vec<T>::load(x + i));
    look(b, more_numbers, Vec<T>::load(x + i + w));
  }
  if (i + w <= n) look(a, numbers, Vec<T>::load(x + i)), i += w;
  if (i < n) look(b, more_numbers, where(Vec<T>::first(n - i), Vec<T>::load(x + i, n - i), turned<which>(none)));
  return all(numbers && more_numbers) ? turned<which>(largest(larger(a, b))) : std::numeric_limits<T>::quiet_NaN();
}

// Whether x takes the place of the best so far: NaN does, which is not in order with anything, and stays.
template <class T, Extreme which>
Mask<T> beats(Vec<T> x, Vec<T> best) {
  return !(which == Extreme::largest ? x <= best : x >= best) && best == best;
}

template <class T, Extreme which>
void column_extremes(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, T* best) {
  std::copy(x, x + width, best);
  const Vec<T> nan = std::numeric_limits<double>::quiet_NaN();
  const auto meet = [=](std::int64_t r, auto... more) {
    for_batches<T>(width, [=](std::int64_t j, auto... lanes) {
      Vec<T> top = turned<which>(Vec<T>::load(best + j, lanes...));
      Mask<T> numbers = top == top;
      const auto look = [&](std::int64_t row) {
        const Vec<T> v = Vec<T>::load(x + row * stride + j, lanes...);
        top = larger(turned<which>(v), top);
        numbers = numbers && v == v;
      };
      look(r), (look(r + more), ...);
      where(numbers, turned<which>(top), nan).store(best + j, lanes...);
    });
  };
  std::int64_t r = 1;
  for (; r + 8 <= rows; r += 8) meet(r, 1, 2, 3, 4, 5, 6, 7);
  for (; r < rows; ++r) meet(r);
}

template <class T, Extreme which>
void column_extremes_at(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, T* best, T* at) {
  std::copy(x, x + width, best);
  std::fill(at, at + width, T(0));
  for (std::int64_t r = 1; r < rows; ++r)
    for_batches<T>(width, [=](std::int64_t j, auto... lanes) {
      const Vec<T> v = Vec<T>::load(x + r * stride + j, lanes...), top = Vec<T>::load(best + j, lanes...);
      const Mask<T> better = beats<T, which>(v, top);
      where(better, v, top).store(best + j, lanes...);
      where(better, Vec<T>(static_cast<double>(r)), Vec<T>::load(at + j, lanes...)).store(at + j, lanes...);
    });
}

template <class T>
std::int64_t find(const T* x, std::int64_t n, T value) {
  constexpr std::int64_t w = Vec<T>::size;
  const bool number = value == value;
  const Vec<T> wanted = static_cast<double>(value);
  std::int64_t i = 0;
  for (; i + w <= n; i += w) {
    const Vec<T> v = Vec<T>::load(x + i);
    if (!all(number ? v != wanted : v == v)) break;
  }
  while (i < n && (number ? x[i] != value : x[i] == x[i])) ++i;
  return i;
}

// Adds the next rows to the sums; `together` of them (1 or 4) in T before that.
template <class T, class Of, int rows, int together>
void add_rows(const T* x, std::int64_t stride, std::int64_t width, SumOf<T>* sums) {
  const auto each = [&](std::int64_t j, auto load, auto add) {
    for (int r = 0; r < rows; r += together) {
      const auto row = [&](int k) { return Of{}(load(x + (r + k) * stride + j)); };
      if constexpr (together == 4) add((row(0) + row(1)) + (row(2) + row(3)));
      else add(row(0));
    }
  };
  constexpr std::int64_t w = Vec<T>::size;
  std::int64_t j = 0;
  for (; j + w <= width; j += w) {
    Wide<T> wide = Wide<T>::load(sums + j);
    each(j, [](const T* p) { return Vec<T>::load(p); }, [&](Vec<T> v) { wide.add(v); });
    wide.store(sums + j);
  }
  for (; j < width; ++j) each(j, [](const T* p) { return *p; }, [&](T v) { sums[j] += static_cast<SumOf<T>>(v); });
}

template <class T, class Of>
void column_sums(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, SumOf<T>* sums) {
  static_assert(std::is_same_v<SumOf<T>, double>, "registers add up in double (Wide)");
  std::fill(sums, sums + width, 0.0);
  std::int64_t r = 0;
  if (rows >= long_column)
    for (; r + 16 <= rows; r += 16) add_rows<T, Of, 16, 4>(x + r * stride, stride, width, sums);
  for (; r + 4 <= rows; r += 4) add_rows<T, Of, 4, 1>(x + r * stride, stride, width, sums);
  for (; r < rows; ++r) add_rows<T, Of, 1, 1>(x + r * stride, stride, width, sums);
}

template <class T>
Wide<T> wide(Vec<T> x) {
  if constexpr (Vec<T>::size == 1) return {static_cast<double>(x.b)};
  else if constexpr (sizeof(T) == 8) return {x};
  else return [](auto halves) { return Wide<T>{Vec<double>(halves.low), Vec<double>(halves.high)}; }(widened(x.b));
}
template <class T>
Wide<T> times(const Wide<T>& a, const Wide<T>& b) {
  if constexpr (requires { a.low; }) return {a.low * b.low, a.high * b.high};
  else return {a.all * b.all};
}
template <class T>
void multiply(Wide<T>& product, Vec<T> x) { product = times(product, wide(x)); }

// Elements in f64 to be multiplied, or products of some. Where registers have 32 bytes or more it is four f32 at a time: a processor that
// makes 64 bytes of two halves takes three times as long to widen twice as many.
template <class T>
struct Factors {
  static constexpr std::int64_t size = Vec<T>::size;
  Wide<T> all;
  static Factors of(const T* x) { return {wide(Vec<T>::load(x))}; }
  static Factors load(const double* p) { return {Wide<T>::load(p)}; }
  void store(double* p) const { all.store(p); }
  friend Factors operator*(const Factors& a, const Factors& b) { return {times(a.all, b.all)}; }
};
#if defined(__AVX2__) && !defined(GRADUS_PLAIN)
template <>
struct Factors<float> {
  static constexpr std::int64_t size = 4;
  __m256d all;
  static Factors of(const float* x) { return {_mm256_cvtps_pd(_mm_loadu_ps(x))}; }
  static Factors load(const double* p) { return {_mm256_loadu_pd(p)}; }
  void store(double* p) const { _mm256_storeu_pd(p, all); }
  friend Factors operator*(const Factors& a, const Factors& b) { return {_mm256_mul_pd(a.all, b.all)}; }
};
#endif

// a · b, for what is often too small for f64: a processor takes long to find that out.
inline double small_product(double a, double b) {
  return std::abs(a) < 1e-162 && std::abs(b) < 1e-162 ? std::copysign(0.0, a) * std::copysign(1.0, b) : a * b;
}

template <class T>
double row_product(const T* x, std::int64_t n) {
  using F = Factors<T>;
  constexpr std::int64_t w = F::size;
  std::int64_t i = 0;
  double product = 1, other = 1;
  if (n >= 8 * w) {
    F a = F::of(x), b = F::of(x + w), c = F::of(x + 2 * w), d = F::of(x + 3 * w);
    F e = F::of(x + 4 * w), f = F::of(x + 5 * w), g = F::of(x + 6 * w), h = F::of(x + 7 * w);
    for (i = 8 * w; i + 8 * w <= n; i += 8 * w) {
      const T* y = x + i;
      a = a * F::of(y), b = b * F::of(y + w), c = c * F::of(y + 2 * w), d = d * F::of(y + 3 * w);
      e = e * F::of(y + 4 * w), f = f * F::of(y + 5 * w), g = g * F::of(y + 6 * w), h = h * F::of(y + 7 * w);
    }
    alignas(64) double lanes[w];
    (((a * b) * (c * d)) * ((e * f) * (g * h))).store(lanes);
    for (std::int64_t half = w / 2; half > 0; half /= 2)
      for (std::int64_t j = 0; j < half; ++j) lanes[j] = small_product(lanes[j], lanes[j + half]);
    product = lanes[0];
  }
  for (; i + 2 <= n; i += 2) product *= static_cast<double>(x[i]), other *= static_cast<double>(x[i + 1]);
  return i < n ? product * other * static_cast<double>(x[i]) : product * other;
}

// The products of those before, and those of those behind: lane by lane, and at last what the other lanes give. All lanes go side by side,
// where one element after the other would wait for one multiplication after the other.
template <class T>
void row_others(const T* x, std::int64_t n, double factor, double* room, T* out) {
  constexpr std::int64_t w = Vec<T>::size;
  if (n < 4 * w) {
    double product = 1;
    for (std::int64_t i = 0; i < n; product *= static_cast<double>(x[i++])) room[i] = product;
    product = factor;
    for (std::int64_t i = n - 1; i >= 0; product *= static_cast<double>(x[i--])) out[i] = static_cast<T>(room[i] * product);
    return;
  }
  const std::int64_t whole = n / w * w, rest = n - whole;
  const Wide<T> last = wide(rest > 0 ? where(Vec<T>::first(rest), Vec<T>::load(x + whole, rest), Vec<T>(1)) : Vec<T>(1));
  Wide<T> product = wide(Vec<T>(1));
  for (std::int64_t i = 0; i < whole; i += w) product.store(room + i), multiply(product, Vec<T>::load(x + i));
  product.store(room + whole);
  alignas(64) double lanes[w], others[w];
  times(product, last).store(lanes);
  double one = factor;
  for (std::int64_t j = 0; j < w; one *= lanes[j++]) others[j] = one;
  one = 1;
  for (std::int64_t j = w - 1; j >= 0; one *= lanes[j--]) others[j] *= one;
  Wide<T> behind = Wide<T>::load(others);
  if (rest > 0) times(Wide<T>::load(room + whole), behind).rounded().store(out + whole, rest);
  behind = times(behind, last);
  for (std::int64_t i = whole - w; i >= 0; i -= w) {
    times(Wide<T>::load(room + i), behind).rounded().store(out + i);
    multiply(behind, Vec<T>::load(x + i));
  }
}

template <class T>
void column_products(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, double* products) {
  using F = Factors<T>;
  std::fill(products, products + width, 1.0);
  const auto next = [=](std::int64_t r, auto... more) {
    const T* row = x + r * stride;
    std::int64_t j = 0;
    for (; j + F::size <= width; j += F::size) {
      F all = F::load(products + j) * F::of(row + j);
      ((all = all * F::of(row + more * stride + j)), ...);
      all.store(products + j);
    }
    for (; j < width; ++j) {
      products[j] *= static_cast<double>(row[j]);
      ((products[j] *= static_cast<double>(row[more * stride + j])), ...);
    }
  };
  std::int64_t r = 0;
  for (; r + 8 <= rows; r += 8) next(r, 1, 2, 3, 4, 5, 6, 7);
  for (; r < rows; ++r) next(r);
}

template <class T>
void column_exp_sums(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, const T* top, SumOf<T>* sums) {
  constexpr std::int64_t w = Vec<T>::size;
  std::fill(sums, sums + width, 0.0);
  for (std::int64_t r = 0; r < rows; ++r, x += stride) {
    std::int64_t j = 0;
    for (; j + w <= width; j += w) {
      Wide<T> wide = Wide<T>::load(sums + j);
      wide.add(exp_to_one(Vec<T>::load(x + j) - Vec<T>::load(top + j)));
      wide.store(sums + j);
    }
    if (j < width) {
      alignas(64) T lanes[w] = {};
      exp_to_one(Vec<T>::load(x + j, width - j) - Vec<T>::load(top + j, width - j)).store(lanes);
      for (std::int64_t i = j; i < width; ++i) sums[i] += static_cast<double>(lanes[i - j]);
    }
  }
}

template <class T>
void few_column_sums(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, T* sums) {
  for_batches<T>(width, [=](std::int64_t j, auto... lanes) {
    const auto row = [=](std::int64_t r) { return Vec<T>::load(x + r * stride + j, lanes...); };
    Vec<T> total = rows == 1 ? row(0) : row(0) + row(1);   // one addition is rounded as its result is
    if (rows > 2) {
      Wide<T> wide;
      for (std::int64_t r = 0; r < rows; ++r) wide.add(row(r));
      total = wide.rounded();
    }
    total.store(sums + j, lanes...);
  });
}

template <class T, class Of>
constexpr RowSums<T> sums_of{row_sum<T, Of>, column_sums<T, Of>};
template <class T, Extreme which>
constexpr RowExtremes<T> extremes_of{row_extreme<T, which>, column_extremes<T, which>, column_extremes_at<T, which>};

template <class T>
constexpr ReduceRows<T> rows_of{.sum = row_sum<T, Itself>,
                                .max = row_extreme<T, Extreme::largest>,
                                .column_sums = column_sums<T, Itself>,
                                .few_column_sums = few_column_sums<T>,
                                .of = {sums_of<T, Itself>, sums_of<T, Absolute>, sums_of<T, Squared>, sums_of<T, OfNumbers>},
                                .product = {row_product<T>, column_products<T>},
                                .others = row_others<T>,
                                .extremes = {extremes_of<T, Extreme::smallest>, extremes_of<T, Extreme::largest>},
                                .find = find<T>,
                                .column_exp_sums = column_exp_sums<T>};

}  // namespace

const ReduceLoops& reduce_loops() {
  static constexpr ReduceLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
