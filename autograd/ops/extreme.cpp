// The largest and smallest elements, declared in reduce.h.
#include <gradus/autograd/ops/internal/pick.h>
#include <gradus/autograd/tape/internal/described.h>

namespace gradus {
namespace {

using detail::AxisSet, detail::axis_set, kernels::Extreme;

Tensor shared(const char* op, const Tensor& x, const Axes& axes, bool keepdim, Extreme which, bool nan_shares) {
  const AxisSet set = axis_set(axes, x, op);
  detail::check_not_empty(x, set, op);
  return detail::pick_shared(op, x, set, keepdim, nan_shares,
                             [which](const Array& a, AxisSet over) { return kernels::extreme(a, over, which); });
}

ValuesAndIndices along(const char* op, const Tensor& x, Axis axis, bool keepdim, Extreme which) {
  const int at = detail::axis_of(axis, x, op);
  detail::check_not_empty(x, 1u << at, op);
  return detail::pick(op, x, at, !keepdim, [which](const Array& a, int i) { return kernels::extreme_at(a, 1u << i, which); },
                      {{"largest", which == Extreme::largest ? 1. : 0.}});
}

Tensor place(const char* op, const Tensor& x, const Axes& axes, bool keepdim, Extreme which) {
  const AxisSet set = axis_set(axes, x, op);
  detail::check_not_empty(x, set, op);
  const detail::ToldOption options[] = {{"axes", static_cast<double>(set)}, {"keepdim", static_cast<double>(keepdim)}};
  const Array places = kernels::extreme_at(x.value(), set, which).indices.reshape(detail::reduced(x.shape(), set, keepdim));
  return detail::told(op, {&x}, places, {options[0], options[1]});
}

}  // namespace

Tensor amax(const Tensor& x) { return amax(x, Axes()); }
Tensor amax(const Tensor& x, const Axes& axes, bool keepdim) { return shared("amax", x, axes, keepdim, Extreme::largest, false); }
Tensor amin(const Tensor& x) { return amin(x, Axes()); }
Tensor amin(const Tensor& x, const Axes& axes, bool keepdim) { return shared("amin", x, axes, keepdim, Extreme::smallest, false); }
Tensor max(const Tensor& x) { return max(x, Axes()); }
Tensor max(const Tensor& x, const Axes& axes, bool keepdim) { return shared("max", x, axes, keepdim, Extreme::largest, true); }
Tensor min(const Tensor& x) { return min(x, Axes()); }
Tensor min(const Tensor& x, const Axes& axes, bool keepdim) { return shared("min", x, axes, keepdim, Extreme::smallest, true); }

ValuesAndIndices detail::max_along(const Tensor& x, Axis axis, bool keepdim) { return along("max", x, axis, keepdim, Extreme::largest); }
ValuesAndIndices detail::min_along(const Tensor& x, Axis axis, bool keepdim) { return along("min", x, axis, keepdim, Extreme::smallest); }

Tensor argmax(const Tensor& x) { return argmax(x, Axes()); }
Tensor argmax(const Tensor& x, const Axes& axes, bool keepdim) { return place("argmax", x, axes, keepdim, Extreme::largest); }
Tensor argmin(const Tensor& x) { return argmin(x, Axes()); }
Tensor argmin(const Tensor& x, const Axes& axes, bool keepdim) { return place("argmin", x, axes, keepdim, Extreme::smallest); }

}  // namespace gradus
