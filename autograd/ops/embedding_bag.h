// Embedding bags: the sum, mean or largest elements of some rows of a table, in one pass, without a copy of the rows.
//   Tensor y = embedding_bag(words, table);                        // words [64, 20] of i64, table [10000, 128] → [64, 128]: means
//   embedding_bag(words, table, offsets, {.mode = BagMode::sum});  // words [1280], bag b from place offsets[b] to offsets[b + 1]
#pragma once
#include <optional>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

enum class BagMode { sum, mean, max };

struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;
  Tensor per_sample_weights = {};                 // factors of a sum, in the shape of the indices and the table's type
  bool include_last_offset = false;               // offsets end with the end of the last bag, which is else that of the indices
  std::optional<std::int64_t> padding_idx = {};   // a row that counts nothing, not in the mean either; negative: from the back
  bool scale_grad_by_freq = false;                // a row's gradient is divided by how often it was used; not of the largest elements
  bool sparse = false;                            // gradients of rows, as those of embedding.h; not of the largest elements
};

// Indices of whole numbers: [B, n], a bag each row, or [m] with offsets [B], which begin with 0 and do not descend; the weight [n, d], f32
// or f64 → [B, d]. A bag of nothing is 0. Of the largest elements the first of equal ones has the gradient; NaN wins (PyTorch: not
// always). ValueError: an index outside [0, n), offsets that are none, options that exclude each other; ShapeError, DtypeError.
Tensor embedding_bag(const Tensor& indices, const Tensor& weight, const Tensor& offsets = {}, const EmbeddingBagOptions& options = {});

}  // namespace gradus
