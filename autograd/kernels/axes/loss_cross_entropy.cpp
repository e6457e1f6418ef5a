// Cross-entropy of logits. Every row is shifted by its largest element, so that nothing overflows; a NaN makes its row NaN.
#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/kernels/axes/loss.h>
#include <gradus/autograd/kernels/axes/softmax.h>

namespace gradus::kernels {
namespace {

}  // namespace

CrossEntropy cross_entropy(const Array& x, const Array& label, const CrossEntropyRule& rule) {
  const std::int64_t rows = x.dim(0), classes = x.dim(1);
  CrossEntropy out{Array({rows}, x.dtype()), Array({rows, 2}, x.dtype())};
  const std::int64_t* labels = label.data<std::int64_t>();
  visit_floating(x.dtype(), "cross_entropy", [&]<class T>(T) {
    const SoftmaxRows<T>& loops = softmax_loops().of(T{});
    const T* logits = x.data<T>();
    T *losses = out.losses.mutable_data<T>(), *log_sums = out.log_sums.mutable_data<T>();
    parallel_for(rows, items_worth(exp_grain, classes), [&](std::int64_t begin, std::int64_t end) {
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
    parallel_for(rows, items_worth(exp_grain, classes), [&](std::int64_t begin, std::int64_t end) {
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
