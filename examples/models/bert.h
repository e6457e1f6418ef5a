// BERT (Devlin et al., 2018) of our encoder layers, and the map from the names of Hugging Face's BertModel, which has query, key and value
// where nn::MultiheadAttention has one matrix.
//   auto net = models::bert({});   nn::load(net, "model.safetensors", {.map = models::bert_map(), .prefix = "bert."});
//   const auto [rows, whole] = net(words, kinds);             // [N, T] of i64, twice → [N, T, width], [N, width]
#pragma once
#include <string>
#include <vector>

#include <gradus/gradus.h>

namespace models {

using namespace gradus;

struct BertOptions {
  std::int64_t words = 30522, context = 512, kinds = 2, width = 768, layers = 12, heads = 12, inner = 3072;
};

struct BertOutput {
  Tensor rows, whole;
};

struct Bert {
  nn::Embedding words;
  nn::LearnedPositions places;
  nn::Embedding kinds;
  nn::LayerNorm norm;
  nn::Dropout drop{0.1};
  std::vector<nn::TransformerEncoderLayer> layers;
  nn::Linear pooler;

  // `padding` [N, T]: true where there is no word.
  BertOutput operator()(const Tensor& indices, const Tensor& kind, const Tensor& padding = {}) const {
    Tensor x = drop(norm(places(words(indices)) + kinds(kind)));
    for (const auto& layer : layers) x = layer(x, {.src_key_padding_mask = padding});
    return {x, tanh(pooler(select(x, 1, 0)))};
  }
};

inline Bert bert(const BertOptions& o) {
  std::vector<nn::TransformerEncoderLayer> layers;
  for (std::int64_t i = 0; i < o.layers; ++i)
    layers.emplace_back(o.width, o.heads,
                        nn::TransformerLayerOptions{.dim_feedforward = o.inner,
                                                    .activation = nn::TransformerActivation::gelu,
                                                    .layer_norm_eps = 1e-12,
                                                    .batch_first = true});
  return {.words = nn::Embedding{o.words, o.width}, .places = nn::LearnedPositions{o.context, o.width},
          .kinds = nn::Embedding{o.kinds, o.width}, .norm = nn::LayerNorm{o.width, {.eps = 1e-12}}, .layers = std::move(layers),
          .pooler = nn::Linear{o.width, o.width}};
}

inline nn::WeightMap bert_map() {
  const std::string layer = "encoder.layer.*.", self = layer + "attention.self.";
  return nn::WeightMap{
      {"embeddings.word_embeddings.weight", "words.weight"},
      {"embeddings.position_embeddings.weight", "places.weight"},
      {"embeddings.token_type_embeddings.weight", "kinds.weight"},
      {"embeddings.LayerNorm.*", "norm.*"},
      {{self + "query.*", self + "key.*", self + "value.*"}, "layers.*.self_attn.in_proj_*"},
      {layer + "attention.output.dense.*", "layers.*.self_attn.out_proj.*"},
      {layer + "attention.output.LayerNorm.*", "layers.*.norm1.*"},
      {layer + "intermediate.dense.*", "layers.*.linear1.*"},
      {layer + "output.dense.*", "layers.*.linear2.*"},
      {layer + "output.LayerNorm.*", "layers.*.norm2.*"},
      {"pooler.dense.*", "pooler.*"},
      nn::ignored("embeddings.position_ids"),
  };
}

}  // namespace models
