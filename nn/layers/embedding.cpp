#include <gradus/nn/layers/embedding.h>

#include <algorithm>

#include <gradus/autograd/creation.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {
namespace {

// The row counted from the front.
std::optional<std::int64_t> padding_row(std::optional<std::int64_t> row, std::int64_t n) {
  if (!row) return row;
  check<ValueError>(-n <= *row && *row < n, "Embedding: padding_idx must be a row, in [-", n, ", ", n, "), not ", *row);
  return *row < 0 ? *row + n : *row;
}

}  // namespace

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingOptions& options) {
  check<ValueError>(num_embeddings >= 1 && embedding_dim >= 1, "Embedding: needs at least 1 vector of at least 1 number, not ",
                    num_embeddings, " of ", embedding_dim);
  check_options("Embedding", options);
  options_ = {.padding_idx = padding_row(options.padding_idx, num_embeddings), .sparse = options.sparse};
  Array vectors =
      normal(Array({num_embeddings, embedding_dim}, options.dtype), 0, 1, options.generator ? *options.generator : default_generator());
  if (options_.padding_idx)
    visit_floating(vectors.dtype(), "Embedding", [&]<class T>(T) {
      std::fill_n(vectors.mutable_data<T>() + *options_.padding_idx * embedding_dim, embedding_dim, T(0));
    });
  weight = Parameter(std::move(vectors), "weight");
}

Embedding Embedding::from_pretrained(const Array& vectors, const PretrainedOptions& options) {
  check<ShapeError>(vectors.rank() == 2, "Embedding: pretrained vectors are a table [n, d], not ", vectors.shape());
  check<DtypeError>(computes_in(vectors.dtype()), "Embedding: pretrained vectors are f32 or f64, not ", vectors.dtype());
  Embedding layer;
  layer.options_ = {.padding_idx = padding_row(options.padding_idx, vectors.dim(0)), .sparse = options.sparse};
  layer.weight = Parameter(vectors, "weight");
  layer.weight.set_requires_grad(!options.freeze);
  return layer;
}

Tensor Embedding::operator()(const Tensor& indices) const {
  return nn::call(*this, [&] { return embedding(indices, weight, options_); }, indices);
}

}  // namespace gradus::nn
