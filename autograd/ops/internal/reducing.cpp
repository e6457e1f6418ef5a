#include <gradus/autograd/ops/internal/reducing.h>

namespace gradus::detail {

int axis_of(Axis axis, const Tensor& x, const char* op) {
  check_defined(op, x);
  if (x.rank() > 0) return normal_axis(axis, x.rank(), op);
  check<ValueError>(axis == 0 || axis == -1, op, ": axis ", axis.number, " is out of range for a scalar (allowed: -1 and 0)");
  return 0;
}

AxisSet axis_set(const Axes& axes, const Tensor& x, const char* op) {
  check_defined(op, x);
  AxisSet set = 0;
  for (const int given : axes) {
    const int axis = axis_of(given, x, op);
    check<ValueError>(!(set >> axis & 1), op, ": axis ", axis, " is named twice, for shape ", x.shape());
    set |= 1u << axis;
  }
  const AxisSet all = (1u << x.rank()) - 1;
  return axes.empty() ? all : set & all;
}

Shape without(const Shape& shape, AxisSet axes) {
  Shape kept;
  for (int i = 0; i < shape.rank(); ++i)
    if (!(axes >> i & 1)) kept.push_back(shape[i]);
  return kept;
}

std::int64_t reduced_size(const Shape& shape, AxisSet axes) {
  std::int64_t n = 1;
  for (int i = 0; i < shape.rank(); ++i)
    if (axes >> i & 1) n *= shape[i];
  return n;
}

void check_not_empty(const Tensor& x, AxisSet axes, const char* op) {
  for (int i = 0; i < x.rank(); ++i)
    check<ValueError>(!(axes >> i & 1) || x.dim(i) > 0, op, ": no elements to choose from along axis ", i, " of shape ", x.shape());
}

}  // namespace gradus::detail
