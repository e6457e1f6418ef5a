// A tensor as the beginning of a tape that leads back to it: its derivative is taken here, and can be differentiated further.
#pragma once
#include <gradus/autograd/tape/op.h>

namespace gradus {

struct Entry final : Op {
  std::string_view name() const override { return "entry"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override { return {g}; }
  Tensor tangent(std::span<const Tensor> vs) override { return vs[0]; }
};

// A leaf with x's value; where `recorded`, one that leads back to x.
inline Tensor entry(const Tensor& x, bool recorded) { return recorded && x.requires_grad() ? record(Entry{}, x) : variable(x); }

}  // namespace gradus
