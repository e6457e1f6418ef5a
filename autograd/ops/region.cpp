#include <gradus/autograd/ops/internal/region.h>

#include <gradus/autograd/kernels/axes/place.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::Region;

// Writes values, of the region's shape, into out, which is contiguous.
void write(const Array& values, const Region& r, Array& out) {
  Shape strides = out.strides();
  std::int64_t first = 0;
  for (int i = 0; i < strides.rank(); ++i) first += r.begin[i] * strides[i], strides[i] *= r.step[i];
  for (int i = strides.rank(); i-- > 0;)
    if (r.dropped >> i & 1) strides.erase(i);
  for (int i = 0; r.added >> i; ++i)
    if (r.added >> i & 1) strides.insert(i, 1);
  kernels::place_strided(values, out, first, strides);
}

struct RegionOf final : Op {
  std::string_view name() const override { return "index"; }
  Region at;
  Shape shape;
  explicit RegionOf(const Region& at) : at(at) {}
  Array forward(const Tensor& x) { return shape = x.shape(), at.view(x.value()); }
  Grads backward(Tensor g) override { return {detail::into_full(g, at, shape)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return detail::region(vs[0], at); }
};

struct RegionIntoFull final : Op {
  std::string_view name() const override { return "index_put"; }
  Region at;
  Shape shape;
  double fill;
  RegionIntoFull(const Region& at, const Shape& shape, double fill) : at(at), shape(shape), fill(fill) {}
  Array forward(const Tensor& values) {
    Array out = Array::full(shape, fill, values.dtype());
    write(values.value(), at, out);
    return out;
  }
  Grads backward(Tensor g) override { return {detail::region(g, at)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return detail::into_full(vs[0], at, shape); }
};

struct PutRegion final : Op {
  std::string_view name() const override { return "index_put"; }
  Region at;
  Shape shape, part;
  explicit PutRegion(const Region& at) : at(at) {}
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

Array detail::Region::view(const Array& x) const {
  Array y = x;
  for (int i = 0; i < x.rank(); ++i)
    if (count[i] != x.shape()[i] || step[i] != 1) y = y.slice(i, begin[i], count[i] == 0 ? begin[i] : begin[i] + (count[i] - 1) * step[i] + 1, step[i]);
  for (int i = x.rank(); i-- > 0;)
    if (dropped >> i & 1) y = y.squeeze(i);
  for (int i = 0; added >> i; ++i)
    if (added >> i & 1) y = y.unsqueeze(i);
  return y;
}

Tensor detail::region(const Tensor& x, const Region& at) { return record(RegionOf(at), x); }
Tensor detail::put_region(const Tensor& x, const Region& at, const Tensor& values) { return record(PutRegion(at), x, values); }

Tensor detail::into_full(const Tensor& values, const Region& at, const Shape& shape, double fill) {
  return record(RegionIntoFull(at, shape, fill), values);
}

}  // namespace gradus
