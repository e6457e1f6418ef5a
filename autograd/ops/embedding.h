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
};

// weight[indices]: indices of any shape, i64, weight [n, d] → [indices..., d]. ValueError: an index outside [0, n), padding_idx outside
// [-n, n); ShapeError: a weight that is no table; DtypeError.
Tensor embedding(const Tensor& indices, const Tensor& weight, const EmbeddingOptions& options = {});

}  // namespace gradus
