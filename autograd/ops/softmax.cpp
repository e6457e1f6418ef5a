#include <gradus/autograd/ops/softmax.h>

#include <gradus/autograd/kernels/axes/softmax.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

struct Softmax final : Op, detail::Described {
  std::string_view name() const override { return "softmax"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  explicit Softmax(int axis) : axis(axis) {}
  Array forward(const Tensor& x) {
    save_output();
    return kernels::softmax(x.value().as_contiguous(), axis, false);
  }
  Grads backward(Tensor g) override {
    const Tensor y = output();
    if (!recording()) return {kernels::softmax_backward(y.value(), g.value().as_contiguous(), axis, false)};
    const Tensor gy = g * y;
    return {gy - y * sum(gy, axis, true)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return backward(vs[0])[0].tensor(); }   // diag(y) − y·yᵀ is symmetric
};

struct LogSoftmax final : Op, detail::Described {
  std::string_view name() const override { return "log_softmax"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  explicit LogSoftmax(int axis) : axis(axis) {}
  Array forward(const Tensor& x) {
    save_output();
    return kernels::softmax(x.value().as_contiguous(), axis, true);
  }
  Grads backward(Tensor g) override {
    const Tensor y = output();
    if (!recording()) return {kernels::softmax_backward(y.value(), g.value().as_contiguous(), axis, true)};
    return {g - exp(y) * sum(g, axis, true)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return vs[0] - sum(exp(output()) * vs[0], axis, true); }
};

// A scalar is a row of one element.
template <class O>
Tensor along(const char* op, const Tensor& x, Axis axis) {
  const int at = detail::axis_of(axis, x, op);
  return x.rank() == 0 ? reshape(record(O(0), reshape(x, {1})), {}) : record(O(at), x);
}

}  // namespace

Tensor softmax(const Tensor& x, Axis axis) { return along<Softmax>("softmax", x, axis); }
Tensor log_softmax(const Tensor& x, Axis axis) { return along<LogSoftmax>("log_softmax", x, axis); }

}  // namespace gradus
