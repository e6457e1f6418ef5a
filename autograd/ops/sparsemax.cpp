// Sparsemax (softmax.h).
#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// y = max(x − τ, 0) of one row. With z sorted, τ = (Σ of the k largest − 1)/k for the last k with 1 + k·z[k] > that sum.
template <class T>
void project(const T* x, std::int64_t n, T* sorted, T* y) {
  std::copy_n(x, n, sorted);
  if (std::any_of(sorted, sorted + n, [](T z) { return std::isnan(z); }))
    return void(std::fill_n(y, n, std::numeric_limits<T>::quiet_NaN()));
  std::sort(sorted, sorted + n, [](T a, T b) { return a > b; });
  const double top = static_cast<double>(sorted[0]);  // taken off first, so that large numbers do no harm
  double sum = 0, threshold = -1;
  for (std::int64_t k = 1; k <= n; ++k) {
    const double z = static_cast<double>(sorted[k - 1]) - top;
    if (!(1 + static_cast<double>(k) * z > sum + z)) break;
    sum += z, threshold = (sum - 1) / static_cast<double>(k);
  }
  if (std::isinf(top)) threshold = std::numeric_limits<double>::quiet_NaN();
  for (std::int64_t i = 0; i < n; ++i) {
    const double apart = static_cast<double>(x[i]) - top - threshold;
    y[i] = static_cast<T>(apart < 0 ? 0 : apart);
  }
}

struct Sparsemax final : Op, detail::Described {
  std::string_view name() const override { return "sparsemax"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  explicit Sparsemax(int axis) : axis(axis) {}

  Array forward(const Tensor& x) {
    save_output();
    const int last = x.rank() - 1;
    const Array rows = x.value().transpose(axis, last).as_contiguous();
    Array y(rows.shape(), rows.dtype());
    const std::int64_t n = rows.shape()[last];
    visit_floating(x.dtype(), name(), [&]<class T>(T) {
      const T* from = rows.data<T>();
      T* to = y.mutable_data<T>();
      parallel_for(n ? rows.size() / n : 0, items_worth(1 << 10, n), [&](std::int64_t begin, std::int64_t end) {
        const pool::Scratch<T> sorted(n);
        for (std::int64_t row = begin; row < end; ++row) project(from + row * n, n, sorted.data(), to + row * n);
      });
    });
    return y.transpose(axis, last);
  }

  Grads backward(Tensor g) override { return {along(g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return along(vs[0]); }  // the Jacobian is symmetric

  Tensor along(const Tensor& g) {
    const Tensor y = output().detach(), support = y != 0;  // of NaN all
    const Tensor level = sum(where(support, g, 0.0), axis, true) / sum(support.to(g.dtype()), axis, true);
    return where(support, g - level, 0.0);
  }
};

}  // namespace

Tensor softmin(const Tensor& x, Axis axis) {
  check_defined("softmin", x);
  check_computes_in(x.dtype(), "softmin");
  const int at = detail::axis_of(axis, x, "softmin");
  return softmax(-x, at);
}

Tensor sparsemax(const Tensor& x, Axis axis) {
  check_defined("sparsemax", x);
  check_computes_in(x.dtype(), "sparsemax");
  const int at = detail::axis_of(axis, x, "sparsemax");
  return detail::of_vectors(x, [&](const Tensor& vector) { return record(Sparsemax(at), vector); });
}

}  // namespace gradus
