// LeNet-5 (LeCun et al., 1998, with ReLU and max pooling), SGD with momentum: a step on a preloaded batch of Fashion-MNIST.
#include "common.h"

namespace {

struct Net {
  nn::Conv2d first{1, 6, {.kernel = 5, .padding = 2}}, second{6, 16, {.kernel = 5}};
  nn::Linear hidden1{400, 120}, hidden2{120, 84}, output{84, 10};
  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(first(x)), {.kernel = 2});
    x = max_pool2d(relu(second(x)), {.kernel = 2});
    x = relu(hidden1(flatten(x, 1)));
    return output(relu(hidden2(x)));
  }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(nn::parameters(net), options, "lenet");
  optim::SGD sgd(nn::parameters(net), {.lr = 0.01, .momentum = 0.9});
  measure_steps(options, net, sgd);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
