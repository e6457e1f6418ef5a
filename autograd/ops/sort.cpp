#include <gradus/autograd/ops/sort.h>

#include <limits>

#include <gradus/autograd/kernels/axes/sort.h>
#include <gradus/autograd/ops/internal/pick.h>

namespace gradus {
namespace {

using detail::AxisSet;

std::int64_t size_along(const Tensor& x, int axis) { return x.rank() == 0 ? 1 : x.dim(axis); }

}  // namespace

ValuesAndIndices sort(const Tensor& x, Axis axis, bool descending) {
  const int at = detail::axis_of(axis, x, "sort");
  return detail::pick("sort", x, at, false, [descending](const Array& a, int i) { return kernels::sort(a, i, descending); },
                      {{"largest", descending ? 1. : 0.}});
}

Tensor argsort(const Tensor& x, Axis axis, bool descending) {
  detail::axis_of(axis, x, "argsort");
  return sort(x.detach(), axis, descending).indices;
}

ValuesAndIndices topk(const Tensor& x, std::int64_t k, Axis axis, bool largest) {
  const int at = detail::axis_of(axis, x, "topk");
  const std::int64_t n = size_along(x, at);
  check<ValueError>(0 <= k && k <= n, "topk: k = ", k, " of ", n, " elements along axis ", at, " of shape ", x.shape());
  return detail::pick("topk", x, at, false, [k, largest](const Array& a, int i) { return kernels::topk(a, i, k, largest); },
                      {{"largest", largest ? 1. : 0.}, {"k", static_cast<double>(k)}});
}

ValuesAndIndices kthvalue(const Tensor& x, std::int64_t k, Axis axis, bool keepdim) {
  const int at = detail::axis_of(axis, x, "kthvalue");
  const std::int64_t n = size_along(x, at);
  check<ValueError>(1 <= k && k <= n, "kthvalue: k = ", k, " of ", n, " elements along axis ", at, " of shape ", x.shape(),
                    "; the smallest one has k = 1");
  return detail::pick("kthvalue", x, at, !keepdim, [k](const Array& a, int i) { return kernels::kth(a, i, k - 1, false); },
                      {{"k", static_cast<double>(k)}});
}

ValuesAndIndices detail::median_along(const Tensor& x, Axis axis, bool keepdim) {
  const int at = axis_of(axis, x, "median");
  check_not_empty(x, 1u << at, "median");
  return pick("median", x, at, !keepdim, [](const Array& a, int i) { return kernels::kth(a, i, (a.dim(i) - 1) / 2, true); },
              {{"k", static_cast<double>(x.rank() == 0 ? 1 : (x.dim(at) - 1) / 2 + 1)}});
}

Tensor median(const Tensor& x) {
  check_defined("median", x);
  if (x.size() == 0 && is_floating(x.dtype())) return sum(x) / 0.0;   // NaN, with a history
  return median(x, Axes());
}
Tensor median(const Tensor& x, const Axes& axes, bool keepdim) {
  const AxisSet set = detail::axis_set(axes, x, "median");
  detail::check_not_empty(x, set, "median");
  return detail::pick_shared("median", x, set, keepdim, true, [](const Array& a, AxisSet over) {
    const kernels::Run run(a, over);
    const Array rows = run.x.reshape({run.cut.outer, run.cut.n, run.cut.inner});
    return kernels::kth(rows, 1, (run.cut.n - 1) / 2, true).values.reshape(run.kept);
  });
}

}  // namespace gradus
