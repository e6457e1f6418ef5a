// A character GPT (4 layers, width 128, 4 heads, context 128, batch 16) with AdamW: a step on a text.
#include "common.h"

namespace {

// Attention written by hand, since the C++ API's MultiheadAttention makes the matrix of weights. LibTorch 1.13 has no fused one.
#if TORCH_VERSION_MAJOR >= 2
Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) { return at::scaled_dot_product_attention(q, k, v, {}, 0.0, true); }
#else
Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
  const Tensor hidden = torch::full({q.size(-2), k.size(-2)}, -INFINITY).triu(1);
  return torch::softmax(torch::matmul(q / std::sqrt(static_cast<double>(q.size(-1))), k.transpose(-2, -1)) + hidden, -1).matmul(v);
}
#endif

struct BlockImpl : torch::nn::Module {
  torch::nn::Linear in_proj{128, 384}, out_proj{128, 128}, linear1{128, 512}, linear2{512, 128};
  torch::nn::LayerNorm norm1{torch::nn::LayerNormOptions({128})}, norm2{torch::nn::LayerNormOptions({128})};
  BlockImpl() {
    register_module("in_proj", in_proj);
    register_module("out_proj", out_proj);
    register_module("linear1", linear1);
    register_module("linear2", linear2);
    register_module("norm1", norm1);
    register_module("norm2", norm2);
  }
  Tensor attention(const Tensor& x) {
    std::vector<Tensor> heads = in_proj(x).split(128, -1);
    for (Tensor& part : heads) part = part.view({x.size(0), x.size(1), 4, 32}).transpose(1, 2);
    return out_proj(attend(heads[0], heads[1], heads[2]).transpose(1, 2).reshape(x.sizes()));
  }
  Tensor forward(const Tensor& given) {
    const Tensor x = given + attention(norm1(given));
    return x + linear2(torch::gelu(linear1(norm2(x))));
  }
};
TORCH_MODULE(Block);

struct Net : torch::nn::Module {
  Tensor words, places;
  std::vector<Block> blocks{4};
  torch::nn::LayerNorm norm{torch::nn::LayerNormOptions({128})};
  torch::nn::Linear output{128, 128};
  Net() {
    words = register_parameter("words", torch::zeros({128, 128}));
    places = register_parameter("places", torch::zeros({128, 128}));
    for (std::size_t i = 0; i < 4; ++i) register_module("block" + std::to_string(i), blocks[i] = Block());
    register_module("norm", norm);
    register_module("output", output);
  }
  Tensor forward(const Tensor& given) {
    Tensor x = torch::embedding(words, given) + places;
    for (Block& block : blocks) x = block(x);
    return output(norm(x)).flatten(0, 1);
  }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(net.parameters(), options, "gpt");
  torch::optim::AdamW adamw(net.parameters(), torch::optim::AdamWOptions(1e-3));
  std::vector<Batch> batches;
  for (const auto& batch : bench::characters(options, {.steps = 128, .samples = 16, .batch_first = true}))
    batches.emplace_back(torch::tensor(batch.x).view({batch.samples, batch.steps}), torch::tensor(batch.target));
  measure_steps(options, net, adamw, batches);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
