#include <gradus/autograd/ops/internal/cutout.h>

#include <algorithm>
#include <utility>

#include <gradus/autograd/kernels/axes/place.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::Cutout;

// Writes values, of the region's shape, into out, which is contiguous.
void write(const Array& values, const Cutout& r, Array& out) {
  Shape strides = out.strides();
  std::int64_t first = 0;
  for (int i = 0; i < strides.rank(); ++i) first += r.begin[i] * strides[i], strides[i] *= r.step[i];
  for (int i = strides.rank(); i-- > 0;)
    if (r.dropped >> i & 1) strides.erase(i);
  for (int i = 0; r.added >> i; ++i)
    if (r.added >> i & 1) strides.insert(i, 1);
  kernels::place_strided(values, out, first, strides);
}

// Puts `fill` all around what a cutout of steps 1 leaves free, each element once: what lies before and behind along one axis, within the
// cutout along those that come earlier.
void surround(const Cutout& r, double fill, Array& out) {
  const Array number = Array::full({}, fill, out.dtype());
  const Shape shape = out.shape(), strides = out.strides();
  std::int64_t first = 0;
  Shape slab = shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t begin = r.begin[axis], end = begin + r.count[axis];
    for (const auto& [from, to] : {std::pair{std::int64_t{0}, begin}, std::pair{end, shape[axis]}}) {
      slab[axis] = to - from;
      kernels::place_strided(number.expand(slab), out, first + from * strides[axis], strides);
    }
    first += begin * strides[axis], slab[axis] = end - begin;
  }
}

struct CutoutOf final : Op, detail::Described {
  std::string_view name() const override { return "index"; }
  void describe(detail::OpOptions& o) const override {
    o("begin", at.begin)("step", at.step)("count", at.count)("dropped", detail::positions_of(at.dropped))
     ("added", detail::positions_of(at.added));
  }
  Cutout at;
  Shape shape;
  explicit CutoutOf(const Cutout& at) : at(at) {}
  Array forward(const Tensor& x) { return shape = x.shape(), at.view(x.value()); }
  Grads backward(Tensor g) override { return {detail::into_full(g, at, shape)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return detail::region(vs[0], at); }
};

struct CutoutIntoFull final : Op, detail::Described {
  std::string_view name() const override { return "index_put"; }
  void describe(detail::OpOptions& o) const override {
    o("begin", at.begin)("step", at.step)("count", at.count)("dropped", detail::positions_of(at.dropped))
     ("added", detail::positions_of(at.added))("fill", fill);
  }
  Cutout at;
  Shape shape;
  double fill;
  CutoutIntoFull(const Cutout& at, const Shape& shape, double fill) : at(at), shape(shape), fill(fill) {}
  Array forward(const Tensor& values) {
    const bool in_one = std::all_of(at.step.begin(), at.step.end(), [](std::int64_t step) { return step == 1; });
    Array out = in_one ? Array(shape, values.dtype()) : Array::full(shape, fill, values.dtype());
    if (in_one) surround(at, fill, out);
    write(values.value(), at, out);
    return out;
  }
  Grads backward(Tensor g) override { return {detail::region(g, at)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return detail::into_full(vs[0], at, shape); }
};

struct PutCutout final : Op, detail::Described {
  std::string_view name() const override { return "index_put"; }
  void describe(detail::OpOptions& o) const override {
    o("begin", at.begin)("step", at.step)("count", at.count)("dropped", detail::positions_of(at.dropped))
     ("added", detail::positions_of(at.added));
  }
  Cutout at;
  Shape shape, part;
  explicit PutCutout(const Cutout& at) : at(at) {}
  Array forward(const Tensor& x, const Tensor& values) {
    shape = x.shape(), part = values.shape();
    Array out = x.value().contiguous_copy();
    write(values.value(), at, out);
    return out;
  }
  Grads backward(Tensor g) override {
    return {needs(0) ? detail::put_region(g, at, Tensor(Array::zeros({}, g.dtype()).expand(part))) : Tensor{},
            needs(1) ? detail::region(g, at) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    if (!needs(0)) return detail::into_full(vs[1], at, shape);
    return detail::put_region(vs[0], at, needs(1) ? vs[1] : Tensor(Array::zeros({}, vs[0].dtype()).expand(part)));
  }
};

}  // namespace

Array detail::Cutout::view(const Array& x) const {
  Array y = x;
  for (int i = 0; i < x.rank(); ++i) {
    const std::int64_t end = count[i] == 0 ? begin[i] : begin[i] + (count[i] - 1) * step[i] + 1;
    if (count[i] != x.shape()[i] || step[i] != 1) y = y.slice(i, begin[i], end, step[i]);
  }
  for (int i = x.rank(); i-- > 0;)
    if (dropped >> i & 1) y = y.squeeze(i);
  for (int i = 0; added >> i; ++i)
    if (added >> i & 1) y = y.unsqueeze(i);
  return y;
}

Tensor detail::region(const Tensor& x, const Cutout& at) { return record(CutoutOf(at), x); }
Tensor detail::put_region(const Tensor& x, const Cutout& at, const Tensor& values) { return record(PutCutout(at), x, values); }

Tensor detail::into_full(const Tensor& values, const Cutout& at, const Shape& shape, double fill) {
  return record(CutoutIntoFull(at, shape, fill), values);
}

}  // namespace gradus
