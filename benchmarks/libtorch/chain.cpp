// A thousand small operations in a row, forward and backward; and forward alone without recording.
#include "common.h"

namespace {

constexpr int operations = 1000;

Tensor chain(Tensor x, const Tensor& scale, const Tensor& shift) {
  for (int i = 0; i < operations; i += 4) x = torch::relu(torch::tanh(x * scale) + shift);
  return x;
}

void run(const bench::Options& options) {
  const std::int64_t n = options.number();
  Tensor x = torch::full({n}, 0.5).set_requires_grad(true);
  const Tensor scale = torch::full({n}, 0.9), shift = torch::full({n}, 0.1);

  const auto recorded = [&] {
    const Tensor y = chain(x, scale, shift);
    x.mutable_grad().reset();
    y.backward(scale);
    return y.sum().item<double>() + x.grad().sum().item<double>();
  };
  const auto unrecorded = [&] {
    const torch::NoGradGuard guard;
    return chain(x, scale, shift).sum().item<double>();
  };
  const double check = recorded(), check_unrecorded = unrecorded();
  const double ns = 1e9 / operations;
  bench::report(options.job, "ns/op", bench::seconds_per_call(options.seconds, recorded) * ns, check);
  bench::report(options.job + "-unrecorded", "ns/op", bench::seconds_per_call(options.seconds, unrecorded) * ns, check_unrecorded);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
