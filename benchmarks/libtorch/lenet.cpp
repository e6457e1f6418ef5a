// LeNet-5 (LeCun et al., 1998, with ReLU and max pooling), SGD with momentum: a step on a preloaded batch of Fashion-MNIST.
#include "common.h"

namespace {

struct Net : torch::nn::Module {
  torch::nn::Conv2d first{torch::nn::Conv2dOptions(1, 6, 5).padding(2)}, second{torch::nn::Conv2dOptions(6, 16, 5)};
  torch::nn::Linear hidden1{400, 120}, hidden2{120, 84}, output{84, 10};
  Net() {
    register_module("first", first);
    register_module("second", second);
    register_module("hidden1", hidden1);
    register_module("hidden2", hidden2);
    register_module("output", output);
  }
  Tensor forward(Tensor x) {
    x = torch::max_pool2d(torch::relu(first(x)), 2);
    x = torch::max_pool2d(torch::relu(second(x)), 2);
    x = torch::relu(hidden1(x.flatten(1)));
    return output(torch::relu(hidden2(x)));
  }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(net.parameters(), options, "lenet");
  torch::optim::SGD sgd(net.parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
  measure_steps(options, net, sgd, preloaded(options, options.number()));
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
