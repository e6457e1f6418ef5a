// MultiheadAttention (Vaswani et al., "Attention Is All You Need", 2017): rows of a sequence look at rows of another one, in several heads.
//   nn::MultiheadAttention attention{128, 4, {.batch_first = true}};
//   const auto [y, weights] = attention(x, x, x);                                   // x [N, L, 128] → y [N, L, 128], weights [N, L, L]
//   Tensor z = attention(x, x, x, {.need_weights = false, .is_causal = true}).output;
// Without weights nothing of the size of L·S is made, forward or backward: scaled_dot_product_attention of ops/attention.h. Sequences are
// [L, N, E], [N, L, E] with batch_first, or [L, E] for one.
#pragma once
#include <cstdint>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/stream.h>
#include <gradus/nn/model/visitor.h>

namespace gradus::nn {

class KeyValueCache;

struct MultiheadAttentionOptions {
  double dropout = 0;                                        // of the weights, in training
  bool bias = true;                                          // of the projections
  bool add_bias_kv = false;                                  // a learned key and value behind those of the sequence
  bool add_zero_attn = false;                                // a key and a value of zeros behind them
  std::int64_t kdim = 0, vdim = 0;                           // features of key and value; 0: embed_dim
  bool batch_first = false;
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()
  void describe(Describe& is) const;
};

struct MultiheadAttentionCall {
  Tensor key_padding_mask = {};                              // [N, S] (or [S]): bool (true: not looked at), or added to the scores
  bool need_weights = true;
  // [L, S], [N·heads, L, S], or what broadcasts to [N, heads, L, S] ([heads, L, S]: ALiBi): bool (true: not looked at), or added.
  Tensor attn_mask = {};
  bool average_attn_weights = true;                          // over the heads
  bool is_causal = false;                                    // row i looks at rows 0 to i, besides what the masks say
  KeyValueCache* cache = nullptr;                            // key and value are the rows that are new (key_value_cache.h)
  KeyValueCache* memory = nullptr;                           // key and value are the same at every call: projected at the first one
};

struct MultiheadAttentionOutput {
  Tensor output;                                             // like the query
  Tensor weights;                                            // after dropout: [N, L, S], or of each head [N, heads, L, S]; or undefined
};

// Weights of the inputs are uniform in ±√(6 / (rows + columns)), biases 0, bias_k and bias_v normal (PyTorch's defaults). A row that may
// look at nothing gets weights of 0.
class MultiheadAttention {
 public:
  // ValueError unless heads divides embed_dim, and for an option out of its range.
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads, const MultiheadAttentionOptions& options = {});
  // ShapeError, DtypeError; GraphError for a second thread at a time in training with dropout.
  MultiheadAttentionOutput operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const MultiheadAttentionCall& call = {}) const;

  Parameter in_proj_weight;                                  // [3·embed_dim, embed_dim]: query, key, value; or undefined, and in its place
  Parameter q_proj_weight, k_proj_weight, v_proj_weight;     // [embed_dim, embed_dim], [embed_dim, kdim], [embed_dim, vdim]
  Parameter in_proj_bias;                                    // [3·embed_dim], or undefined
  Parameter bias_k, bias_v;                                  // [1, 1, embed_dim], or undefined
  Linear out_proj;
  bool training = true;
  Stream generator;                                          // of dropout
  void walk(const Path& path, Visitor& visitor);

  std::int64_t embed_dim() const { return embed_dim_; }
  std::int64_t num_heads() const { return heads_; }
  bool batch_first() const { return batch_first_; }

 private:
  struct Heads {
    Tensor q, k, v;                                          // [N, heads, L or S, embed_dim / heads]
  };
  Heads project(const Tensor& query, const Tensor& key, const Tensor& value, bool batched) const;
  Heads project(const Tensor& query, const Tensor& key, const Tensor& value, bool batched, KeyValueCache& memory) const;
  Tensor heads_of(const Tensor& x, bool batched) const;
  Tensor seen(const MultiheadAttentionCall& call, const Heads& all, std::int64_t extra, bool batched) const;

  std::int64_t embed_dim_, heads_, kdim_, vdim_;
  double dropout_;
  bool batch_first_, zero_attn_;
};

}  // namespace gradus::nn
