// ResNet-20 for images of 32 x 32 (He et al., 2015) with SGD and momentum, batch 64: a step on a preloaded batch.
#include "common.h"

namespace {

struct Block {
  nn::Conv2d conv1;
  nn::BatchNorm2d norm1;
  nn::Conv2d conv2;
  nn::BatchNorm2d norm2;
  std::int64_t wider;   // channels more than before; then every second pixel

  Block(std::int64_t in, std::int64_t out)
      : conv1{in, out, {.stride = in == out ? 1 : 2, .padding = 1, .bias = false}}, norm1{out},
        conv2{out, out, {.padding = 1, .bias = false}}, norm2{out}, wider(out - in) {}
  Tensor operator()(const Tensor& x) const {
    const Tensor same = wider == 0 ? x : pad(x[{Slice(), Slice(), Slice(None, None, 2), Slice(None, None, 2)}],
                                             {0, 0, 0, 0, wider / 2, wider / 2});
    return norm2.relu(conv2(norm1.relu(conv1(x))), same);
  }
  using Fields = nn::Fields<&Block::conv1, &Block::norm1, &Block::conv2, &Block::norm2>;
};

std::vector<Block> stages() {
  std::vector<Block> blocks;
  std::int64_t last = 16;
  for (const std::int64_t width : {16, 32, 64})
    for (int i = 0; i < 3; ++i) blocks.emplace_back(last, width), last = width;
  return blocks;
}

struct Net {
  nn::Conv2d conv{3, 16, {.padding = 1, .bias = false}};
  nn::BatchNorm2d norm{16};
  std::vector<Block> blocks = stages();
  nn::Linear output{64, 10};

  Tensor operator()(Tensor x) const {
    x = norm.relu(conv(x));
    for (const Block& block : blocks) x = block(x);
    return output(flatten(adaptive_avg_pool2d(x, 1), 1));
  }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(nn::parameters(net), options, "resnet");
  optim::SGD sgd(nn::parameters(net), {.lr = 0.002, .momentum = 0.9, .weight_decay = 1e-4});
  measure_steps(options, net, sgd, coloured(options));
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
