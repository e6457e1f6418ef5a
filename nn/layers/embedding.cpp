#include <gradus/nn/layers/embedding.h>

#include <gradus/nn/layers/internal/vectors.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {

void EmbeddingOptions::describe(Describe& is) const {
  is(range::at_least_zero, max_norm);
  is(Range{.least = 0, .most_open = false}, norm_type);   // ∞, too
  is(range::one_of_first(computing_types), dtype);
}

MaxNorm::MaxNorm(const char* layer, std::optional<double> max_norm, double norm_type)
    : layer_(layer), most_(max_norm.value_or(-1)), type_(norm_type) {
  check<ValueError>(!max_norm || *max_norm >= 0, layer, ": max_norm must be at least 0, not ", most_);
  check<ValueError>(norm_type > 0, layer, ": norm_type must be above 0, not ", norm_type);
}

Tensor MaxNorm::table(const Parameter& weight, const Tensor& indices, bool training) const {
  if (most_ < 0) return weight;
  if (!training) {
    const Tensor given = weight;
    Array shortened = given.value();
    embedding_renorm(shortened, indices, most_, type_);
    return Tensor(std::move(shortened), given.node());
  }
  const auto alone = exclusive(layer_);
  embedding_renorm(weight.leaf()->value, indices, most_, type_);
  return weight;
}

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingOptions& options)
    : max_norm_("Embedding", options.max_norm, options.norm_type) {
  check_options("Embedding", options);
  options_ = {.padding_idx = internal::padding_row("Embedding", options.padding_idx, num_embeddings),
              .sparse = options.sparse,
              .scale_grad_by_freq = options.scale_grad_by_freq};
  weight = internal::drawn_vectors("Embedding", num_embeddings, embedding_dim, options_.padding_idx, options.dtype, options.generator);
}

Embedding Embedding::from_pretrained(const Array& vectors, const PretrainedOptions& o) {
  Embedding layer;
  layer.weight = internal::given_vectors("Embedding", vectors, o.freeze);
  layer.options_ = {.padding_idx = internal::padding_row("Embedding", o.padding_idx, vectors.dim(0)),
                    .sparse = o.sparse,
                    .scale_grad_by_freq = o.scale_grad_by_freq};
  layer.max_norm_ = MaxNorm("Embedding", o.max_norm, o.norm_type);
  return layer;
}

Tensor Embedding::operator()(const Tensor& indices) const {
  return nn::call(*this, [&] { return embedding(indices, max_norm_.table(weight, indices, training), options_); }, indices);
}

}  // namespace gradus::nn
