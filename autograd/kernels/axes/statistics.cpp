// Variances and logarithms of sums of exponentials, over all reduced axes at once.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/kernels/axes/moments.h>
#include <gradus/autograd/kernels/axes/norm.h>
#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/kernels/axes/softmax.h>

namespace gradus::kernels {
namespace {

constexpr std::int64_t part_size = 1 << 16;  // elements of a long row or strip that make one task

// Mean and summed squares of what is left of a run, f64.
template <class T>
void moments(const T* x, const Cut& c, double* mean, double* squares) {
  const NormRows<T>& loops = norm_loops().of(T{});
  constexpr std::int64_t max_width = NormRows<T>::max_width;
  const std::int64_t strips = (c.inner + max_width - 1) / max_width, width = std::min(c.inner, max_width);
  const std::int64_t rows = std::max<std::int64_t>(part_size / width, 1);
  const std::int64_t parts = (c.n + rows - 1) / rows, results = c.outer * c.inner;
  Array all({2, parts, results}, f64);
  double *means = all.mutable_data<double>(), *sums = means + parts * results;
  parallel_for(c.outer * parts * strips, items_worth(sum_grain, std::min(c.n, rows) * width),
               [=, &loops](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t task = begin; task < end; ++task) {
                   const std::int64_t o = task / (parts * strips), part = task / strips % parts, column = task % strips * max_width,
                                      first = part * rows;
                   const std::int64_t count = std::min(rows, c.n - first), to = part * results + o * c.inner + column;
                   const T* block = x + (o * c.n + first) * c.inner + column;
                   if (c.inner == 1)
                     loops.moments(block, count, means[to], sums[to]);
                   else
                     loops.column_moments(block, count, c.inner, std::min(max_width, c.inner - column), means + to, sums + to);
                 }
               });
  std::fill(mean, mean + results, 0.0);
  std::fill(squares, squares + results, 0.0);
  for (std::int64_t part = 0; part < parts; ++part) {
    const auto before = static_cast<double>(part * rows), count = static_cast<double>(std::min(rows, c.n - part * rows));
    for (std::int64_t i = 0; i < results; ++i)
      merge(before, mean[i], squares[i], count, means[part * results + i], sums[part * results + i]);
  }
}

// log Σ exp of n >= 1 numbers.
template <class T>
T log_sum_of_row(const T* x, std::int64_t n) {
  T largest, log_sum;
  softmax_loops().of(T{}).log_sum(x, n, largest, log_sum);
  const T y = largest + log_sum;
  return y == y ? y : reduce_loops().of(T{}).max(x, n);   // ±∞, or NaN that was in the row
}

template <class T>
void logsumexp(const T* x, const Cut& c, T* out) {
  if (c.inner == 1) {
    const std::int64_t parts = (c.n + part_size - 1) / part_size;
    Array each({c.outer, parts}, dtype_of<T>);
    T* y = each.mutable_data<T>();
    parallel_for(c.outer * parts, items_worth(exp_grain, std::min(c.n, part_size)), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t first = task % parts * part_size;
        y[task] = log_sum_of_row(x + task / parts * c.n + first, std::min(part_size, c.n - first));
      }
    });
    for (std::int64_t o = 0; o < c.outer; ++o) out[o] = parts == 1 ? y[o] : log_sum_of_row(y + o * parts, parts);
    return;
  }
  constexpr std::int64_t max_width = ReduceRows<T>::max_width;
  const std::int64_t strips = (c.inner + max_width - 1) / max_width;
  parallel_for(c.outer * strips, items_worth(exp_grain, c.n * std::min(c.inner, max_width)), [=](std::int64_t begin, std::int64_t end) {
    const ReduceRows<T>& loops = reduce_loops().of(T{});
    T top[max_width];
    double sums[max_width];
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t o = task / strips, column = task % strips * max_width, width = std::min(max_width, c.inner - column);
      const T* block = x + o * c.n * c.inner + column;
      loops.extremes[static_cast<int>(Extreme::largest)].columns(block, c.n, c.inner, width, top);
      loops.column_exp_sums(block, c.n, c.inner, width, top, sums);
      for (std::int64_t j = 0; j < width; ++j)
        out[o * c.inner + column + j] = std::isfinite(top[j]) ? static_cast<T>(static_cast<double>(top[j]) + std::log(sums[j])) : top[j];
    }
  });
}

}  // namespace

Array logsumexp(const Array& x, AxisSet axes) {
  const Run run(x, axes);
  if (x.size() == 0) return Array::full(run.kept, -std::numeric_limits<double>::infinity(), x.dtype());
  Array out(run.kept, x.dtype());
  visit_floating(x.dtype(), "logsumexp", [&]<class T>(T) { logsumexp(run.x.data<T>(), run.cut, out.mutable_data<T>()); });
  return out;
}

Spread variance(const Array& x, AxisSet axes, double correction, bool for_root) {
  const Run run(x, axes);
  Array mean = Array::full(run.kept, std::numeric_limits<double>::quiet_NaN(), f64), squares = mean;
  if (x.size() > 0)
    visit_floating(x.dtype(), "var", [&]<class T>(T) {
      moments(run.x.data<T>(), run.cut, mean.mutable_data<double>(), squares.mutable_data<double>());
    });
  const double freedom = std::max(0.0, static_cast<double>(run.cut.n) - correction);
  bool held = true;   // by f32, with all its digits
  for (double& square : squares.mutable_span<double>()) square /= freedom;
  if (for_root && x.dtype() == f32)
    for (const double square : squares.span<double>())
      held = held & !((square > 1e38) & (square < std::numeric_limits<double>::infinity())) & !((square < 1e-37) & (square > 0));
  return {held ? squares.to(x.dtype()) : squares, mean.to(x.dtype())};
}

}  // namespace gradus::kernels
