// EmbeddingBag: sums, means or the largest elements of the vectors of some words, without a copy of the vectors: ops/embedding_bag.h.
//   nn::EmbeddingBag bags{10000, 128, {.mode = BagMode::sum}};   Tensor y = bags(words);          // words [64, 20] → [64, 128]
//   bags(words, offsets);   bags(words, offsets, weights);                                        // words [1280], offsets [64]
#pragma once
#include <gradus/autograd/ops/embedding_bag.h>
#include <gradus/nn/layers/embedding.h>

namespace gradus::nn {

struct EmbeddingBagOptions {
  std::optional<double> max_norm = {};                       // this and the next two: as Embedding's
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  BagMode mode = BagMode::mean;
  bool sparse = false;
  bool include_last_offset = false;                          // offsets end with the end of the last bag
  std::optional<std::int64_t> padding_idx = {};              // a row that starts at zero, counts nothing and is not trained
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()
  void describe(Describe& is) const;
};
struct PretrainedBagOptions {
  bool freeze = true;
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  BagMode mode = BagMode::mean;
  bool sparse = false;
  bool include_last_offset = false;
  std::optional<std::int64_t> padding_idx = {};
};

class EmbeddingBag {
 public:
  // The weight is normal with mean 0 and deviation 1. ValueError unless both sizes are >= 1 and padding_idx is a row.
  EmbeddingBag(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingBagOptions& options = {});
  // With these vectors [num_embeddings, embedding_dim], f32 or f64. ShapeError, DtypeError, ValueError.
  static EmbeddingBag from_pretrained(const Array& vectors, const PretrainedBagOptions& options = {});

  // Indices [B, n], or [m] with offsets [B] → [B, embedding_dim]; of a sum with a factor for each index.
  Tensor operator()(const Tensor& indices, const Tensor& offsets = {}, const Tensor& per_sample_weights = {}) const;

  Parameter weight;                                          // [num_embeddings, embedding_dim]
  bool training = true;                                      // asked where there is a max_norm
  using Fields = nn::Fields<&EmbeddingBag::weight>;

 private:
  EmbeddingBag() = default;

  gradus::EmbeddingBagOptions options_;
  MaxNorm max_norm_;
};

}  // namespace gradus::nn
