#include <gradus/autograd/kernels/axes/reduce.h>

#include <algorithm>
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
void multiply(Wide<T>& product, Vec<T> x) {
  Wide<T> factor;
  factor.add(x);
  if constexpr (requires { factor.low; }) product.low = product.low * factor.low, product.high = product.high * factor.high;
  else product.all = product.all * factor.all;
}

template <class T>
double row_product(const T* x, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  std::int64_t i = 0;
  double product = 1, other = 1;
  if (n >= 4 * w) {
    alignas(64) double lanes[w];
    std::fill(lanes, lanes + w, 1.0);
    Wide<T> a = Wide<T>::load(lanes), b = a;
    for (; i + 2 * w <= n; i += 2 * w) multiply(a, Vec<T>::load(x + i)), multiply(b, Vec<T>::load(x + i + w));
    a.store(lanes);
    for (const double lane : lanes) product *= lane;
    b.store(lanes);
    for (const double lane : lanes) other *= lane;
  }
  for (; i + 2 <= n; i += 2) product *= static_cast<double>(x[i]), other *= static_cast<double>(x[i + 1]);
  return i < n ? product * other * static_cast<double>(x[i]) : product * other;
}

template <class T>
void column_products(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, double* products) {
  constexpr std::int64_t w = Vec<T>::size;
  std::fill(products, products + width, 1.0);
  const auto next = [=](std::int64_t r, auto... more) {
    std::int64_t j = 0;
    for (; j + w <= width; j += w) {
      Wide<T> all = Wide<T>::load(products + j);
      multiply(all, Vec<T>::load(x + r * stride + j)), (multiply(all, Vec<T>::load(x + (r + more) * stride + j)), ...);
      all.store(products + j);
    }
    for (; j < width; ++j) {
      products[j] *= static_cast<double>(x[r * stride + j]);
      ((products[j] *= static_cast<double>(x[(r + more) * stride + j])), ...);
    }
  };
  std::int64_t r = 0;
  for (; r + 4 <= rows; r += 4) next(r, 1, 2, 3);
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
                                .extremes = {extremes_of<T, Extreme::smallest>, extremes_of<T, Extreme::largest>},
                                .find = find<T>,
                                .column_exp_sums = column_exp_sums<T>};

}  // namespace

const ReduceLoops& reduce_loops() {
  static constexpr ReduceLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
