#include <gradus/autograd/kernels/axes/softmax.h>

#include <algorithm>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/cut.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/simd/internal/past_caches.h>

namespace gradus::kernels {

GRADUS_DISPATCH(SoftmaxLoops, softmax_loops)

namespace {

// Bytes that a strip keeps in a room of its own: two threads that write to halves of the same rows take cache lines from each other, so
// they do it once. More does not stay in a second-level cache.
constexpr std::int64_t most_room = 1 << 19;

// How many columns are worked on side by side: many, since rows of strips push each other out of the cache where they lie a power of two
// apart, but not so many that threads have nothing to do.
std::int64_t strip_width(const Cut& c, std::int64_t max_width) {
  constexpr std::int64_t least = 64;
  const std::int64_t share = (c.outer * c.inner / num_threads() + least - 1) / least * least;
  return std::min(std::clamp(share, least, max_width), c.inner);
}

// Calls rows(begin, end) on ranges of rows when the axis is the innermost, else columns(offset, width) on strips of columns.
template <class T, class Rows, class Columns>
void along(const Cut& c, Rows rows, Columns columns) {
  if (c.n == 0 || c.inner == 0) return;
  if (c.inner == 1) {
    parallel_for(c.outer, items_worth(exp_grain, c.n), rows);
    return;
  }
  const std::int64_t most = strip_width(c, SoftmaxRows<T>::max_width), strips = (c.inner + most - 1) / most;
  parallel_for(c.outer * strips, items_worth(exp_grain, c.n * most), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t column = task % strips * most;
      columns(task / strips * c.n * c.inner + column, std::min(most, c.inner - column));
    }
  });
}

// Whether a result goes past the caches, written row by row as along() does it.
template <class T>
bool written_past(const T* to, std::int64_t size, const Cut& c) {
  const std::int64_t each = sizeof(T);
  return goes_past_caches(to, size * each, (c.inner == 1 ? c.n : c.inner) * each);
}

}  // namespace

Array softmax(const Array& x, int axis, bool logarithm) {
  Array out(x.shape(), x.dtype());
  const Cut c(x.shape(), axis);
  visit_floating(x.dtype(), logarithm ? "log_softmax" : "softmax", [&]<class T>(T) {
    const SoftmaxRows<T>& loops = softmax_loops().of(T{});
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    const bool past = written_past(to, out.size(), c);
    along<T>(
        c,
        [&](std::int64_t begin, std::int64_t end) { loops.forward(from + begin * c.n, end - begin, c.n, logarithm, to + begin * c.n); },
        [&](std::int64_t at, std::int64_t width) {
          const bool apart = !past && width < c.inner && c.n * width * std::int64_t{sizeof(T)} <= most_room;
          const pool::Scratch<T> room(apart ? c.n * width : 0);
          loops.forward_columns(from + at, c.n, c.inner, width, logarithm, to + at, apart ? room.data() : nullptr, past);
        });
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
    const bool past = written_past(to, out.size(), c);
    along<T>(
        c,
        [&](std::int64_t begin, std::int64_t end) {
          const std::int64_t at = begin * c.n;
          loops.backward(values + at, slopes + at, end - begin, c.n, logarithm, to + at, past);
        },
        [&](std::int64_t at, std::int64_t width) {
          loops.backward_columns(values + at, slopes + at, c.n, c.inner, width, logarithm, to + at, past);
        });
  });
  return out;
}

}  // namespace gradus::kernels
