#include <gradus/autograd/kernels/axes/reduce.h>

#include <algorithm>
#include <numeric>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/cut.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(ReduceLoops, reduce_loops)

namespace {

constexpr std::int64_t grain = 1 << 15;        // elements a thread should have at least
constexpr std::int64_t chunk = 1 << 16;        // elements of a long sum that make one task

// out[o] = Σ_r x[o, r]
template <class T>
void sum_rows(const T* x, std::int64_t outer, std::int64_t n, T* out) {
  const ReduceRows<T>& loops = reduce_loops().of(T{});
  const std::int64_t parts = (n + chunk - 1) / chunk;
  if (parts <= 1) {
    parallel_for(outer, items_worth(grain, n), [=, &loops](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) out[o] = static_cast<T>(loops.sum(x + o * n, n));
    });
    return;
  }
  Array partial({outer, parts}, dtype_of<SumOf<T>>);
  SumOf<T>* sums = partial.mutable_data<SumOf<T>>();
  parallel_for(outer * parts, 1, [=, &loops](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / parts, first = task % parts * chunk;
      sums[task] = loops.sum(x + o * n + first, std::min(chunk, n - first));
    }
  });
  for (std::int64_t o = 0; o < outer; ++o) {
    SumOf<T> total = 0;
    for (std::int64_t p = 0; p < parts; ++p) total += sums[o * parts + p];
    out[o] = static_cast<T>(total);
  }
}

// sums[j] = Σ_r x[r, j] of a narrow matrix without gaps: several rows side by side are summed as one wide row first.
template <class T>
void narrow_column_sums(const T* x, std::int64_t rows, std::int64_t width, SumOf<T>* sums) {
  const ReduceRows<T>& loops = reduce_loops().of(T{});
  const std::int64_t fold = ReduceRows<T>::max_width / width, folded = rows / fold;
  SumOf<T> wide[ReduceRows<T>::max_width];
  loops.column_sums(x, folded, fold * width, fold * width, wide);
  loops.column_sums(x + folded * fold * width, rows - folded * fold, width, width, sums);
  for (std::int64_t i = 0; i < fold * width; ++i) sums[i % width] += wide[i];
}

// out[o, j] = Σ_r x[o, r, j]
template <class T>
void sum_columns(const T* x, std::int64_t outer, std::int64_t n, std::int64_t inner, T* out) {
  constexpr std::int64_t max_width = ReduceRows<T>::max_width;
  const ReduceRows<T>& loops = reduce_loops().of(T{});
  if (n <= loops.few_rows && inner > max_width / 4) {
    parallel_for(outer, items_worth(grain, n * inner), [=, &loops](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) loops.few_column_sums(x + o * n * inner, n, inner, inner, out + o * inner);
    });
    return;
  }
  const std::int64_t strips = (inner + max_width - 1) / max_width;
  const std::int64_t rows = std::max<std::int64_t>(512, 4 * chunk / inner);   // of one task
  const std::int64_t parts = strips >= 16 ? 1 : (n + rows - 1) / rows, part_rows = parts == 1 ? n : rows;
  Array partial;
  if (parts > 1) partial = Array({outer, parts, inner}, dtype_of<SumOf<T>>);
  SumOf<T>* sums = parts > 1 ? partial.mutable_data<SumOf<T>>() : nullptr;
  parallel_for(outer * parts * strips, items_worth(grain, part_rows * std::min(inner, max_width)),
               [=, &loops](std::int64_t begin, std::int64_t end) {
    SumOf<T> local[max_width];
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / (parts * strips), part = task / strips % parts, column = task % strips * max_width;
      const std::int64_t width = std::min(max_width, inner - column), first = part * part_rows, count = std::min(part_rows, n - first);
      const T* block = x + (o * n + first) * inner + column;
      SumOf<T>* to = sums ? sums + (o * parts + part) * inner + column : local;
      if (inner <= max_width / 4)
        narrow_column_sums(block, count, inner, to);
      else
        loops.column_sums(block, count, inner, width, to);
      if (!sums)
        for (std::int64_t j = 0; j < width; ++j) out[o * inner + column + j] = static_cast<T>(local[j]);
    }
  });
  if (!sums) return;
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t j = 0; j < inner; ++j) {
      SumOf<T> total = 0;
      for (std::int64_t p = 0; p < parts; ++p) total += sums[(o * parts + p) * inner + j];
      out[o * inner + j] = static_cast<T>(total);
    }
}

void sum_middle(const std::int64_t* x, const Cut& c, std::int64_t* out) {
  std::fill(out, out + c.outer * c.inner, 0);
  for (std::int64_t o = 0; o < c.outer; ++o)
    for (std::int64_t r = 0; r < c.n; ++r)
      for (std::int64_t j = 0; j < c.inner; ++j) out[o * c.inner + j] += x[(o * c.n + r) * c.inner + j];
}

template <class T>
void sum_middle(const T* x, const Cut& c, T* out) {
  if (c.inner == 1)
    sum_rows(x, c.outer, c.n, out);
  else
    sum_columns(x, c.outer, c.n, c.inner, out);
}

// The axes in the order in which they lie in memory: x.permute(order) is contiguous wherever that is possible.
Shape memory_order(const Array& x) {
  Shape order;
  for (int i = 0; i < x.rank(); ++i) {
    int at = i;
    while (at > 0 && x.strides()[static_cast<int>(order[at - 1])] < x.strides()[i]) --at;
    order.insert(at, i);
  }
  return order;
}

// Calls step(array, axis) for merged runs of reduced axes, the innermost first; step returns the array with that axis gone to size 1.
// x is contiguous and not empty; the result has x's rank.
template <class Step>
Array reduce_runs(Array x, AxisSet axes, Step step) {
  const Shape result = with_ones(x.shape(), axes);
  Shape runs;
  AxisSet reduced = 0;
  for (int i = 0; i < x.rank(); ++i) {
    if (x.dim(i) == 1) continue;
    const int last = runs.rank() - 1;
    if (last >= 0 && (reduced >> last & 1) == (axes >> i & 1))
      runs[last] *= x.dim(i);
    else
      reduced |= (axes >> i & 1) << (last + 1), runs.push_back(x.dim(i));
  }
  x = x.reshape(runs);
  for (int i = runs.rank() - 1; i >= 0; --i)
    if (reduced >> i & 1) x = step(x, i);
  return x.reshape(result);
}

void scale(Array& x, double factor) {
  visit_floating(x.dtype(), "sum", [&]<class T>(T) {
    for (T& value : x.mutable_span<T>()) value = static_cast<T>(value * factor);
  });
}

template <class T>
T larger(T best, T x) {
  return x > best || x != x ? x : best;
}

// Largest of n >= 1 numbers.
template <class T>
T max_of_row(const T* x, std::int64_t n) {
  if constexpr (std::is_floating_point_v<T>) return reduce_loops().of(T{}).max(x, n);
  else if constexpr (std::is_integral_v<T>) return *std::max_element(x, x + n);
  else return std::accumulate(x + 1, x + n, *x, larger<T>);
}

// Largest of n >= 1 numbers, on all cores if there are many.
template <class T>
T max_of_long_row(const T* x, std::int64_t n) {
  const std::int64_t parts = (n + chunk - 1) / chunk;
  if (parts == 1) return max_of_row(x, n);
  Array tops({parts}, dtype_of<T>);
  T* top = tops.mutable_data<T>();
  parallel_for(parts, 1, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) top[p] = max_of_row(x + p * chunk, std::min(chunk, n - p * chunk));
  });
  return max_of_row(top, parts);
}

template <class T>
void max_middle(const T* x, const Cut& c, T* out) {
  if (c.inner == 1 && c.outer == 1) {
    *out = max_of_long_row(x, c.n);
    return;
  }
  if (c.inner == 1) {
    parallel_for(c.outer, items_worth(grain, c.n), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) out[o] = max_of_row(x + o * c.n, c.n);
    });
    return;
  }
  constexpr std::int64_t strip = 4096;   // columns of one task
  const std::int64_t strips = (c.inner + strip - 1) / strip;
  parallel_for(c.outer * strips, items_worth(grain, c.n * std::min(c.inner, strip)), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / strips, column = task % strips * strip, width = std::min(strip, c.inner - column);
      const T* block = x + o * c.n * c.inner + column;
      T* best = out + o * c.inner + column;
      std::copy(block, block + width, best);
      for (std::int64_t r = 1; r < c.n; ++r)
        for (std::int64_t j = 0; j < width; ++j) best[j] = larger(best[j], block[r * c.inner + j]);
    }
  });
}

template <class T>
std::int64_t first_largest(const T* x, std::int64_t n, std::int64_t stride) {
  std::int64_t at = 0;
  if (stride == 1) {
    const T top = max_of_row(x, n);
    while (top == top ? x[at] != top : x[at] == x[at]) ++at;
    return at;
  }
  for (std::int64_t r = 1; r < n; ++r) {
    const T value = x[r * stride], top = x[at * stride];
    if (value > top || (value != value && top == top)) at = r;
  }
  return at;
}

}  // namespace

Shape with_ones(Shape shape, AxisSet axes) {
  for (int i = 0; i < shape.rank(); ++i)
    if (axes >> i & 1) shape[i] = 1;
  return shape;
}

Array sum(const Array& given, AxisSet axes) {
  if (is_small_float(given.dtype())) return sum(given.to(summed_in(given.dtype())), axes).to(given.dtype());
  Array x = computes_in(given.dtype()) ? given : given.to(summed_in(given.dtype()));
  if (x.size() == 0) return Array::zeros(with_ones(x.shape(), axes), x.dtype());
  double repeats = 1;   // an expanded dimension is summed by multiplying
  for (int i = 0; i < x.rank(); ++i)
    if ((axes >> i & 1) && x.strides()[i] == 0 && x.dim(i) > 1 && computes_in(x.dtype())) {
      repeats *= static_cast<double>(x.dim(i));
      x = x.slice(i, 0, 1);
    }
  const Shape order = memory_order(x);
  const bool reordered = !x.contiguous() && x.permute(order).contiguous();
  Shape inverse = order;
  AxisSet permuted = axes;
  if (reordered) {
    x = x.permute(order);
    permuted = 0;
    for (int i = 0; i < order.rank(); ++i) {
      inverse[static_cast<int>(order[i])] = i;
      permuted |= (axes >> order[i] & 1) << i;
    }
  }
  Array out = reduce_runs(x.as_contiguous(), permuted, [](const Array& block, int axis) {
    const Cut cut(block.shape(), axis);
    Array sums(with_ones(block.shape(), 1u << axis), block.dtype());
    if (block.dtype() == i64)
      sum_middle(block.data<std::int64_t>(), cut, sums.mutable_data<std::int64_t>());
    else
      visit_floating(block.dtype(), "sum", [&]<class T>(T) { sum_middle(block.data<T>(), cut, sums.mutable_data<T>()); });
    return sums;
  });
  if (repeats != 1) scale(out, repeats);
  return reordered ? out.permute(inverse) : out;
}

Array mean(const Array& x, AxisSet axes) {
  Array out = sum(x, axes).as_contiguous();
  scale(out, static_cast<double>(out.size()) / static_cast<double>(x.size()));
  return out;
}

Array max(const Array& x, AxisSet axes) {
  if (x.size() == 0) return Array(with_ones(x.shape(), axes), x.dtype());
  return reduce_runs(x.as_contiguous(), axes, [](const Array& block, int axis) {
    Array out(with_ones(block.shape(), 1u << axis), block.dtype());
    visit(block.dtype(), [&]<class T>(T) { max_middle(block.data<T>(), Cut(block.shape(), axis), out.mutable_data<T>()); });
    return out;
  });
}

Array argmax(const Array& given, int axis) {
  const Array x = given.as_contiguous();
  Array out(with_ones(x.shape(), 1u << axis), i64);
  const Cut c(x.shape(), axis);
  std::int64_t* best = out.mutable_data<std::int64_t>();
  visit(x.dtype(), [&]<class T>(T) {
    const T* data = x.data<T>();
    parallel_for(c.outer, items_worth(grain, c.n * c.inner), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o)
        for (std::int64_t j = 0; j < c.inner; ++j) best[o * c.inner + j] = first_largest(data + o * c.n * c.inner + j, c.n, c.inner);
    });
  });
  return out;
}

Array shares_of_max(const Array& x, const Array& max, AxisSet axes) {
  const Array values = x.as_contiguous(), tops = max.expand(x.shape()).as_contiguous();
  Array ties(x.shape(), x.dtype());
  visit_floating(x.dtype(), "max", [&]<class T>(T) {
    const T *v = values.data<T>(), *top = tops.data<T>();
    T* tie = ties.mutable_data<T>();
    parallel_for(values.size(), grain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) tie[i] = v[i] == top[i] ? 1 : 0;
    });
  });
  const Array counts = sum(ties, axes).expand(x.shape()).as_contiguous();
  visit_floating(x.dtype(), "max", [&]<class T>(T) {
    const T* count = counts.data<T>();
    T* tie = ties.mutable_data<T>();
    parallel_for(values.size(), grain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) tie[i] /= count[i];
    });
  });
  return ties;
}

}  // namespace gradus::kernels
