// GPT-2 (Radford et al., 2019), and the map from the names and layouts of Hugging Face's GPT2LMHeadModel, whose matrices are the other way
// round and whose queries, keys and values come from one.
//   auto net = models::gpt2({});   nn::load(net, "model.safetensors", {.map = models::gpt2_map()});        // of GPT-2 small
//   Tensor logits = net(words);                                                                          // [N, T] of i64 → [N, T, words]
#pragma once
#include <vector>

#include "heads.h"

namespace models {

struct Gpt2Options {
  std::int64_t words = 50257, context = 1024, width = 768, layers = 12, heads = 12;
};

struct Gpt2Block {
  nn::LayerNorm norm1;
  nn::Linear query, key, value, out;
  nn::LayerNorm norm2;
  nn::Linear up, down;
  std::int64_t heads;

  Tensor operator()(const Tensor& x) const {
    const Tensor n = norm1(x);
    const Tensor q = in_heads(query(n), heads), k = in_heads(key(n), heads), v = in_heads(value(n), heads);
    const Tensor h = x + out(side_by_side(scaled_dot_product_attention(q, k, v, {.is_causal = true})));
    return h + down(gelu_tanh(up(norm2(h))));
  }
};

struct Gpt2 {
  nn::Embedding words;
  nn::LearnedPositions places;
  std::vector<Gpt2Block> blocks;
  nn::LayerNorm norm;
  nn::Linear output;
  nn::Tie tied{words.weight, output.weight};

  Tensor operator()(const Tensor& indices) const {
    Tensor x = places(words(indices));
    for (const Gpt2Block& block : blocks) x = block(x);
    return output(norm(x));
  }
};

inline Gpt2 gpt2(const Gpt2Options& o) {
  std::vector<Gpt2Block> blocks;
  for (std::int64_t i = 0; i < o.layers; ++i)
    blocks.push_back({nn::LayerNorm{o.width}, nn::Linear{o.width, o.width}, nn::Linear{o.width, o.width}, nn::Linear{o.width, o.width},
                      nn::Linear{o.width, o.width}, nn::LayerNorm{o.width}, nn::Linear{o.width, 4 * o.width},
                      nn::Linear{4 * o.width, o.width}, o.heads});
  Gpt2 net{.words = nn::Embedding{o.words, o.width}, .places = nn::LearnedPositions{o.context, o.width}, .blocks = std::move(blocks),
           .norm = nn::LayerNorm{o.width}, .output = nn::Linear{o.width, o.words, {.bias = false}}};
  nn::init::normal(net.words.weight, 0, 0.02);
  return net;
}

// `model`: "transformer." in a file of the whole model, "" in one of GPT2Model alone (as the first published ones are).
inline nn::WeightMap gpt2_map(const std::string& model = "transformer.") {
  const std::string h = model + "h.*.";
  const auto three = [](const std::string& kind) {
    return nn::WeightNames{"blocks.*.query." + kind, "blocks.*.key." + kind, "blocks.*.value." + kind};
  };
  return nn::WeightMap{
      {model + "wte.weight", "words.weight", {.optional = true}},   // tied to the head: files have one of the two, or both
      {model + "wpe.weight", "places.weight"},
      {h + "ln_1.*", "blocks.*.norm1.*"},
      {h + "attn.c_attn.weight", three("weight"), {.transpose = true}},
      {h + "attn.c_attn.bias", three("bias")},
      {h + "attn.c_proj.weight", "blocks.*.out.weight", {.transpose = true}},
      {h + "attn.c_proj.bias", "blocks.*.out.bias"},
      {h + "ln_2.*", "blocks.*.norm2.*"},
      {h + "mlp.c_fc.weight", "blocks.*.up.weight", {.transpose = true}},
      {h + "mlp.c_fc.bias", "blocks.*.up.bias"},
      {h + "mlp.c_proj.weight", "blocks.*.down.weight", {.transpose = true}},
      {h + "mlp.c_proj.bias", "blocks.*.down.bias"},
      {model + "ln_f.*", "norm.*"},
      {"lm_head.weight", "output.weight", {.optional = true}},
      nn::ignored(h + "attn.bias"),                                 // the causal mask
      nn::ignored(h + "attn.masked_bias"),
  };
}

}  // namespace models
