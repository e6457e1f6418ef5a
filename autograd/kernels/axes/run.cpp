#include <gradus/autograd/kernels/axes/run.h>

namespace gradus::kernels {

Shape with_ones(Shape shape, AxisSet axes) {
  for (int i = 0; i < shape.rank(); ++i)
    if (axes >> i & 1) shape[i] = 1;
  return shape;
}

Shape inverse_of(const Shape& order) {
  Shape inverse = order;
  for (int i = 0; i < order.rank(); ++i) inverse[static_cast<int>(order[i] < 0 ? order[i] + order.rank() : order[i])] = i;
  return inverse;
}

Run::Run(const Array& given, AxisSet axes) : kept(with_ones(given.shape(), axes)), cut(1, 1, 1) {
  int runs = 0;
  bool inside = false;
  Shape order;
  for (int i = 0; i < given.rank(); ++i) {
    const bool reduced = axes >> i & 1;
    if (!reduced) order.push_back(i);
    if (given.dim(i) == 1) continue;
    runs += reduced && !inside;
    inside = reduced;
    (reduced ? cut.n : runs > 0 ? cut.inner : cut.outer) *= given.dim(i);
  }
  if (runs <= 1) {
    x = given.as_contiguous();
    return;
  }
  for (int i = 0; i < given.rank(); ++i)
    if (axes >> i & 1) order.push_back(i);
  x = given.permute(order).as_contiguous();
  cut.outer *= cut.inner, cut.inner = 1;
  inverse_ = inverse_of(order);
}

MemoryOrder::MemoryOrder(const Array& given, AxisSet given_axes) : x(given), axes(given_axes) {
  if (x.contiguous()) return;
  Shape order;
  for (int i = 0; i < x.rank(); ++i) {
    int at = i;
    while (at > 0 && x.strides()[static_cast<int>(order[at - 1])] < x.strides()[i]) --at;
    order.insert(at, i);
  }
  if (!x.permute(order).contiguous()) {
    x = x.contiguous_copy();
    return;
  }
  x = x.permute(order);
  axes = 0;
  inverse_ = inverse_of(order);
  for (int i = 0; i < order.rank(); ++i) axes |= (given_axes >> order[i] & 1) << i;
}

MergedAxes::MergedAxes(const Shape& shape, AxisSet axes) {
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    const int last = runs.rank() - 1;
    if (last >= 0 && (reduced >> last & 1) == (axes >> i & 1))
      runs[last] *= shape[i];
    else
      reduced |= (axes >> i & 1) << (last + 1), runs.push_back(shape[i]);
  }
}

}  // namespace gradus::kernels
