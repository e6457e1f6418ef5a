#include <gradus/autograd/kernels/axes/softmax.h>

#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/cut.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(SoftmaxLoops, softmax_loops)

namespace {

// Calls rows(begin, end) on ranges of rows when the axis is the innermost, else columns(offset, width) on strips of columns.
template <class Rows, class Columns>
void along(const Cut& c, std::int64_t max_width, Rows rows, Columns columns) {
  if (c.n == 0) return;
  if (c.inner == 1) {
    parallel_for(c.outer, items_worth(exp_grain, c.n), rows);
    return;
  }
  const std::int64_t strips = (c.inner + max_width - 1) / max_width;
  parallel_for(c.outer * strips, items_worth(exp_grain, c.n * std::min(c.inner, max_width)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t column = task % strips * max_width;
      columns(task / strips * c.n * c.inner + column, std::min(max_width, c.inner - column));
    }
  });
}

}  // namespace

Array softmax(const Array& x, int axis, bool logarithm) {
  Array out(x.shape(), x.dtype());
  const Cut c(x.shape(), axis);
  visit_floating(x.dtype(), logarithm ? "log_softmax" : "softmax", [&]<class T>(T) {
    const SoftmaxRows<T>& loops = softmax_loops().of(T{});
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    along(
        c, loops.max_width,
        [&](std::int64_t begin, std::int64_t end) { loops.forward(from + begin * c.n, end - begin, c.n, logarithm, to + begin * c.n); },
        [&](std::int64_t at, std::int64_t width) { loops.forward_columns(from + at, c.n, c.inner, width, logarithm, to + at); });
  });
  return out;
}

Array softmax_backward(const Array& y, const Array& g, int axis, bool logarithm) {
  Array out(y.shape(), y.dtype());
  const Cut c(y.shape(), axis);
  visit_floating(y.dtype(), "softmax", [&]<class T>(T) {
    const SoftmaxRows<T>& loops = softmax_loops().of(T{});
    const T *values = y.data<T>(), *slopes = g.data<T>();
    T* to = out.mutable_data<T>();
    along(
        c, loops.max_width,
        [&](std::int64_t begin, std::int64_t end) {
          const std::int64_t at = begin * c.n;
          loops.backward(values + at, slopes + at, end - begin, c.n, logarithm, to + at);
        },
        [&](std::int64_t at, std::int64_t width) {
          loops.backward_columns(values + at, slopes + at, c.n, c.inner, width, logarithm, to + at);
        });
  });
  return out;
}

}  // namespace gradus::kernels
