// Embedding: a learned vector for each word of a vocabulary, or for each value of any other category.
//   nn::Embedding words{10000, 128, {.padding_idx = 0}};   Tensor y = words(x);          // x [64, 20] of i64 → [64, 20, 128]
// With sparse = true a step costs what its words cost, not what the table does: train it by optim::SparseAdam, or SGD without momentum.
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>
#include <gradus/nn/model/one_caller.h>

namespace gradus::nn {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};              // a row that starts at zero and is not trained; negative: from the back
  std::optional<double> max_norm = {};                       // a row that is looked up is shortened before, if it is longer
  double norm_type = 2;                                      // in which norm
  bool scale_grad_by_freq = false;                           // a row's gradient is divided by how often the indices have it
  bool sparse = false;                                       // gradients of rows, see ops/embedding.h
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()
  void describe(Describe& is) const;
};
struct PretrainedOptions {
  bool freeze = true;
  std::optional<std::int64_t> padding_idx = {};
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  bool sparse = false;
};

// The bound of the rows' norms. In training the rows that are looked up are shortened where they are, one thread at a time (GraphError); in
// evaluation what is looked up is shortened and the table stays as it is (PyTorch: it changes there, too).
class MaxNorm : public OneCaller {
 public:
  MaxNorm() = default;
  MaxNorm(const char* layer, std::optional<double> max_norm, double norm_type);   // ValueError
  Tensor table(const Parameter& weight, const Tensor& indices, bool training) const;

 private:
  const char* layer_ = "";
  double most_ = -1, type_ = 2;                              // −1: any norm
};

class Embedding {
 public:
  // The weight is normal with mean 0 and deviation 1 (PyTorch's default). ValueError unless both sizes are >= 1 and padding_idx is a row.
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingOptions& options = {});
  // With these vectors [num_embeddings, embedding_dim], f32 or f64. ShapeError, DtypeError, ValueError.
  static Embedding from_pretrained(const Array& vectors, const PretrainedOptions& options = {});

  Tensor operator()(const Tensor& indices) const;            // [...] of i64 → [..., embedding_dim]; ValueError: an index out of range

  Parameter weight;                                          // [num_embeddings, embedding_dim]
  bool training = true;                                      // asked where there is a max_norm
  using Fields = nn::Fields<&Embedding::weight>;

 private:
  Embedding() = default;

  gradus::EmbeddingOptions options_;                         // padding_idx counts from the front
  MaxNorm max_norm_;
};

}  // namespace gradus::nn
