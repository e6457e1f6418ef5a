// A character GPT (4 layers, width 128, 4 heads, context 128, batch 16) with AdamW: a step on a text.
#include "common.h"

namespace {

struct Net {
  Parameter words{Array::zeros({128, 128})}, places{Array::zeros({128, 128})};
  nn::TransformerEncoder blocks{
      nn::TransformerEncoderLayer{128, 4,
                                  {.dim_feedforward = 512,
                                   .dropout = 0,
                                   .activation = nn::TransformerActivation::gelu,
                                   .batch_first = true,
                                   .norm_first = true}},
      4, nn::LayerNorm{128}};
  nn::Linear output{128, 128};
  Tensor operator()(const Tensor& x) const {
    return flatten(output(blocks(embedding(x, words) + places, {.is_causal = true})), 0, 1);
  }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(nn::parameters(net), options, "gpt");
  optim::AdamW adamw(nn::parameters(net), {.lr = 1e-3});
  std::vector<Batch> batches;
  for (const auto& batch : bench::characters(options, {.steps = 128, .samples = 16, .batch_first = true}))
    batches.emplace_back(Array::from(batch.x, {batch.samples, batch.steps}), Array::from(batch.target, {batch.steps * batch.samples}));
  measure_steps(options, net, adamw, batches);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
