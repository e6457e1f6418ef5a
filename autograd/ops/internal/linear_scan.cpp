#include <gradus/autograd/ops/internal/linear_scan.h>

#include <gradus/autograd/kernels/axes/scan.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>

namespace gradus::detail {
namespace {

struct LinearScan final : Op {
  std::string_view name() const override { return "linear_scan"; }
  int axis;
  bool reverse;
  LinearScan(int axis, bool reverse) : axis(axis), reverse(reverse) {}
  Array forward(const Tensor& a, const Tensor& b) {
    save(a, b);
    save_output();
    return kernels::linear_scan(a.value(), b.value(), axis, reverse);
  }
  Grads backward(Tensor g) override {
    const Tensor down = linear_scan(shifted(saved()[0], axis, !reverse), g, axis, !reverse);
    return {needs(0) ? down * shifted(output(), axis, reverse) : Tensor{}, down};
  }
};

}  // namespace

Tensor linear_scan(const Tensor& a, const Tensor& b, int axis, bool reverse) { return record(LinearScan(axis, reverse), a, b); }

Tensor shifted(const Tensor& x, int axis, bool back, double fill) {
  const std::int64_t n = x.dim(axis);
  if (n == 0) return x;
  Shape edge = x.shape();
  edge[axis] = 1;
  const Tensor filled = Array::full(edge, fill, x.dtype());
  if (back) return cat({slice(x, axis, 1, n), filled}, axis);
  return cat({filled, slice(x, axis, 0, n - 1)}, axis);
}

}  // namespace gradus::detail
