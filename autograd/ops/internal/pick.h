// Operations that pick elements of their input: along an axis with the places (pick), and over any axes with equal ones sharing
// (pick_shared).
//   return detail::pick("sort", x, axis, false, [](const Array& x, int axis) { return kernels::sort(x, axis, false); });
#pragma once
#include <vector>

#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus::detail {

template <class Find>
struct Pick final : Op, Described {
  const char* called;
  int axis;
  bool drop;       // the axis goes
  Find find;       // (const Array&, int axis) → kernels::Extremes
  Array* places;   // where forward leaves the indices
  SmallVector<ToldOption, 2> options;   // of `find`, for those who ask
  Shape before, kept;
  Pick(const char* called, int axis, bool drop, Find find, Array* places, std::initializer_list<ToldOption> options)
      : called(called), axis(axis), drop(drop), find(find), places(places), options(options) {}
  std::string_view name() const override { return called; }
  void describe(OpOptions& o) const override {
    o("axis", axis)("drop", drop);
    for (const ToldOption& option : options) o(option.name, option.number);
  }
  Array forward(const Tensor& x) {
    const kernels::Extremes found = find(x.value(), axis);
    before = x.shape(), kept = found.values.shape();
    save(Tensor(found.indices));
    *places = drop ? found.indices.squeeze(axis) : found.indices;
    return drop ? found.values.squeeze(axis) : found.values;
  }
  Grads backward(Tensor g) override {
    return {scatter_add(reshape(g, kept), axis, saved()[0], before)};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Tensor moved = gather(vs[0], axis, saved()[0]);
    return drop ? squeeze(moved, axis) : moved;
  }
};

// A scalar is a vector of one element. `axis` is what axis_of made of it.
template <class Find>
ValuesAndIndices pick(const char* op, const Tensor& x, int axis, bool drop, Find find, std::initializer_list<ToldOption> options = {}) {
  Array places;
  const bool scalar = x.rank() == 0;
  Tensor values = record(Pick<Find>(op, axis, drop || scalar, find, &places, options), as_vector(x));
  told("places_of", {&values, &x}, places);
  return {std::move(values), Tensor(std::move(places))};
}

template <class Find>
struct PickShared final : Op, Described {
  const char* called;
  AxisSet axes;
  bool keepdim, nan_shares;
  Find find;       // (const Array&, AxisSet) → Array, the axes kept
  PickShared(const char* called, AxisSet axes, bool keepdim, bool nan_shares, Find find)
      : called(called), axes(axes), keepdim(keepdim), nan_shares(nan_shares), find(find) {}
  std::string_view name() const override { return called; }
  void describe(OpOptions& o) const override { o("axes", positions_of(axes))("keepdim", keepdim); }
  Array forward(const Tensor& x) {
    const Array kept = find(x.value(), axes);
    if (tracked()) {
      check_computes_in(x.dtype(), called);
      save(Tensor(kernels::shares_of_extreme(x.value(), kept, axes, nan_shares)));
    }
    return kept.reshape(reduced(x.shape(), axes, keepdim));
  }
  Grads backward(Tensor g) override {
    const Tensor& shares = saved()[0];
    return {elementwise(formulas::Portion{}, shares, reshape(g, with_ones(shares.shape(), axes)))};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    std::vector<int> list;   // of a scalar's none: sum takes them as all, which is the same
    for (int i = 0; i < vs[0].rank(); ++i)
      if (axes >> i & 1) list.push_back(i);
    return sum(elementwise(formulas::Portion{}, saved()[0], vs[0]), list, keepdim);
  }
};

template <class Find>
Tensor pick_shared(const char* op, const Tensor& x, AxisSet axes, bool keepdim, bool nan_shares, Find find) {
  return record(PickShared<Find>(op, axes, keepdim, nan_shares, find), x);
}

}  // namespace gradus::detail
