#include <gradus/autograd/kernels/axes/scan.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(ScanTable, scan_loops)

namespace {

constexpr std::int64_t scan_part = 1 << 16;   // elements of a long row that make one task
constexpr double inf = std::numeric_limits<double>::infinity();

// columns(at, width) for strips of at most max_width columns: where the first of them begins.
template <class Columns>
void over_strips(const Cut& c, std::int64_t max_width, std::int64_t worth, Columns columns) {
  const std::int64_t strips = (c.inner + max_width - 1) / max_width;
  parallel_for(c.outer * strips, items_worth(worth, c.n * std::min(c.inner, max_width)), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t column = task % strips * max_width;
      columns(task / strips * c.n * c.inner + column, std::min(max_width, c.inner - column));
    }
  });
}

// Rows, long ones in parts: what comes before each part is known from the parts' sums.
template <class T>
void scan_rows(const T* x, const Cut& c, Scan what, bool reverse, T* y) {
  const ScanLoops<T>& loops = scan_loops().of(T{}).of[static_cast<int>(what)];
  const std::int64_t parts = (c.n + scan_part - 1) / scan_part;
  if (parts == 1) {
    parallel_for(c.outer, items_worth(step_grain, c.n), [=, &loops](std::int64_t begin, std::int64_t end) {
      loops.rows(x + begin * c.n, end - begin, c.n, reverse, nullptr, y + begin * c.n);
    });
    return;
  }
  const ReduceRows<T>& reduce = reduce_loops().of(T{});
  const auto total = what == Scan::sum ? reduce.sum : reduce.product.row;
  const auto begin_of = [=](std::int64_t part) {
    return reverse ? std::max<std::int64_t>(c.n - (part + 1) * scan_part, 0) : part * scan_part;
  };
  const auto size_of_part = [=](std::int64_t part) { return std::min(scan_part, c.n - part * scan_part); };
  Array starts({c.outer, parts}, dtype_of<SumOf<T>>);
  SumOf<T>* before = starts.mutable_data<SumOf<T>>();
  parallel_for(c.outer * parts, 1, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % parts;   // tells the one behind it
      if (part == 0) before[task] = what == Scan::sum ? 0 : 1;
      if (part + 1 < parts) before[task + 1] = total(x + task / parts * c.n + begin_of(part), size_of_part(part));
    }
  });
  for (std::int64_t i = 0; i < c.outer * parts; ++i)
    if (i % parts > 0) before[i] = what == Scan::sum ? before[i - 1] + before[i] : before[i - 1] * before[i];
  parallel_for(c.outer * parts, 1, [=, &loops](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % parts, at = task / parts * c.n + begin_of(part);
      loops.rows(x + at, 1, size_of_part(part), reverse, before + task, y + at);
    }
  });
}

template <class T>
void scan_whole(const T* x, const Cut& c, Scan what, bool reverse, std::int64_t* y) {
  over_strips(c, 256, step_grain, [=](std::int64_t at, std::int64_t width) {
    std::uint64_t state[256];
    std::fill(state, state + width, what == Scan::sum ? 0 : 1);
    for (std::int64_t r = 0; r < c.n; ++r) {
      const std::int64_t row = at + (reverse ? c.n - 1 - r : r) * c.inner;
      for (std::int64_t j = 0; j < width; ++j) {
        const auto next = static_cast<std::uint64_t>(static_cast<std::int64_t>(x[row + j]));
        state[j] = what == Scan::sum ? state[j] + next : state[j] * next;
        y[row + j] = static_cast<std::int64_t>(state[j]);
      }
    }
  });
}

// The running log-sum of exponentials: largest + log(sum).
struct LogSum {
  double largest = -inf, sum = 0;
  double next(double x) {
    if (x <= largest) {
      if (largest < inf) sum += x == -inf ? 0 : std::exp(x - largest);
    } else if (x > largest) {
      sum = x == inf ? 1 : sum * std::exp(largest - x) + 1;
      largest = x;
    } else {
      largest = sum = x + largest;   // NaN, and all that follow
    }
    return largest + (largest > -inf || largest != largest ? std::log(sum) : 0);
  }
};

template <Extreme which, class T>
bool takes_over(T x, T best) {
  const bool better = which == Extreme::largest ? x >= best : x <= best;
  if constexpr (std::is_integral_v<T>) return better;
  else return x != x || (best == best && better);
}

template <Extreme which, class T>
void running_row(const T* x, std::int64_t n, T* y, std::int64_t* at) {
  T best = x[0];
  std::int64_t place = 0;
  for (std::int64_t r = 0; r < std::min<std::int64_t>(n, 32); ++r) {   // often a new one
    const bool better = takes_over<which>(x[r], best);
    best = better ? x[r] : best, place = better ? r : place;
    y[r] = best, at[r] = place;
  }
  for (std::int64_t r = 32; r < n; ++r) {
    if (takes_over<which>(x[r], best)) [[unlikely]] best = x[r], place = r;
    y[r] = best, at[r] = place;
  }
}

template <Extreme which, class T>
void running(const T* x, const Cut& c, T* y, std::int64_t* at) {
  if (c.inner == 1) {
    parallel_for(c.outer, items_worth(step_grain, c.n), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) running_row<which>(x + o * c.n, c.n, y + o * c.n, at + o * c.n);
    });
    return;
  }
  constexpr std::int64_t strip = 256;
  over_strips(c, strip, step_grain, [=](std::int64_t begin, std::int64_t width) {
    T best[strip];
    std::int64_t place[strip];
    std::copy(x + begin, x + begin + width, best);
    std::fill(place, place + width, 0);
    for (std::int64_t r = 0; r < c.n; ++r) {
      const std::int64_t row = begin + r * c.inner;
      for (std::int64_t j = 0; j < width; ++j) {
        const bool better = takes_over<which>(x[row + j], best[j]);
        best[j] = better ? x[row + j] : best[j], place[j] = better ? r : place[j];
        y[row + j] = best[j], at[row + j] = place[j];
      }
    }
  });
}

}  // namespace

Array scan(const Array& given, int axis, Scan what, bool reverse) {
  if (is_small_float(given.dtype())) return scan(given.to(summed_in(given.dtype())), axis, what, reverse).to(given.dtype());
  const Array x = given.as_contiguous();
  Array out(x.shape(), computes_in(x.dtype()) ? x.dtype() : i64);
  if (x.size() == 0) return out;
  const Cut c(x.shape(), axis);
  visit(x.dtype(), [&]<class T>(T) {
    if constexpr (std::is_integral_v<T>) {
      scan_whole(x.data<T>(), c, what, reverse, out.mutable_data<std::int64_t>());
    } else if constexpr (std::is_floating_point_v<T>) {
      const T* from = x.data<T>();
      T* to = out.mutable_data<T>();
      if (c.inner == 1) return scan_rows(from, c, what, reverse, to);
      over_strips(c, ReduceRows<T>::max_width, step_grain, [=](std::int64_t at, std::int64_t width) {
        const std::int64_t first = at + (reverse ? (c.n - 1) * c.inner : 0);
        scan_loops().of(T{}).of[static_cast<int>(what)].columns(from + first, c.n, reverse ? -c.inner : c.inner, width, to + first);
      });
    }
  });
  return out;
}

Array running_product_backward(const Array& x, const Array& y, const Array& g, int axis) {
  const Array factors = x.as_contiguous(), products = y.as_contiguous(), slopes = g.as_contiguous();
  Array out(x.shape(), x.dtype());
  const Cut c(x.shape(), axis);
  // dx[i] = y[i − 1]·λ[i], where λ[i] = g[i] + x[i + 1]·λ[i + 1] is what comes down from all products behind.
  visit_floating(x.dtype(), "cumprod", [&]<class T>(T) {
    const T *factor = factors.data<T>(), *product = products.data<T>(), *slope = slopes.data<T>();
    T* dx = out.mutable_data<T>();
    if (c.inner == 1) {
      parallel_for(c.outer, items_worth(step_grain, c.n), [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t first = begin * c.n; first < end * c.n; first += c.n) {
          SumOf<T> down = 0;
          for (std::int64_t i = first + c.n - 1; i >= first; --i) {
            down += static_cast<SumOf<T>>(slope[i]);
            dx[i] = static_cast<T>(i > first ? static_cast<SumOf<T>>(product[i - 1]) * down : down);
            down *= static_cast<SumOf<T>>(factor[i]);
          }
        }
      });
      return;
    }
    constexpr std::int64_t strip = 64;
    over_strips(c, strip, step_grain, [=](std::int64_t at, std::int64_t width) {
      SumOf<T> down[strip] = {};
      for (std::int64_t r = c.n - 1; r >= 0; --r) {
        const std::int64_t row = at + r * c.inner;
        for (std::int64_t j = 0; j < width; ++j) {
          const SumOf<T> next = r + 1 < c.n ? static_cast<SumOf<T>>(factor[row + c.inner + j]) * down[j] : 0;
          down[j] = static_cast<SumOf<T>>(slope[row + j]) + next;
          dx[row + j] = static_cast<T>(r > 0 ? static_cast<SumOf<T>>(product[row - c.inner + j]) * down[j] : down[j]);
        }
      }
    });
  });
  return out;
}

Extremes running_extreme(const Array& given, int axis, Extreme which) {
  const Array x = given.as_contiguous();
  Extremes out{Array(x.shape(), x.dtype()), Array(x.shape(), i64)};
  if (x.size() == 0) return out;
  const Cut c(x.shape(), axis);
  visit(x.dtype(), [&]<class T>(T) {
    T* y = out.values.mutable_data<T>();
    std::int64_t* at = out.indices.mutable_data<std::int64_t>();
    if (which == Extreme::largest) running<Extreme::largest>(x.data<T>(), c, y, at);
    else running<Extreme::smallest>(x.data<T>(), c, y, at);
  });
  return out;
}

Array running_logsumexp(const Array& given, int axis) {
  const Array x = given.as_contiguous();
  Array out(x.shape(), x.dtype());
  const Cut c(x.shape(), axis);
  visit_floating(x.dtype(), "logcumsumexp", [&]<class T>(T) {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    constexpr std::int64_t strip = 64;
    over_strips(c, strip, step_grain / 8, [=](std::int64_t at, std::int64_t width) {
      LogSum sums[strip];
      for (std::int64_t r = 0; r < c.n; ++r)
        for (std::int64_t j = 0; j < width; ++j) {
          const std::int64_t i = at + r * c.inner + j;
          to[i] = static_cast<T>(sums[j].next(static_cast<double>(from[i])));
        }
    });
  });
  return out;
}

Array linear_scan(const Array& a, const Array& b, int axis, bool reverse) {
  const Array factors = a.as_contiguous(), terms = b.as_contiguous();
  Array out(terms.shape(), terms.dtype());
  const Cut c(terms.shape(), axis);
  if (out.size() == 0) return out;
  visit_floating(b.dtype(), "linear_scan", [&]<class T>(T) {
    const T *factor = factors.data<T>(), *term = terms.data<T>();
    T* to = out.mutable_data<T>();
    over_strips(c, ReduceRows<T>::max_width, step_grain, [=](std::int64_t at, std::int64_t width) {
      const std::int64_t first = at + (reverse ? (c.n - 1) * c.inner : 0);
      scan_loops().of(T{}).linear(factor + first, term + first, c.n, reverse ? -c.inner : c.inner, width, to + first);
    });
  });
  return out;
}

}  // namespace gradus::kernels
