// Attention, and positions by rotation.
//   Tensor y = scaled_dot_product_attention(q, k, v, {.is_causal = true});   Tensor turned = rotary_embedding(q);
#pragma once
#include <optional>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct DotProductAttentionOptions {
  Tensor attn_mask = {};             // broadcasts to [..., L, S]: bool (true: seen), or of q's dtype and added to the scores
  double dropout_p = 0;              // of the weights, whenever it is not 0: say 0 in evaluation
  bool is_causal = false;            // row i sees columns 0 to i, besides what attn_mask says
  std::optional<double> scale = {};  // 1/√E
  bool enable_gqa = false;           // dimension -3 of q may be a multiple of k's and v's: so many heads in a row share one of theirs
  Generator* generator = nullptr;    // of dropout; null: the default generator
};
// softmax(q·kᵀ·scale + mask)·v: q [..., L, E], k [..., S, E], v [..., S, Ev], whose leading dimensions broadcast, → [..., L, Ev]; f32 or
// f64. A row that sees nothing is 0. Memory is linear in L and S, forward and backward, beside the gradient of a mask, which has its shape;
// what is recorded (create_graph, forward mode) makes the matrix of weights. ShapeError, DtypeError, ValueError.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const DotProductAttentionOptions& options = {});

struct RotaryOptions {
  double base = 10000;
  bool interleaved = false;     // pairs are neighbours (2i, 2i + 1), not (i, i + D/2)
  std::int64_t offset = 0;      // the first row's position
  Tensor positions = {};        // whole numbers that broadcast to [..., L]: each row's position, instead of 0, 1, … L − 1
  std::int64_t dimensions = 0;  // how many of the first numbers are turned, an even number; 0: all D
};
// Each pair of numbers of a row turned by position · base^(−2i/D): x [..., L, D]. (Su et al., "RoFormer", 2021.) The gradient turns back.
Tensor rotary_embedding(const Tensor& x, const RotaryOptions& options = {});

}  // namespace gradus
