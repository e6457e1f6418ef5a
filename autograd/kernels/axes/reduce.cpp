#include <gradus/autograd/kernels/axes/reduce.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <type_traits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(ReduceLoops, reduce_loops)

namespace {

constexpr std::int64_t chunk = 1 << 16;        // elements of a long sum that make one task

// What is made of the parts of a row or column, as they were cut. Whole numbers wrap around.
struct Adds {
  static constexpr int start = 0;
  template <class S> static S join(S a, S b) { return a + b; }
  static std::int64_t join(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  }
};
struct Multiplies {
  static constexpr int start = 1;
  template <class S> static S join(S a, S b) { return a * b; }
  static std::int64_t join(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  }
};

// out[o] = Σ_r x[o, r], or Π
template <class Joins, class T, class Out>
void fold_rows(const RowSums<T>& loops, const T* x, std::int64_t outer, std::int64_t n, Out* out) {
  const std::int64_t parts = (n + chunk - 1) / chunk;
  if (parts <= 1) {
    parallel_for(outer, items_worth(sum_grain, n), [=, &loops](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) out[o] = static_cast<Out>(loops.row(x + o * n, n));
    });
    return;
  }
  Array partial({outer, parts}, dtype_of<SumOf<T>>);
  SumOf<T>* sums = partial.mutable_data<SumOf<T>>();
  parallel_for(outer * parts, 1, [=, &loops](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / parts, first = task % parts * chunk;
      sums[task] = loops.row(x + o * n + first, std::min(chunk, n - first));
    }
  });
  for (std::int64_t o = 0; o < outer; ++o) {
    SumOf<T> total = Joins::start;
    for (std::int64_t p = 0; p < parts; ++p) total = Joins::join(total, sums[o * parts + p]);
    out[o] = static_cast<Out>(total);
  }
}

// sums[j] = Σ_r x[r, j] of a narrow matrix without gaps: several rows side by side are summed as one wide row first.
template <class Joins, class T>
void narrow_columns(const RowSums<T>& loops, const T* x, std::int64_t rows, std::int64_t width, SumOf<T>* sums) {
  const std::int64_t fold = ReduceRows<T>::max_width / width, folded = rows / fold;
  SumOf<T> wide[ReduceRows<T>::max_width];
  loops.columns(x, folded, fold * width, fold * width, wide);
  loops.columns(x + folded * fold * width, rows - folded * fold, width, width, sums);
  for (std::int64_t i = 0; i < fold * width; ++i) sums[i % width] = Joins::join(sums[i % width], wide[i]);
}

// out[o, j] = Σ_r x[o, r, j], or Π
template <class Joins, class T, class Out>
void fold_columns(const RowSums<T>& loops, const T* x, std::int64_t outer, std::int64_t n, std::int64_t inner, Out* out) {
  constexpr std::int64_t max_width = ReduceRows<T>::max_width;
  const std::int64_t strips = (inner + max_width - 1) / max_width;
  const std::int64_t rows = std::max<std::int64_t>(512, 4 * chunk / inner);   // of one task
  const std::int64_t parts = strips >= 16 ? 1 : (n + rows - 1) / rows, part_rows = parts == 1 ? n : rows;
  Array partial;
  if (parts > 1) partial = Array({outer, parts, inner}, dtype_of<SumOf<T>>);
  SumOf<T>* sums = parts > 1 ? partial.mutable_data<SumOf<T>>() : nullptr;
  parallel_for(outer * parts * strips, items_worth(sum_grain, part_rows * std::min(inner, max_width)),
               [=, &loops](std::int64_t begin, std::int64_t end) {
    SumOf<T> local[max_width];
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / (parts * strips), part = task / strips % parts, column = task % strips * max_width;
      const std::int64_t width = std::min(max_width, inner - column), first = part * part_rows, count = std::min(part_rows, n - first);
      const T* block = x + (o * n + first) * inner + column;
      SumOf<T>* to = sums ? sums + (o * parts + part) * inner + column : local;
      if (inner <= max_width / 4)
        narrow_columns<Joins>(loops, block, count, inner, to);
      else
        loops.columns(block, count, inner, width, to);
      if (!sums)
        for (std::int64_t j = 0; j < width; ++j) out[o * inner + column + j] = static_cast<Out>(local[j]);
    }
  });
  if (!sums) return;
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t j = 0; j < inner; ++j) {
      SumOf<T> total = Joins::start;
      for (std::int64_t p = 0; p < parts; ++p) total = Joins::join(total, sums[(o * parts + p) * inner + j]);
      out[o * inner + j] = static_cast<Out>(total);
    }
}

template <class T>
void few_columns(const T* x, const Cut& c, T* out) {
  parallel_for(c.outer, items_worth(sum_grain, c.n * c.inner), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o)
      reduce_loops().of(T{}).few_column_sums(x + o * c.n * c.inner, c.n, c.inner, c.inner, out + o * c.inner);
  });
}

template <class Joins, class T>
void fold_whole(const T* x, const Cut& c, std::int64_t* out) {
  parallel_for(c.outer, items_worth(sum_grain, c.n * c.inner), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) {
      const T* block = x + o * c.n * c.inner;
      if (c.inner == 1) {
        std::int64_t total = Joins::start;
        for (std::int64_t r = 0; r < c.n; ++r) total = Joins::join(total, static_cast<std::int64_t>(block[r]));
        out[o] = total;
        continue;
      }
      std::int64_t* to = out + o * c.inner;
      std::fill(to, to + c.inner, Joins::start);
      for (std::int64_t r = 0; r < c.n; ++r)
        for (std::int64_t j = 0; j < c.inner; ++j) to[j] = Joins::join(to[j], static_cast<std::int64_t>(block[r * c.inner + j]));
    }
  });
}

// The middle of a contiguous block that is seen as cut: `result` is the elements' own type, or that in which sums are kept while there are
// more runs to come.
template <class Joins>
Array fold(const Array& block, const Cut& c, const Shape& kept, Dtype result, const auto& loops_of) {
  Array out(kept, result);
  visit(block.dtype(), [&]<class T>(T) {
    if constexpr (std::is_integral_v<T>) {
      fold_whole<Joins>(block.data<T>(), c, out.mutable_data<std::int64_t>());
    } else if constexpr (std::is_floating_point_v<T>) {
      const RowSums<T>& loops = loops_of(reduce_loops().of(T{}));
      const auto into = [&](auto* to) {
        if (c.inner == 1) fold_rows<Joins>(loops, block.data<T>(), c.outer, c.n, to);
        else fold_columns<Joins>(loops, block.data<T>(), c.outer, c.n, c.inner, to);
      };
      const bool plain = &loops == &reduce_loops().of(T{}).of[0];
      if (plain && c.inner > ReduceRows<T>::max_width / 4 && c.n <= ReduceRows<T>::few_rows && result == dtype_of<T>)
        few_columns(block.data<T>(), c, out.mutable_data<T>());
      else if (result == dtype_of<T>) into(out.mutable_data<T>());
      else into(out.mutable_data<SumOf<T>>());
    }
  });
  return out;
}

// All runs; the first one reads x, the others what is left of it, in the type of sums. `x` is not empty.
template <class Joins>
Array fold_all(const Array& x, AxisSet axes, const auto& first, const auto& rest) {
  const Dtype result = computes_in(x.dtype()) ? x.dtype() : i64;
  const MemoryOrder order(x, axes);
  const MergedAxes merged(order.x.shape(), order.axes);
  const Shape kept = with_ones(order.x.shape(), order.axes);
  int left = std::popcount(merged.reduced);
  if (left <= 1) {   // most are one run, and need no views
    const Cut c = left == 0 ? Cut(Shape{x.size(), 1}, 1) : Cut(merged.runs, std::countr_zero(merged.reduced));
    return order.back(fold<Joins>(order.x, c, kept, result, first));
  }
  Array block = order.x.reshape(merged.runs);
  bool begun = false;
  for (int i = merged.runs.rank() - 1; i >= 0; --i) {
    if (!(merged.reduced >> i & 1)) continue;
    --left;
    const Cut c(block.shape(), i);
    const Shape ones = with_ones(block.shape(), 1u << i);
    block = begun ? fold<Joins>(block, c, ones, block.dtype(), rest)
                  : fold<Joins>(block, c, ones, left > 0 ? summed_in(result) : result, first);
    begun = true;
  }
  return order.back(block.to(result).reshape(kept));
}

void scale(Array& x, double factor) {
  visit_floating(x.dtype(), "sum", [&]<class T>(T) {
    for (T& value : x.mutable_span<T>()) value = static_cast<T>(value * factor);
  });
}

}  // namespace

Array sum(const Array& given, AxisSet axes, Summand summand) {
  if (is_small_float(given.dtype())) return sum(given.to(summed_in(given.dtype())), axes, summand).to(given.dtype());
  Array x = given;
  if (x.size() == 0) return Array::zeros(with_ones(x.shape(), axes), computes_in(x.dtype()) ? x.dtype() : i64);
  const bool of_one_each = with_ones(x.shape(), axes) == x.shape();
  if (of_one_each && summand == Summand::itself && computes_in(x.dtype())) return x.as_contiguous();
  double repeats = 1;   // an expanded dimension is summed by multiplying
  for (int i = 0; i < x.rank(); ++i)
    if ((axes >> i & 1) && x.strides()[i] == 0 && x.dim(i) > 1 && computes_in(x.dtype())) {
      repeats *= static_cast<double>(x.dim(i));
      x = x.slice(i, 0, 1);
    }
  const auto plain = [](const auto& loops) -> const auto& { return loops.of[0]; };
  const auto first = [summand](const auto& loops) -> const auto& { return loops.of[static_cast<std::size_t>(summand)]; };
  Array out = fold_all<Adds>(x, axes, first, plain);
  if (repeats != 1) scale(out, repeats);
  return out;
}

Array mean(const Array& x, AxisSet axes) {
  Array out = sum(x, axes).as_contiguous();
  scale(out, static_cast<double>(out.size()) / static_cast<double>(x.size()));
  return out;
}

Array prod(const Array& x, AxisSet axes) {
  if (is_small_float(x.dtype())) return prod(x.to(summed_in(x.dtype())), axes).to(x.dtype());
  if (x.size() == 0) return Array::full(with_ones(x.shape(), axes), 1, computes_in(x.dtype()) ? x.dtype() : i64);
  const auto product = [](const auto& loops) -> const auto& { return loops.product; };
  return fold_all<Multiplies>(x, axes, product, product);
}

Array prod_backward(const Array& x, AxisSet axes, const Array& given) {
  const Run run(x, axes);
  const Array g = given.as_contiguous();
  Array out(run.x.shape(), x.dtype());
  const Cut c = run.cut;
  visit_floating(x.dtype(), "prod", [&]<class T>(T) {
    using Sum = SumOf<T>;   // products may leave the range of T where the whole does not
    const T *from = run.x.data<T>(), *factor = g.data<T>();
    T* to = out.mutable_data<T>();
    if (c.inner == 1) {
      parallel_for(c.outer, items_worth(sum_grain, c.n), [=](std::int64_t begin, std::int64_t end) {
        Array room({c.n + 64}, dtype_of<Sum>);
        const auto others = reduce_loops().of(T{}).others;
        for (std::int64_t o = begin; o < end; ++o)
          others(from + o * c.n, c.n, static_cast<Sum>(factor[o]), room.mutable_data<Sum>(), to + o * c.n);
      });
      return;
    }
    // Up with the product of those before, down with that of those behind; a strip of columns at a time.
    constexpr std::int64_t strip = 64;
    const std::int64_t strips = (c.inner + strip - 1) / strip;
    parallel_for(c.outer * strips, items_worth(sum_grain, c.n * std::min(c.inner, strip)), [=](std::int64_t begin, std::int64_t end) {
      Array room({c.n * strip}, dtype_of<Sum>);
      Sum* front = room.mutable_data<Sum>();
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t o = task / strips, column = task % strips * strip, at = o * c.n * c.inner + column,
                           width = std::min(strip, c.inner - column);
        Sum product[strip];
        std::fill(product, product + width, 1);
        for (std::int64_t r = 0; r < c.n; ++r)
          for (std::int64_t j = 0; j < width; ++j) {
            front[r * strip + j] = product[j];
            product[j] *= static_cast<Sum>(from[at + r * c.inner + j]);
          }
        for (std::int64_t j = 0; j < width; ++j) product[j] = static_cast<Sum>(factor[o * c.inner + column + j]);
        for (std::int64_t r = c.n - 1; r >= 0; --r)
          for (std::int64_t j = 0; j < width; ++j) {
            to[at + r * c.inner + j] = static_cast<T>(front[r * strip + j] * product[j]);
            product[j] *= static_cast<Sum>(from[at + r * c.inner + j]);
          }
      }
    });
  });
  return run.back(out);
}

}  // namespace gradus::kernels
