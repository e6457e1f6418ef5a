// A small vision transformer (Dosovitskiy et al., 2021; without a token of the class, Beyer et al., 2022) with AdamW: images of 32 x 32,
// patches of 4 x 4, width 128, 4 layers, 4 heads, batch 64: a step on a preloaded batch.
#include "common.h"

namespace {

constexpr std::int64_t width = 128, heads = 4, places = 64;

struct Norm {
  Parameter weight{Array::full({width}, 1)}, bias{Array::zeros({width})};
  Tensor operator()(const Tensor& x) const { return layer_norm(x, {width}, weight, bias); }
};

struct Block {
  Norm norm1;
  nn::Linear qkv{width, 3 * width}, out{width, width};
  Norm norm2;
  nn::Linear wide{width, 4 * width}, narrow{4 * width, width};

  Tensor attention(const Tensor& x) const {   // [N, 64, 128] → [N, 64, 128]
    const std::int64_t n = x.dim(0);
    const std::vector<Tensor> all = unbind(permute(reshape(qkv(x), {n, places, 3, heads, width / heads}), {2, 0, 3, 1, 4}));
    const Tensor seen = scaled_dot_product_attention(all[0], all[1], all[2]);   // of [N, 4, 64, 32]
    return out(reshape(transpose(seen, 1, 2), {n, places, width}));
  }
  Tensor operator()(Tensor x) const {
    x = x + attention(norm1(x));
    return x + narrow(gelu(wide(norm2(x))));
  }
};

struct Net {
  nn::Conv2d patches{3, width, {.kernel = 4, .stride = 4}};
  Parameter positions{Array::zeros({places, width})};
  std::vector<Block> blocks = std::vector<Block>(4);
  Norm norm;
  nn::Linear output{width, 10};

  Tensor operator()(const Tensor& image) const {
    Tensor x = transpose(flatten(patches(image), 2), 1, 2) + positions;
    for (const Block& block : blocks) x = block(x);
    return output(mean(norm(x), 1));
  }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(nn::parameters(net), options, "vit");
  optim::AdamW adam(nn::parameters(net), {.lr = 1e-3});
  measure_steps(options, net, adam, coloured(options));
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
