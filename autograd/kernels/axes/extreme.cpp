// Smallest and largest elements, where they are, and how their gradient is shared out.
#include <algorithm>
#include <numeric>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/kernels/axes/reduce.h>

namespace gradus::kernels {
namespace {

constexpr std::int64_t chunk = 1 << 16;   // elements of a long row that make one task
constexpr std::int64_t strip = 256;       // columns of one task

template <class T>
bool is_nan(T x) { return x != x; }

template <Extreme which, class T>
bool beats(T x, T best) {
  const bool better = which == Extreme::largest ? x > best : x < best;
  if constexpr (std::is_integral_v<T>) return better;
  else return better || (is_nan(x) && !is_nan(best));
}

// The extreme of n >= 1 elements, and where it is first.
template <Extreme which, class T>
T of_row(const T* x, std::int64_t n) {
  if constexpr (std::is_floating_point_v<T>) return reduce_loops().of(T{}).extremes[static_cast<int>(which)].row(x, n);
  else if constexpr (std::is_integral_v<T>) return which == Extreme::largest ? *std::max_element(x, x + n) : *std::min_element(x, x + n);
  else return std::accumulate(x + 1, x + n, *x, [](T best, T v) { return beats<which>(v, best) ? v : best; });
}
template <class T>
std::int64_t find(const T* x, std::int64_t n, T value) {
  if constexpr (std::is_floating_point_v<T>) return reduce_loops().of(T{}).find(x, n, value);
  else return std::find_if(x, x + n, [value](T v) { return v == value || (is_nan(v) && is_nan(value)); }) - x;
}

// The extremes of the parts of a long row, on all cores.
template <Extreme which, class T>
Array of_parts(const T* x, std::int64_t n) {
  const std::int64_t parts = (n + chunk - 1) / chunk;
  Array tops({parts}, dtype_of<T>);
  T* top = tops.mutable_data<T>();
  parallel_for(parts, 1, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) top[p] = of_row<which>(x + p * chunk, std::min(chunk, n - p * chunk));
  });
  return tops;
}

template <class Columns>
void over_strips(const Cut& c, Columns columns) {
  const std::int64_t strips = (c.inner + strip - 1) / strip;
  parallel_for(c.outer * strips, items_worth(sum_grain, c.n * std::min(c.inner, strip)), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / strips, column = task % strips * strip;
      columns(o * c.n * c.inner + column, o * c.inner + column, std::min(strip, c.inner - column));
    }
  });
}

template <Extreme which, class T>
void along(const T* x, const Cut& c, T* out) {
  if (c.inner == 1 && c.outer == 1) {
    const Array tops = of_parts<which>(x, c.n);
    *out = of_row<which>(tops.data<T>(), tops.size());
  } else if (c.inner == 1) {
    parallel_for(c.outer, items_worth(sum_grain, c.n), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) out[o] = of_row<which>(x + o * c.n, c.n);
    });
  } else {
    over_strips(c, [=](std::int64_t from, std::int64_t to, std::int64_t width) {
      const T* block = x + from;
      T* best = out + to;
      if constexpr (std::is_floating_point_v<T>) {
        reduce_loops().of(T{}).extremes[static_cast<int>(which)].columns(block, c.n, c.inner, width, best);
      } else {
        std::copy(block, block + width, best);
        for (std::int64_t r = 1; r < c.n; ++r)
          for (std::int64_t j = 0; j < width; ++j)
            best[j] = beats<which>(block[r * c.inner + j], best[j]) ? block[r * c.inner + j] : best[j];
      }
    });
  }
}

template <Extreme which, class T>
void along_at(const T* x, const Cut& c, T* out, std::int64_t* at) {
  if (c.inner == 1 && c.outer == 1) {
    const Array tops = of_parts<which>(x, c.n);
    *out = of_row<which>(tops.data<T>(), tops.size());
    const std::int64_t first = find(tops.data<T>(), tops.size(), *out) * chunk;
    *at = first + find(x + first, c.n - first, *out);
  } else if (c.inner == 1) {
    parallel_for(c.outer, items_worth(sum_grain, c.n), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) {
        out[o] = of_row<which>(x + o * c.n, c.n);
        at[o] = find(x + o * c.n, c.n, out[o]);
      }
    });
  } else {
    constexpr std::int64_t countable = sizeof(T) == 4 ? std::int64_t{1} << 24 : std::int64_t{1} << 53;   // in T, when it is floating
    over_strips(c, [=](std::int64_t from, std::int64_t to, std::int64_t width) {
      const T* block = x + from;
      T* best = out + to;
      std::int64_t* index = at + to;
      if constexpr (std::is_floating_point_v<T>)
        if (c.n <= countable) {
          T places[strip];
          reduce_loops().of(T{}).extremes[static_cast<int>(which)].columns_at(block, c.n, c.inner, width, best, places);
          std::copy(places, places + width, index);
          return;
        }
      std::copy(block, block + width, best);
      std::fill(index, index + width, 0);
      for (std::int64_t r = 1; r < c.n; ++r)
        for (std::int64_t j = 0; j < width; ++j)
          if (beats<which>(block[r * c.inner + j], best[j])) best[j] = block[r * c.inner + j], index[j] = r;
    });
  }
}

}  // namespace

Array extreme(const Array& x, AxisSet axes, Extreme which) {
  if (x.size() == 0) return Array(with_ones(x.shape(), axes), x.dtype());
  return over_runs(x, axes, [which](const Array& block, int axis) {
    Array out(with_ones(block.shape(), 1u << axis), block.dtype());
    const Cut c(block.shape(), axis);
    visit(block.dtype(), [&]<class T>(T) {
      if (which == Extreme::largest) along<Extreme::largest>(block.data<T>(), c, out.mutable_data<T>());
      else along<Extreme::smallest>(block.data<T>(), c, out.mutable_data<T>());
    });
    return out;
  });
}

Extremes extreme_at(const Array& x, AxisSet axes, Extreme which) {
  const Run run(x, axes);
  Extremes out{Array(run.kept, x.dtype()), Array(run.kept, i64)};
  if (out.values.size() == 0) return out;
  visit(x.dtype(), [&]<class T>(T) {
    T* values = out.values.mutable_data<T>();
    std::int64_t* indices = out.indices.mutable_data<std::int64_t>();
    if (which == Extreme::largest) along_at<Extreme::largest>(run.x.data<T>(), run.cut, values, indices);
    else along_at<Extreme::smallest>(run.x.data<T>(), run.cut, values, indices);
  });
  return out;
}

Array shares_of_extreme(const Array& x, const Array& extreme, AxisSet axes, bool nan_shares) {
  const Array values = x.as_contiguous(), tops = extreme.expand(x.shape()).as_contiguous();
  Array ties(x.shape(), x.dtype());
  visit_floating(x.dtype(), "max", [&]<class T>(T) {
    const T *v = values.data<T>(), *top = tops.data<T>();
    T* tie = ties.mutable_data<T>();
    parallel_for(values.size(), sum_grain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) tie[i] = v[i] == top[i] || (nan_shares && is_nan(v[i])) ? 1 : 0;
    });
  });
  const Array counts = sum(ties, axes).expand(x.shape()).as_contiguous();
  visit_floating(x.dtype(), "max", [&]<class T>(T) {
    const T* count = counts.data<T>();
    T* tie = ties.mutable_data<T>();
    parallel_for(values.size(), sum_grain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) tie[i] /= count[i];
    });
  });
  return ties;
}

}  // namespace gradus::kernels
