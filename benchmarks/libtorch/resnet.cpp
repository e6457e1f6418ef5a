// ResNet-20 for images of 32 x 32 (He et al., 2015) with SGD and momentum, batch 64: a step on a preloaded batch.
// In the layout, NCHW or channels last, that turns out faster in a short trial.
#include "common.h"

namespace {

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t stride = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false));
}

struct BlockImpl : torch::nn::Module {
  torch::nn::Conv2d conv1, conv2;
  torch::nn::BatchNorm2d norm1, norm2;
  std::int64_t wider;   // channels more than before; then every second pixel

  BlockImpl(std::int64_t in, std::int64_t out)
      : conv1(convolution(in, out, in == out ? 1 : 2)), conv2(convolution(out, out)), norm1(out), norm2(out), wider(out - in) {
    register_module("conv1", conv1);
    register_module("norm1", norm1);
    register_module("conv2", conv2);
    register_module("norm2", norm2);
  }
  Tensor forward(const Tensor& x) {
    Tensor same = x;
    if (wider > 0) same = torch::constant_pad_nd(x.slice(2, 0, x.size(2), 2).slice(3, 0, x.size(3), 2), {0, 0, 0, 0, wider / 2, wider / 2});
    return (norm2(conv2(norm1(conv1(x)).relu_())) + same).relu_();
  }
};
TORCH_MODULE(Block);

struct Net : torch::nn::Module {
  torch::nn::Conv2d conv = convolution(3, 16);
  torch::nn::BatchNorm2d norm{16};
  torch::nn::Sequential blocks;
  torch::nn::Linear output{64, 10};

  Net() {
    std::int64_t last = 16;
    for (const std::int64_t width : {16, 32, 64})
      for (int i = 0; i < 3; ++i) blocks->push_back(Block(last, width)), last = width;
    register_module("conv", conv);
    register_module("norm", norm);
    register_module("blocks", blocks);
    register_module("output", output);
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = blocks->forward(norm(conv(x)).relu_());
    return output(torch::adaptive_avg_pool2d(y, {1, 1}).flatten(1));
  }
};

struct Training {
  Net net;
  std::vector<Batch> batches;

  Training(const bench::Options& options, bool channels_last) : batches(coloured(options)) {
    load_weights(net.parameters(), options, "resnet");
    if (!channels_last) return;
    for (Tensor& p : net.parameters())
      if (p.dim() == 4) p.set_data(p.contiguous(torch::MemoryFormat::ChannelsLast));
    for (Batch& batch : batches) batch.data = batch.data.contiguous(torch::MemoryFormat::ChannelsLast);
  }
  torch::optim::SGD sgd() { return torch::optim::SGD(net.parameters(), torch::optim::SGDOptions(0.002).momentum(0.9).weight_decay(1e-4)); }
};

double trial(const bench::Options& options, bool channels_last) {
  Training t(options, channels_last);
  auto sgd = t.sgd();
  const auto step = [&] { training_step(t.net, sgd, t.batches[0].data, t.batches[0].target); };
  step();
  return bench::seconds_per_call(0.3, step);
}

void run(const bench::Options& options) {
  Training t(options, trial(options, true) < trial(options, false));
  auto sgd = t.sgd();
  measure_steps(options, t.net, sgd, t.batches);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
