// Embedding: rows of a table by their numbers, how words and other categories enter a network.
//   Tensor vectors = embedding(words, table);               // words [64, 20] of i64, table [10000, 128] → [64, 20, 128]
#pragma once
#include <optional>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};   // a row that no gradient reaches; negative: from the back
  // backward() leaves the gradient of the rows that were used (row_gradient.h) at a weight that is a leaf, as long as nothing but such rows
  // reaches it. Otherwise, by grad(), and when the walk is recorded, it is a tensor [n, d] as usual.
  bool sparse = false;
  bool scale_grad_by_freq = false;                // the gradient of a row is divided by how often the indices have it
};

// weight[indices]: indices of any shape, i64, weight [n, d] → [indices..., d]. ValueError: an index outside [0, n), padding_idx outside
// [-n, n); ShapeError: a weight that is no table; DtypeError.
Tensor embedding(const Tensor& indices, const Tensor& weight, const EmbeddingOptions& options = {});

// Shortens, where it is, each row of the table that the indices name and whose norm (Σ |x|ᵖ)^(1/p), p = norm_type, is above max_norm: times
// max_norm/(norm + 1e-7), as PyTorch's embedding_renorm_. ValueError as above; then nothing has changed.
void embedding_renorm(Array& table, const Tensor& indices, double max_norm, double norm_type = 2);

}  // namespace gradus
