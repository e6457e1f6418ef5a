// A training step of a 2-16-16-1 network on one sample: what everything but the arithmetic costs.
#include "common.h"

namespace {

struct Net {
  nn::Linear first{2, 16}, second{16, 16}, output{16, 1};
  Tensor operator()(const Tensor& x) const { return output(tanh(second(tanh(first(x))))); }
};

template <class Optimizer>
void measure(const bench::Options& options, Net& net, Optimizer& optimizer) {
  const Tensor x = tensor({{0.5, -1.0}}), target = tensor({{0.25}});
  const auto step = [&] {
    const Tensor loss = nn::mse_loss(net(x), target);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  bench::Mean loss;
  for (int i = 0; i < 20; ++i) loss.add(step());
  bench::report(options.job, "us/step", bench::seconds_per_call(options.seconds, step) * 1e6, loss.value());
}

void run(const bench::Options& options) {
  Net net;
  load_weights(nn::parameters(net), options, "tiny");
  if (options.job == "tiny-adam") {
    optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
    measure(options, net, adam);
  } else {
    optim::SGD sgd(nn::parameters(net), {.lr = 1e-2});
    measure(options, net, sgd);
  }
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
