#include <gradus/autograd/kernels/axes/softmax.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>
#include <gradus/autograd/simd/internal/stream.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// Where NaN occurs the result may be anything: the sum of exponentials that follows is NaN then.
template <class T>
T largest_of(const T* x, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  const Vec<T> none = -std::numeric_limits<double>::infinity();
  Vec<T> a = none, b = none;
  std::int64_t i = 0;
  for (; i + 2 * w <= n; i += 2 * w) {
    a = larger(a, Vec<T>::load(x + i));
    b = larger(b, Vec<T>::load(x + i + w));
  }
  if (i + w <= n) a = larger(a, Vec<T>::load(x + i)), i += w;
  if (i < n) b = larger(b, where(Vec<T>::first(n - i), Vec<T>::load(x + i, n - i), none));
  return largest(larger(a, b));
}

template <class T>
void forward_long(const T* x, std::int64_t rows, std::int64_t n, bool logarithm, T* y) {
  for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const Vec<T> largest = static_cast<double>(largest_of(x, n));
    if (logarithm) {
      const double total =
          slow_sum<T>(n, [=](std::int64_t i, auto... lanes) { return exp_to_one(Vec<T>::load(x + i, lanes...) - largest); });
      const Vec<T> log_sum = std::log(total);
      for_batches<T>(n,
                     [=](std::int64_t i, auto... lanes) { ((Vec<T>::load(x + i, lanes...) - largest) - log_sum).store(y + i, lanes...); });
    } else {
      const double total = slow_sum<T>(n, [=](std::int64_t i, auto... lanes) {
        const Vec<T> e = exp_to_one(Vec<T>::load(x + i, lanes...) - largest);
        e.store(y + i, lanes...);
        return e;
      });
      const Vec<T> factor = 1 / total;
      for_batches<T>(n, [=](std::int64_t i, auto... lanes) { (Vec<T>::load(y + i, lanes...) * factor).store(y + i, lanes...); });
    }
  }
}

template <class T>
void backward_long(const T* y, const T* g, std::int64_t rows, std::int64_t n, bool logarithm, T* dx, bool past_caches) {
  for (std::int64_t r = 0; r < rows; ++r, y += n, g += n, dx += n) {
    const Target<T> to{dx, past_caches};
    const Vec<T> total = blocked_sum<T>(n, [=](std::int64_t i, auto... lanes) {
      const Vec<T> slope = Vec<T>::load(g + i, lanes...);
      return logarithm ? slope : slope * Vec<T>::load(y + i, lanes...);
    });
    for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
      const Vec<T> slope = Vec<T>::load(g + i, lanes...), value = Vec<T>::load(y + i, lanes...);
      to.put(logarithm ? slope - exp_to_one(value) * total : value * (slope - total), i, lanes...);
    });
  }
}

// A row of at most k registers, which stays in them; lanes without an element hold `fill`.
template <class T, int k>
struct ShortRow {
  static constexpr std::int64_t w = Vec<T>::size;
  Vec<T> at[k];
  ShortRow(const T* x, std::int64_t n, double fill) {
    for (int i = 0; i < k - 1; ++i) at[i] = Vec<T>::load(x + i * w);
    const std::int64_t rest = n - (k - 1) * w;
    at[k - 1] = rest == w ? Vec<T>::load(x + (k - 1) * w) : where(Vec<T>::first(rest), Vec<T>::load(x + (k - 1) * w, rest), Vec<T>(fill));
  }
  template <class F>
  auto combined(F f) const {
    Vec<T> all = at[0];
    for (int i = 1; i < k; ++i) all = f(all, at[i]);
    return all;
  }
  template <class F>
  void each(F f) {
    for (int i = 0; i < k; ++i) at[i] = f(at[i], i);
  }
  void store(T* y, std::int64_t n) const {
    for (int i = 0; i < k - 1; ++i) at[i].store(y + i * w);
    const std::int64_t rest = n - (k - 1) * w;
    if (rest == w) at[k - 1].store(y + (k - 1) * w);
    else at[k - 1].store(y + (k - 1) * w, rest);
  }
  double total() const { return static_cast<double>(sum(combined([](Vec<T> a, Vec<T> b) { return a + b; }))); }
};
// Filled up with −∞, so that what is added to the sum of exponentials is 0.
template <class T, int k>
struct ShortLogits : ShortRow<T, k> {
  ShortLogits(const T* x, std::int64_t n) : ShortRow<T, k>(x, n, -std::numeric_limits<double>::infinity()) {}
  T largest_element() const { return largest(this->combined([](Vec<T> a, Vec<T> b) { return larger(a, b); })); }
  // Less the largest; lanes without an element hold what is nothing beside its power, and not what exp has to take another way for.
  void shift(Vec<T> largest, std::int64_t n) {
    const Mask<T> elements = Vec<T>::first(n - (k - 1) * Vec<T>::size);
    const Vec<T> nothing = sizeof(T) == 4 ? -80 : -700;
    for (int i = 0; i < k - 1; ++i) this->at[i] = this->at[i] - largest;
    this->at[k - 1] = where(elements, this->at[k - 1] - largest, nothing);
  }
};

template <class T, int k>
void forward_short(const T* x, std::int64_t rows, std::int64_t n, bool logarithm, T* y) {
  for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
    ShortLogits<T, k> row(x, n);
    const Vec<T> largest = row.largest_element();
    row.shift(largest, n);
    ShortLogits<T, k> powers = row;
    powers.each([](Vec<T> v, int) { return exp_to_one(v); });
    if (logarithm) {
      const Vec<T> log_sum = std::log(powers.total());
      row.each([=](Vec<T> v, int) { return v - log_sum; });
      row.store(y, n);
    } else {
      const Vec<T> factor = 1 / powers.total();
      powers.each([=](Vec<T> v, int) { return v * factor; });
      powers.store(y, n);
    }
  }
}

template <class T, int k>
void backward_short(const T* y, const T* g, std::int64_t rows, std::int64_t n, bool logarithm, T* dx) {
  for (std::int64_t r = 0; r < rows; ++r, y += n, g += n, dx += n) {
    const ShortRow<T, k> value(y, n, 0);
    ShortRow<T, k> slope(g, n, 0);
    ShortRow<T, k> terms = slope;
    if (!logarithm) terms.each([&](Vec<T> v, int i) { return v * value.at[i]; });
    const Vec<T> total = terms.total();
    slope.each([&](Vec<T> v, int i) { return logarithm ? v - exp_to_one(value.at[i]) * total : value.at[i] * (v - total); });
    slope.store(dx, n);
  }
}

// Calls f(k), a constant, for the number of registers that a row of n elements takes, or f(0) if it takes many.
template <class T, class F>
void by_registers(std::int64_t n, F f) {
  switch ((n + Vec<T>::size - 1) / Vec<T>::size) {
    case 1: return f(std::integral_constant<int, 1>());
    case 2: return f(std::integral_constant<int, 2>());
    case 3: return f(std::integral_constant<int, 3>());
    case 4: return f(std::integral_constant<int, 4>());
    default: return f(std::integral_constant<int, 0>());
  }
}

template <class T>
void forward(const T* x, std::int64_t rows, std::int64_t n, bool logarithm, T* y) {
  by_registers<T>(n, [=](auto k) {
    if constexpr (k == 0) forward_long(x, rows, n, logarithm, y);
    else forward_short<T, k>(x, rows, n, logarithm, y);
  });
}

template <class T>
void backward(const T* y, const T* g, std::int64_t rows, std::int64_t n, bool logarithm, T* dx, bool past_caches) {
  by_registers<T>(n, [=](auto k) {
    if constexpr (k == 0) backward_long(y, g, rows, n, logarithm, dx, past_caches);
    else backward_short<T, k>(y, g, rows, n, logarithm, dx);
  });
  end_stores(past_caches);
}

// Sums go in T within blocks of rows and in double across them, as everywhere.
constexpr std::int64_t sum_rows = 64;

// total[j] = Σ over rows of term(r, j), `finish` of it.
template <class T, class Term, class Finish>
void column_sums(std::int64_t n, std::int64_t width, T* total, Term term, Finish finish) {
  double all_blocks[SoftmaxRows<T>::max_width] = {};
  for (std::int64_t r0 = 0; r0 < n; r0 += sum_rows) {
    std::fill(total, total + width, T{0});
    for (std::int64_t r = r0; r < std::min(n, r0 + sum_rows); ++r)
      for_batches<T>(width, [=](std::int64_t j, auto... lanes) {
        (Vec<T>::load(total + j, lanes...) + term(r, j, lanes...)).store(total + j, lanes...);
      });
    for (std::int64_t j = 0; j < width; ++j) all_blocks[j] += static_cast<double>(total[j]);
  }
  for (std::int64_t j = 0; j < width; ++j) total[j] = static_cast<T>(finish(all_blocks[j]));
}

template <class T>
void forward_columns(const T* x, std::int64_t n, std::int64_t inner, std::int64_t width, bool logarithm, T* y, T* room,
                     bool past_caches) {
  alignas(64) T tops[SoftmaxRows<T>::max_width], totals[SoftmaxRows<T>::max_width];
  T *const largest = tops, *const total = totals;
  std::copy(x, x + width, largest);
  const auto fetch_next = [=](std::int64_t r, std::int64_t j) { __builtin_prefetch(x + (r + 1) * inner + j); };   // rows lie far apart
  for (std::int64_t r = 1; r < n; ++r)
    for_batches<T>(width, [=](std::int64_t j, auto... lanes) {
      fetch_next(r, j);
      larger(Vec<T>::load(largest + j, lanes...), Vec<T>::load(x + r * inner + j, lanes...)).store(largest + j, lanes...);
    });
  const auto shifted = [=](std::int64_t r, std::int64_t j, auto... lanes) {
    return Vec<T>::load(x + r * inner + j, lanes...) - Vec<T>::load(largest + j, lanes...);
  };
  // Powers, or logarithms so far, wait in the room or in y, but where they would have to come back from memory: computing them again takes
  // less time.
  T* const waiting = room ? room : y;
  const std::int64_t step = room ? width : inner;
  const auto term = [=](std::int64_t r, std::int64_t j, auto... lanes) {
    const Vec<T> v = shifted(r, j, lanes...), e = exp_to_one(v);
    fetch_next(r, j);
    if (!past_caches) (logarithm ? v : e).store(waiting + r * step + j, lanes...);
    return e;
  };
  column_sums(n, width, total, term, [=](double sum) { return logarithm ? std::log(sum) : 1 / sum; });
  for (std::int64_t r = 0; r < n; ++r) {
    const Target<T> to{y + r * inner, past_caches};
    for_batches<T>(width, [=](std::int64_t j, auto... lanes) {
      const Vec<T> all = Vec<T>::load(total + j, lanes...);
      if (past_caches) fetch_next(r, j);
      const auto value = [=] {
        if (!past_caches) return Vec<T>::load(waiting + r * step + j, lanes...);
        return logarithm ? shifted(r, j, lanes...) : exp_to_one(shifted(r, j, lanes...));
      };
      to.put(logarithm ? value() - all : value() * all, j, lanes...);
    });
  }
  end_stores(past_caches);
}

template <class T>
void backward_columns(const T* y, const T* g, std::int64_t n, std::int64_t inner, std::int64_t width, bool logarithm, T* dx,
                      bool past_caches) {
  alignas(64) T totals[SoftmaxRows<T>::max_width];
  T* const total = totals;
  const auto term = [=](std::int64_t r, std::int64_t j, auto... lanes) {
    const Vec<T> slope = Vec<T>::load(g + r * inner + j, lanes...);
    return logarithm ? slope : slope * Vec<T>::load(y + r * inner + j, lanes...);
  };
  column_sums(n, width, total, term, [](double sum) { return sum; });
  for (std::int64_t r = 0; r < n; ++r) {
    const Target<T> to{dx + r * inner, past_caches};
    for_batches<T>(width, [=](std::int64_t j, auto... lanes) {
      const Vec<T> slope = Vec<T>::load(g + r * inner + j, lanes...), value = Vec<T>::load(y + r * inner + j, lanes...);
      const Vec<T> all = Vec<T>::load(total + j, lanes...);
      to.put(logarithm ? slope - exp_to_one(value) * all : value * (slope - all), j, lanes...);
    });
  }
  end_stores(past_caches);
}

template <class T>
void log_sum(const T* x, std::int64_t n, T& top, T& log_sum) {
  by_registers<T>(n, [=, &top, &log_sum](auto k) {
    double total;
    if constexpr (k == 0) {
      top = largest_of(x, n);
      const Vec<T> shift = static_cast<double>(top);
      total = slow_sum<T>(n, [=](std::int64_t i, auto... lanes) { return exp_to_one(Vec<T>::load(x + i, lanes...) - shift); });
    } else {
      ShortLogits<T, k> row(x, n);
      top = row.largest_element();
      const Vec<T> shift = static_cast<double>(top);
      row.shift(shift, n);
      row.each([](Vec<T> v, int) { return exp_to_one(v); });
      total = row.total();
    }
    log_sum = static_cast<T>(std::log(total));
  });
}

template <class T>
void distance(const T* x, std::int64_t n, T largest, T log_sum, T less, T factor, T* dx) {
  const Vec<T> a = largest, b = log_sum, c = less, f = factor;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    ((exp_to_one((Vec<T>::load(x + i, lanes...) - a) - b) - c) * f).store(dx + i, lanes...);
  });
}

template <class T>
constexpr SoftmaxRows<T> rows_of{forward<T>, backward<T>, forward_columns<T>, backward_columns<T>, log_sum<T>, distance<T>};

}  // namespace

const SoftmaxLoops& softmax_loops() {
  static constexpr SoftmaxLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
