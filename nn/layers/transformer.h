// The Transformer (Vaswani et al., "Attention Is All You Need", 2017): its layers, stacks of them, and the whole.
//   nn::TransformerEncoderLayer layer{128, 4, {.dim_feedforward = 512, .batch_first = true, .norm_first = true}};
//   Tensor y = layer(x, {.is_causal = true});                                       // x [N, L, 128]: a block of a language model
//   nn::TransformerEncoder encoder{layer, 6, nn::LayerNorm{128}};                   // six copies, which begin alike
//   nn::Transformer net{512, 8};   Tensor z = net(source, target, {.tgt_is_causal = true});
// Sequences are [L, N, E], [N, L, E] with batch_first, or [L, E] for one. Masks are those of multihead_attention.h: bool (true: not looked
// at), or added to the scores; is_causal says without a mask that row i looks at rows 0 to i.
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/multihead_attention.h>
#include <gradus/nn/layers/norm.h>

namespace gradus::nn {

enum class TransformerActivation { relu, gelu };

struct TransformerLayerOptions {
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;                                      // of attention's weights, and of what each part adds, in training
  TransformerActivation activation = TransformerActivation::relu;
  double layer_norm_eps = 1e-5;
  bool batch_first = false;
  bool norm_first = false;                                   // x + part(norm(x)), not norm(x + part(x))
  bool bias = true;
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()
  void describe(Describe& is) const;
};

struct TransformerEncoderCall {
  Tensor src_mask = {};                                      // [L, L] or [N·heads, L, L]
  Tensor src_key_padding_mask = {};                          // [N, L]
  bool is_causal = false;
  KeyValueCache* cache = nullptr;                            // of one layer, or of the first of as many as the stack has layers:
};                                                           // std::vector<nn::KeyValueCache> caches(6);   {.cache = caches.data()}
struct TransformerDecoderCall {
  Tensor tgt_mask = {}, memory_mask = {};                    // [L, L], [L, S]
  Tensor tgt_key_padding_mask = {}, memory_key_padding_mask = {};
  bool tgt_is_causal = false, memory_is_causal = false;
  KeyValueCache* cache = nullptr;                            // of the target's rows, as above; the memory is projected once
};

// norm(x + attention(x)), norm(x + linear2(activation(linear1(x)))).
class TransformerEncoderLayer {
 public:
  TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead, const TransformerLayerOptions& options = {});
  Tensor operator()(const Tensor& src, const TransformerEncoderCall& call = {}) const;

  MultiheadAttention self_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2;
  Dropout dropout1, dropout2;
  void walk(const Path& path, Visitor& visitor);

 private:
  TransformerActivation activation_;
  bool norm_first_;
};

// norm(x + attention(x)), norm(x + attention(x, memory)), norm(x + linear2(activation(linear1(x)))).
class TransformerDecoderLayer {
 public:
  TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead, const TransformerLayerOptions& options = {});
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& call = {}) const;

  MultiheadAttention self_attn, multihead_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2, norm3;
  Dropout dropout1, dropout2, dropout3;
  void walk(const Path& path, Visitor& visitor);

 private:
  TransformerActivation activation_;
  bool norm_first_;
};

// num_layers copies of a layer, and a norm behind them if one is given. ValueError unless num_layers >= 1.
class TransformerEncoder {
 public:
  TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t num_layers);
  TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t num_layers, const LayerNorm& norm);
  Tensor operator()(const Tensor& src, const TransformerEncoderCall& call = {}) const;

  std::vector<TransformerEncoderLayer> layers;
  LayerNorm norm;                                            // without a norm: not called, and no part of the model
  void walk(const Path& path, Visitor& visitor);

 private:
  bool has_norm_;
};
class TransformerDecoder {
 public:
  TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t num_layers);
  TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t num_layers, const LayerNorm& norm);
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& call = {}) const;

  std::vector<TransformerDecoderLayer> layers;
  LayerNorm norm;
  void walk(const Path& path, Visitor& visitor);

 private:
  bool has_norm_;
};

struct TransformerOptions {
  std::int64_t num_encoder_layers = 6, num_decoder_layers = 6;
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  TransformerActivation activation = TransformerActivation::relu;
  double layer_norm_eps = 1e-5;
  bool batch_first = false, norm_first = false, bias = true;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};
struct TransformerCall {
  Tensor src_mask = {}, tgt_mask = {}, memory_mask = {};
  Tensor src_key_padding_mask = {}, tgt_key_padding_mask = {}, memory_key_padding_mask = {};
  bool src_is_causal = false, tgt_is_causal = false, memory_is_causal = false;
};

// An encoder that reads src, a decoder that reads tgt and looks at what the encoder gives; both end in a norm. All matrices are uniform in
// ±√(6 / (rows + columns)) (PyTorch's default).
class Transformer {
 public:
  explicit Transformer(std::int64_t d_model = 512, std::int64_t nhead = 8, const TransformerOptions& options = {});
  Tensor operator()(const Tensor& src, const Tensor& tgt, const TransformerCall& call = {}) const;

  TransformerEncoder encoder;
  TransformerDecoder decoder;
  using Fields = nn::Fields<&Transformer::encoder, &Transformer::decoder>;

  // [size, size]: 0 where row i may look at column j, j <= i, −∞ elsewhere.
  static Tensor generate_square_subsequent_mask(std::int64_t size, Dtype dtype = f32);
};

}  // namespace gradus::nn
