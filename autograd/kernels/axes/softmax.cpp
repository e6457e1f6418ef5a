#include <gradus/autograd/kernels/axes/softmax.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/simd/internal/level.h>

GRADUS_DISPATCH(SoftmaxLoops, softmax_loops)

namespace gradus::kernels {
namespace {

constexpr std::int64_t grain = 1 << 12;   // elements a thread should have at least: each costs an exponential

std::int64_t per_thread(std::int64_t cost) { return items_worth(grain, cost); }

// Calls rows(begin, end) on ranges of rows when the axis is the innermost, else columns(offset, width) on strips of columns.
template <class Rows, class Columns>
void along(const Cut& c, std::int64_t max_width, Rows rows, Columns columns) {
  if (c.n == 0) return;
  if (c.inner == 1) {
    parallel_for(c.outer, per_thread(c.n), rows);
    return;
  }
  const std::int64_t strips = (c.inner + max_width - 1) / max_width;
  parallel_for(c.outer * strips, per_thread(c.n * std::min(c.inner, max_width)), [&](std::int64_t begin, std::int64_t end) {
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

CrossEntropy cross_entropy(const Array& x, const Array& label, const CrossEntropyRule& rule) {
  const std::int64_t rows = x.dim(0), classes = x.dim(1);
  CrossEntropy out{Array({rows}, x.dtype()), Array({rows, 2}, x.dtype())};
  const std::int64_t* labels = label.data<std::int64_t>();
  visit_floating(x.dtype(), "cross_entropy", [&]<class T>(T) {
    const SoftmaxRows<T>& loops = softmax_loops().of(T{});
    const T* logits = x.data<T>();
    T *losses = out.losses.mutable_data<T>(), *log_sums = out.log_sums.mutable_data<T>();
    parallel_for(rows, per_thread(classes), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T* row = logits + i * classes;
        T& largest = log_sums[2 * i];
        T& log_sum = log_sums[2 * i + 1];
        loops.log_sum(row, classes, largest, log_sum);
        if (labels[i] == rule.ignore_index) {
          losses[i] = 0;
          continue;
        }
        const double shift = static_cast<double>(largest), log_total = static_cast<double>(log_sum);
        double loss = (1 - rule.smoothing) * (shift - static_cast<double>(row[labels[i]]) + log_total);
        if (rule.smoothing > 0) {
          double sum = 0;
          for (std::int64_t c = 0; c < classes; ++c) sum += static_cast<double>(row[c]) - shift;
          loss += rule.smoothing * (log_total - sum / static_cast<double>(classes));
        }
        losses[i] = static_cast<T>(loss);
      }
    });
  });
  return out;
}

Array cross_entropy_backward(const Array& x, const Array& label, const Array& log_sums, const Array& g, double scale,
                             const CrossEntropyRule& rule) {
  Array out(x.shape(), x.dtype());
  const std::int64_t rows = x.dim(0), classes = x.dim(1);
  const std::int64_t* labels = label.data<std::int64_t>();
  visit_floating(x.dtype(), "cross_entropy", [&]<class T>(T) {
    const SoftmaxRows<T>& loops = softmax_loops().of(T{});
    const T *logits = x.data<T>(), *stats = log_sums.data<T>(), *slopes = g.data<T>();
    const std::int64_t step = g.strides()[0];
    const T less = static_cast<T>(rule.smoothing / static_cast<double>(classes)), hit = static_cast<T>(1 - rule.smoothing);
    T* dx = out.mutable_data<T>();
    parallel_for(rows, per_thread(classes), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        T* row = dx + i * classes;
        if (labels[i] == rule.ignore_index) {
          std::fill(row, row + classes, T{0});
          continue;
        }
        const T factor = static_cast<T>(static_cast<double>(slopes[i * step]) * scale);
        loops.distance(logits + i * classes, classes, stats[2 * i], stats[2 * i + 1], less, factor, row);
        row[labels[i]] -= hit * factor;
      }
    });
  });
  return out;
}

}  // namespace gradus::kernels
