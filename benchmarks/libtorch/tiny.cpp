// A training step of a 2-16-16-1 network on one sample: what everything but the arithmetic costs.
#include "common.h"

namespace {

struct Net : torch::nn::Module {
  torch::nn::Linear first{2, 16}, second{16, 16}, output{16, 1};
  Net() {
    register_module("first", first);
    register_module("second", second);
    register_module("output", output);
  }
  Tensor forward(const Tensor& x) { return output(torch::tanh(second(torch::tanh(first(x))))); }
};

void measure(const bench::Options& options, Net& net, torch::optim::Optimizer& optimizer) {
  const Tensor x = torch::tensor({{0.5f, -1.0f}}), target = torch::tensor({{0.25f}});
  const auto step = [&] {
    const Tensor loss = torch::mse_loss(net.forward(x), target);
    zero_grad(optimizer);
    loss.backward();
    optimizer.step();
    return loss.item<float>();
  };
  bench::Mean loss;
  for (int i = 0; i < 20; ++i) loss.add(step());
  bench::report(options.job, "us/step", bench::seconds_per_call(options.seconds, step) * 1e6, loss.value());
}

void run(const bench::Options& options) {
  Net net;
  load_weights(net.parameters(), options, "tiny");
  if (options.job == "tiny-adam") {
    torch::optim::Adam adam(net.parameters(), torch::optim::AdamOptions(1e-3));
    measure(options, net, adam);
  } else {
    torch::optim::SGD sgd(net.parameters(), torch::optim::SGDOptions(1e-2));
    measure(options, net, sgd);
  }
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
