// Embedding: a learned vector for each word of a vocabulary, or for each value of any other category.
//   nn::Embedding words{10000, 128, {.padding_idx = 0}};   Tensor y = words(x);          // x [64, 20] of i64 → [64, 20, 128]
// With sparse = true a step costs what its words cost, not what the table does: train it by optim::SparseAdam, or SGD without momentum.
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};              // a row that starts at zero and is not trained; negative: from the back
  bool sparse = false;                                       // gradients of rows, see ops/embedding.h
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()

  void describe(Describe& is) const { is(range::one_of_first(computing_types), dtype); }
};
struct PretrainedOptions {
  bool freeze = true;
  std::optional<std::int64_t> padding_idx = {};
  bool sparse = false;
};

class Embedding {
 public:
  // The weight is normal with mean 0 and deviation 1 (PyTorch's default). ValueError unless both sizes are >= 1 and padding_idx is a row.
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingOptions& options = {});
  // With these vectors [num_embeddings, embedding_dim], f32 or f64. ShapeError, DtypeError, ValueError.
  static Embedding from_pretrained(const Array& vectors, const PretrainedOptions& options = {});

  Tensor operator()(const Tensor& indices) const;            // [...] of i64 → [..., embedding_dim]; ValueError: an index out of range

  Parameter weight;                                          // [num_embeddings, embedding_dim]
  using Fields = nn::Fields<&Embedding::weight>;

 private:
  Embedding() = default;

  gradus::EmbeddingOptions options_;                         // padding_idx counts from the front
};

}  // namespace gradus::nn
