// 3x3 convolutions 1→32, 32→64 and 64→128 (stride 2), each with batch norm and ReLU; SGD with momentum: a step on a preloaded batch.
#include "convnet.h"

namespace {

void run(const bench::Options& options) {
  ConvNet net;
  load_weights(nn::parameters(net), options, "convnet");
  optim::SGD sgd(nn::parameters(net), {.lr = 0.01, .momentum = 0.9});
  measure_steps(options, net, sgd);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
