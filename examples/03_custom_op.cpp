// Operations of your own: a structural one, and a fused formula without a derivative to write.
//
//   ./run example 03_custom_op
//
// You should see the running sums 1 3 6 10, the gradient 4 3 2 1, and "gradients agree" for both operations: they are compared with central
// differences to second order.
#include <gradus/autograd/fuse.h>
#include <gradus/gradus.h>

#include <iostream>

using namespace gradus;

// Running sums of a vector: y_i = x_0 + … + x_i, or from the other end. Each is the other's gradient, so backward is one line, and because
// that line calls a recorded operation, gradients of gradients come by themselves.
Tensor running_sum(const Tensor& x, bool from_the_end = false);

struct RunningSum final : Op {
  bool from_the_end;
  explicit RunningSum(bool from_the_end) : from_the_end(from_the_end) {}
  std::string_view name() const override { return "running_sum"; }

  Array forward(const Tensor& x) {
    check<ShapeError>(x.rank() == 1, "running_sum: takes a vector: x ", x.shape());
    return visit_floating(x.dtype(), name(), [&]<class T>(T) { return add_up<T>(x.value()); });
  }
  Grads backward(Tensor g) override { return {running_sum(g, !from_the_end)}; }

 private:
  template <class T>
  Array add_up(const Array& x) const {
    Array y = x.contiguous_copy();
    const auto values = y.mutable_span<T>();
    const auto n = static_cast<std::int64_t>(values.size());
    if (from_the_end) {
      for (std::int64_t i = n - 2; i >= 0; --i) values[i] += values[i + 1];
    } else {
      for (std::int64_t i = 1; i < n; ++i) values[i] += values[i - 1];
    }
    return y;
  }
};

Tensor running_sum(const Tensor& x, bool from_the_end) { return record(RunningSum(from_the_end), x); }

// An elementwise formula in one pass over memory, forward and backward; its slopes come from dual numbers.
Tensor gated(const Tensor& x, const Tensor& gate) {
  return fuse([](auto x, auto g) { return x * sigmoid(g); }, x, gate);
}

int main() {
  const Tensor x = variable(tensor({1, 2, 3, 4}));
  const Tensor y = running_sum(x);
  sum(y).backward();
  std::cout << "running sums: " << y.value() << "\n";
  std::cout << "gradient of their sum: " << x.grad() << "\n\n";

  const Tensor a = tensor({0.5, -1, 2}, f64), b = tensor({1, 0, -3}, f64);
  std::cout << "x·σ(gate): " << gated(a, b) << "\n";

  check_gradients([](const auto& in) { return sum(square(running_sum(in[0]))); }, {a});
  check_gradients([](const auto& in) { return gated(in[0], in[1]); }, {a, b});
  std::cout << "gradients agree with central differences, first and second order\n";
}
