#include <gradus/autograd/ops/internal/picks.h>

#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::pick_into_zeros, detail::Picks;

using Arrays = SmallVector<Array, 2>;
std::span<const Array> span_of(const Arrays& arrays) { return {arrays.data(), arrays.size()}; }

// What they have in common: the tensors, then the positions, are their inputs.
struct Picking : Op, detail::Described {
  const char* called;
  kernels::Picked at;
  Picking(const char* called, const kernels::Picked& at) : called(called), at(at) {}
  std::string_view name() const override { return called; }
  virtual const char* how() const = 0;
  void describe(detail::OpOptions& o) const override { o("how", how())("axes", detail::positions_of(at.axes))("at", at.at); }
  Arrays keep(std::span<const Tensor> positions) {
    Arrays arrays;
    for (const Tensor& each : positions) save(each), arrays.push_back(each.value());
    return arrays;
  }
  Picks picks() const {
    Picks all{called, at, {}};
    for (const Tensor& each : saved()) all.positions.push_back(each);
    return all;
  }
};

template <class O>
Tensor recorded(O op, std::initializer_list<Tensor> inputs, const Picks& picks) {
  SmallVector<Tensor, 4> all(inputs);
  for (const Tensor& each : picks.positions) all.push_back(each);
  return record(std::move(op), std::span<const Tensor>(all.data(), all.size()));
}

Grads first(const Tensor& a, std::size_t inputs) {
  Grads grads{a};
  grads.resize(inputs);
  return grads;
}

Array put_array(const Array& x, const kernels::Picked& at, const Arrays& positions, const Array& values, bool accumulate) {
  const Dtype dtype = accumulate ? detail::worked_in(x.dtype()) : x.dtype();
  if (dtype != x.dtype()) return put_array(x.to(dtype), at, positions, values.to(dtype), true).to(x.dtype());
  Array out = x.contiguous_copy();
  kernels::put(out, at, span_of(positions), values, accumulate);
  return out;
}

struct Pick final : Picking {
  using Picking::Picking;
  const char* how() const override { return "pick"; }
  Shape shape;
  Array forward(std::span<const Tensor> in) {
    shape = in[0].shape();
    return kernels::take(in[0].value(), at, span_of(keep(in.subspan(1))));
  }
  Grads backward(Tensor g) override { return first(pick_into_zeros(g, picks(), shape), saved().size() + 1); }
  Tensor tangent(std::span<const Tensor> vs) override { return detail::pick(vs[0], picks()); }
};

// Zeros with values added in those places.
struct PickIntoZeros final : Picking {
  const char* how() const override { return "into_zeros"; }
  Shape shape;
  PickIntoZeros(const char* name, const kernels::Picked& at, const Shape& shape) : Picking(name, at), shape(shape) {}
  Array forward(std::span<const Tensor> in) {
    const Arrays positions = keep(in.subspan(1));
    const Dtype dtype = detail::worked_in(in[0].dtype());
    Array out = Array::zeros(shape, dtype);
    kernels::put(out, at, span_of(positions), in[0].value().to(dtype), true);
    return out.to(in[0].dtype());
  }
  Grads backward(Tensor g) override { return first(detail::pick(g, picks()), saved().size() + 1); }
  Tensor tangent(std::span<const Tensor> vs) override { return pick_into_zeros(vs[0], picks(), shape); }
};

struct PutAdd final : Picking {
  using Picking::Picking;
  const char* how() const override { return "add"; }
  Shape shape;
  Array forward(std::span<const Tensor> in) {
    shape = in[0].shape();
    return put_array(in[0].value(), at, keep(in.subspan(2)), in[1].value(), true);
  }
  Grads backward(Tensor g) override {
    Grads grads{g, needs(1) ? detail::pick(g, picks()) : Tensor{}};
    grads.resize(saved().size() + 2);
    return grads;
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    if (!needs(1)) return vs[0];
    return needs(0) ? detail::put(vs[0], picks(), vs[1], true) : pick_into_zeros(vs[1], picks(), shape);
  }
};

struct PutSet final : Picking {
  using Picking::Picking;
  const char* how() const override { return "set"; }
  Shape shape, picked;
  Tensor last;   // which values stay, in the shape of the positions and a 1 for each dimension behind them; undefined: all
  SmallVector<Array, 4> keeps() const override { return {last.value()}; }
  Array forward(std::span<const Tensor> in) {
    shape = in[0].shape(), picked = in[1].shape();
    const Arrays positions = keep(in.subspan(2));
    if (tracked() && needs(1)) {
      const Array uses = kernels::last_uses(shape, at, span_of(positions));
      if (uses.defined()) {
        Shape wide = uses.shape();
        for (int i = at.at + uses.rank(); i < picked.rank(); ++i) wide.push_back(1);
        last = uses.reshape(wide);
      }
    }
    return put_array(in[0].value(), at, positions, in[1].value(), false);
  }
  Grads backward(Tensor g) override {
    Grads grads{needs(0) ? detail::put(g, picks(), Tensor(Array::zeros({}, g.dtype()).expand(picked)), false) : Tensor{}, Tensor{}};
    if (needs(1)) {
      const Tensor there = detail::pick(g, picks());
      grads[1] = last.defined() ? where(last, there, 0.0) : there;
    }
    grads.resize(saved().size() + 2);
    return grads;
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Array zero = Array::zeros({}, (needs(0) ? vs[0] : vs[1]).dtype());
    return detail::put(needs(0) ? vs[0] : Tensor(zero.expand(shape)), picks(), needs(1) ? vs[1] : Tensor(zero.expand(picked)), false);
  }
};

}  // namespace

Tensor detail::pick_into_zeros(const Tensor& values, const Picks& picks, const Shape& shape) {
  return recorded(PickIntoZeros(picks.name, picks.at, shape), {values}, picks);
}

Tensor detail::pick(const Tensor& x, const Picks& picks) { return recorded(Pick(picks.name, picks.at), {x}, picks); }

Tensor detail::put(const Tensor& x, const Picks& picks, const Tensor& values, bool accumulate) {
  return accumulate ? recorded(PutAdd(picks.name, picks.at), {x, values}, picks)
                    : recorded(PutSet(picks.name, picks.at), {x, values}, picks);
}

}  // namespace gradus
