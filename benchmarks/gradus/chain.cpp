// A thousand small operations in a row, forward and backward; and forward alone without recording.
#include "common.h"

namespace {

constexpr int operations = 1000;

Tensor chain(Tensor x, const Tensor& scale, const Tensor& shift) {
  for (int i = 0; i < operations; i += 4) x = relu(tanh(x * scale) + shift);
  return x;
}

void run(const bench::Options& options) {
  const Shape shape{options.number()};
  const Tensor x = variable(full(shape, 0.5)), scale = full(shape, 0.9), shift = full(shape, 0.1);

  const auto recorded = [&] {
    const Tensor y = chain(x, scale, shift);
    x.zero_grad();
    y.backward(scale);
    return sum(y).item() + sum(x.grad()).item();
  };
  const auto unrecorded = [&] {
    const NoGrad guard;
    return sum(chain(x, scale, shift)).item();
  };
  const double check = recorded(), check_unrecorded = unrecorded();
  const double ns = 1e9 / operations;
  bench::report(options.job, "ns/op", bench::seconds_per_call(options.seconds, recorded) * ns, check);
  bench::report(options.job + "-unrecorded", "ns/op", bench::seconds_per_call(options.seconds, unrecorded) * ns, check_unrecorded);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
