#include <gradus/autograd/kernels/axes/reduce.h>

#include <algorithm>
#include <limits>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
SumOf<T> row_sum(const T* x, std::int64_t n) {
  return blocked_sum<T>(n, [x](std::int64_t i, auto... lanes) { return Vec<T>::load(x + i, lanes...); });
}

template <class T>
T row_max(const T* x, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  const Vec<T> none = -std::numeric_limits<double>::infinity();
  Vec<T> a = none, b = none;
  Mask<T> numbers = a == a, more_numbers = numbers;   // so far no NaN, which larger() may have lost
  const auto look = [](Vec<T>& top, Mask<T>& numbers, Vec<T> v) {
    top = larger(top, v);
    numbers = numbers && v == v;
  };
  std::int64_t i = 0;
  for (; i + 2 * w <= n; i += 2 * w) {
    look(a, numbers, Vec<T>::load(x + i));
    look(b, more_numbers, Vec<T>::load(x + i + w));
  }
  if (i + w <= n) look(a, numbers, Vec<T>::load(x + i)), i += w;
  if (i < n) look(b, more_numbers, where(Vec<T>::first(n - i), Vec<T>::load(x + i, n - i), none));
  return all(numbers && more_numbers) ? largest(larger(a, b)) : std::numeric_limits<T>::quiet_NaN();
}

// Adds the next rows to the sums; `together` of them (1 or 4) in T before that.
template <class T, int rows, int together>
void add_rows(const T* x, std::int64_t stride, std::int64_t width, SumOf<T>* sums) {
  const auto each = [&](std::int64_t j, auto load, auto add) {
    for (int r = 0; r < rows; r += together) {
      const auto row = [&](int k) { return load(x + (r + k) * stride + j); };
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

template <class T>
void column_sums(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, SumOf<T>* sums) {
  static_assert(std::is_same_v<SumOf<T>, double>, "registers add up in double (Wide)");
  std::fill(sums, sums + width, 0.0);
  std::int64_t r = 0;
  if (rows >= long_column)
    for (; r + 16 <= rows; r += 16) add_rows<T, 16, 4>(x + r * stride, stride, width, sums);
  for (; r + 4 <= rows; r += 4) add_rows<T, 4, 1>(x + r * stride, stride, width, sums);
  for (; r < rows; ++r) add_rows<T, 1, 1>(x + r * stride, stride, width, sums);
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

template <class T>
constexpr ReduceRows<T> rows_of{row_sum<T>, row_max<T>, column_sums<T>, few_column_sums<T>};

}  // namespace

const ReduceLoops& reduce_loops() {
  static constexpr ReduceLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
