// A small vision transformer (Dosovitskiy et al., 2021; without a token of the class, Beyer et al., 2022) with AdamW: images of 32 x 32,
// patches of 4 x 4, width 128, 4 layers, 4 heads, batch 64: a step on a preloaded batch.
#include <cmath>

#include "common.h"

namespace {

constexpr std::int64_t width = 128, heads = 4, places = 64;

// What LibTorch 1.13 has not, for the one who compares with it, too.
Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
#if TORCH_VERSION_MAJOR >= 2
  return torch::scaled_dot_product_attention(q, k, v);
#else
  return torch::matmul(torch::softmax(torch::matmul(q, k.transpose(-2, -1)) / std::sqrt(double(width / heads)), -1), v);
#endif
}

torch::nn::LayerNorm layer_norm() { return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})); }

struct BlockImpl : torch::nn::Module {
  torch::nn::LayerNorm norm1 = layer_norm();
  torch::nn::Linear qkv{width, 3 * width}, out{width, width};
  torch::nn::LayerNorm norm2 = layer_norm();
  torch::nn::Linear wide{width, 4 * width}, narrow{4 * width, width};

  BlockImpl() {
    register_module("norm1", norm1);
    register_module("qkv", qkv);
    register_module("out", out);
    register_module("norm2", norm2);
    register_module("wide", wide);
    register_module("narrow", narrow);
  }
  Tensor attention(const Tensor& x) {
    const std::int64_t n = x.size(0);
    const auto all = qkv(x).view({n, places, 3, heads, width / heads}).permute({2, 0, 3, 1, 4}).unbind(0);
    return out(attend(all[0], all[1], all[2]).transpose(1, 2).reshape({n, places, width}));
  }
  Tensor forward(const Tensor& before) {
    const Tensor x = before + attention(norm1(before));
    return x + narrow(torch::gelu(wide(norm2(x))));
  }
};
TORCH_MODULE(Block);

struct Net : torch::nn::Module {
  torch::nn::Conv2d patches{torch::nn::Conv2dOptions(3, width, 4).stride(4)};
  Tensor positions = torch::zeros({places, width}).requires_grad_();
  torch::nn::Sequential blocks;
  torch::nn::LayerNorm norm = layer_norm();
  torch::nn::Linear output{width, 10};

  Net() {
    for (int i = 0; i < 4; ++i) blocks->push_back(Block());
    register_module("patches", patches);
    register_module("blocks", blocks);
    register_module("norm", norm);
    register_module("output", output);
  }
  std::vector<Tensor> weights() {   // where the model's text has them
    std::vector<Tensor> all = parameters();
    all.insert(all.begin() + 2, positions);
    return all;
  }
  Tensor forward(const Tensor& image) {
    const Tensor x = patches(image).flatten(2).transpose(1, 2) + positions;
    return output(norm(blocks->forward(x)).mean(1));
  }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(net.weights(), options, "vit");
  torch::optim::AdamW adam(net.weights(), torch::optim::AdamWOptions(1e-3));
  measure_steps(options, net, adam, coloured(options));
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
