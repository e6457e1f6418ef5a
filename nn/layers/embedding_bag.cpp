#include <gradus/nn/layers/embedding_bag.h>

#include <gradus/nn/layers/internal/vectors.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {
namespace {

template <class Options>
gradus::EmbeddingBagOptions bag_options(const Options& o, std::int64_t n) {
  check<ValueError>(o.mode != BagMode::max || !(o.scale_grad_by_freq || o.sparse),
                    "EmbeddingBag: scale_grad_by_freq and sparse are for sums and means");
  return {.mode = o.mode,
          .include_last_offset = o.include_last_offset,
          .padding_idx = internal::padding_row("EmbeddingBag", o.padding_idx, n),
          .scale_grad_by_freq = o.scale_grad_by_freq,
          .sparse = o.sparse};
}

}  // namespace

void EmbeddingBagOptions::describe(Describe& is) const {
  is(range::at_least_zero, max_norm);
  is(Range{.least = 0, .most_open = false}, norm_type);   // ∞, too
  is(range::one_of_first(computing_types), dtype);
}

EmbeddingBag::EmbeddingBag(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingBagOptions& o)
    : max_norm_("EmbeddingBag", o.max_norm, o.norm_type) {
  check_options("EmbeddingBag", o);
  options_ = bag_options(o, num_embeddings);
  weight = internal::drawn_vectors("EmbeddingBag", num_embeddings, embedding_dim, options_.padding_idx, o.dtype, o.generator);
}

EmbeddingBag EmbeddingBag::from_pretrained(const Array& vectors, const PretrainedBagOptions& o) {
  EmbeddingBag layer;
  layer.weight = internal::given_vectors("EmbeddingBag", vectors, o.freeze);
  layer.options_ = bag_options(o, vectors.dim(0));
  layer.max_norm_ = MaxNorm("EmbeddingBag", o.max_norm, o.norm_type);
  return layer;
}

Tensor EmbeddingBag::operator()(const Tensor& indices, const Tensor& offsets, const Tensor& per_sample_weights) const {
  const auto run = [&]() -> Tensor {
    gradus::EmbeddingBagOptions options = options_;
    options.per_sample_weights = per_sample_weights;
    return embedding_bag(indices, max_norm_.table(weight, indices, training), offsets, options);
  };
  return nn::call(*this, run, indices);
}

}  // namespace gradus::nn
