// A model like LLaMA (Touvron et al., 2023): RMSNorm, rotary positions, SwiGLU, heads that share keys and values. With the maps of Hugging
// Face's LlamaForCausalLM, and of Meta's own files, where each head's rotary pairs are neighbours.
//   auto net = models::llama(options);   nn::load(net, "model.safetensors", {.map = models::llama_map()});
//   Tensor logits = net(words);                                               // [N, T] of i64 → [N, T, words]
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "heads.h"

namespace models {

struct LlamaOptions {
  std::int64_t words = 32000, width = 4096, layers = 32, heads = 32, key_heads = 32, inner = 11008;
  double rotary_base = 10000, eps = 1e-6;
};

struct LlamaBlock {
  nn::RMSNorm norm1;
  nn::Linear query, key, value, out;
  nn::RMSNorm norm2;
  nn::Linear gate, up, down;
  std::int64_t heads, key_heads;
  nn::RotaryPositions turn;

  Tensor operator()(const Tensor& x) const {
    const Tensor n = norm1(x);
    const Tensor q = turn(in_heads(query(n), heads)), k = turn(in_heads(key(n), key_heads)), v = in_heads(value(n), key_heads);
    const Tensor h = x + out(side_by_side(scaled_dot_product_attention(q, k, v, {.is_causal = true, .enable_gqa = true})));
    const Tensor m = norm2(h);
    return h + down(silu(gate(m)) * up(m));
  }
};

struct Llama {
  nn::Embedding words;
  std::vector<LlamaBlock> blocks;
  nn::RMSNorm norm;
  nn::Linear output;

  Tensor operator()(const Tensor& indices) const {
    Tensor x = words(indices);
    for (const LlamaBlock& block : blocks) x = block(x);
    return output(norm(x));
  }
};

inline Llama llama(const LlamaOptions& o) {
  const auto linear = [](std::int64_t in, std::int64_t out) { return nn::Linear{in, out, {.bias = false}}; };
  const std::int64_t shared = o.width / o.heads * o.key_heads;
  std::vector<LlamaBlock> blocks;
  for (std::int64_t i = 0; i < o.layers; ++i)
    blocks.push_back({nn::RMSNorm{o.width, {.eps = o.eps}}, linear(o.width, o.width), linear(o.width, shared), linear(o.width, shared),
                      linear(o.width, o.width), nn::RMSNorm{o.width, {.eps = o.eps}}, linear(o.width, o.inner), linear(o.width, o.inner),
                      linear(o.inner, o.width), o.heads, o.key_heads, nn::RotaryPositions{.base = o.rotary_base}});
  return {nn::Embedding{o.words, o.width}, std::move(blocks), nn::RMSNorm{o.width, {.eps = o.eps}}, linear(o.width, o.words)};
}

inline nn::WeightMap llama_map() {
  const std::string layer = "model.layers.*.";
  return nn::WeightMap{
      {"model.embed_tokens.weight", "words.weight"},
      {layer + "input_layernorm.weight", "blocks.*.norm1.weight"},
      {layer + "self_attn.q_proj.weight", "blocks.*.query.weight"},
      {layer + "self_attn.k_proj.weight", "blocks.*.key.weight"},
      {layer + "self_attn.v_proj.weight", "blocks.*.value.weight"},
      {layer + "self_attn.o_proj.weight", "blocks.*.out.weight"},
      {layer + "post_attention_layernorm.weight", "blocks.*.norm2.weight"},
      {layer + "mlp.gate_proj.weight", "blocks.*.gate.weight"},
      {layer + "mlp.up_proj.weight", "blocks.*.up.weight"},
      {layer + "mlp.down_proj.weight", "blocks.*.down.weight"},
      {"model.norm.weight", "norm.weight"},
      {"lm_head.weight", "output.weight"},
      nn::ignored("model.layers.*.self_attn.rotary_emb.inv_freq"),
  };
}

inline nn::WeightMap llama_map_of_meta(const LlamaOptions& o) {
  return nn::WeightMap{
      {"tok_embeddings.weight", "words.weight"},
      {"layers.*.attention_norm.weight", "blocks.*.norm1.weight"},
      {"layers.*.attention.wq.weight", "blocks.*.query.weight", {.rotary_heads = o.heads}},
      {"layers.*.attention.wk.weight", "blocks.*.key.weight", {.rotary_heads = o.key_heads}},
      {"layers.*.attention.wv.weight", "blocks.*.value.weight"},
      {"layers.*.attention.wo.weight", "blocks.*.out.weight"},
      {"layers.*.ffn_norm.weight", "blocks.*.norm2.weight"},
      {"layers.*.feed_forward.w1.weight", "blocks.*.gate.weight"},
      {"layers.*.feed_forward.w3.weight", "blocks.*.up.weight"},
      {"layers.*.feed_forward.w2.weight", "blocks.*.down.weight"},
      {"norm.weight", "norm.weight"},
      {"output.weight", "output.weight"},
      nn::ignored("rope.freqs"),
  };
}

}  // namespace models
