#include <limits>

#include <gradus/nn/layers/bilinear.h>
#include <gradus/nn/layers/embedding_bag.h>

#include "nn/layers/table.h"

namespace gradus::embedding_layers {

nn::EmbeddingBag bags(const nn::EmbeddingBagOptions& options) { return nn::EmbeddingBag(5, 3, options); }

constexpr auto with_offsets = [](const nn::EmbeddingBag& f, const Tensors& x) -> Tensors {
  return {f(x[0], x[1], x.size() > 2 ? x[2] : Tensor())};
};
constexpr auto weighted = [](const nn::EmbeddingBag& f, const Tensors& x) -> Tensors { return {f(x[0], {}, x[1])}; };

const LayerRows family{
    {.layer = "Embedding", .golden = "embedding", .make = layer([] { return nn::Embedding{5, 3}; })},
    {.layer = "Embedding", .golden = "embedding_padding",
     .make = layer([] { return nn::Embedding{5, 3, {.padding_idx = -2, .sparse = true}}; })},
    {.layer = "Embedding", .golden = "embedding_frequency",
     .make = layer([] { return nn::Embedding{5, 3, {.scale_grad_by_freq = true}}; }), .second_order = false},
    {.layer = "Embedding", .golden = "embedding_max_norm",
     .make = layer([] { return nn::Embedding{5, 3, {.max_norm = 0.6}}; }), .second_order = false},
    {.layer = "Embedding", .golden = "embedding_max_norm_1",
     .make = layer([] { return nn::Embedding{5, 3, {.padding_idx = 1, .max_norm = 0.8, .norm_type = 1}}; }), .second_order = false},
    {.layer = "Embedding", .golden = "embedding_max_norm_inf",
     .make = layer([] { return nn::Embedding{5, 3, {.max_norm = 0.3, .norm_type = std::numeric_limits<double>::infinity()}}; }),
     .second_order = false},
    {.layer = "EmbeddingBag", .golden = "bag_sum", .make = layer([] { return bags({.mode = BagMode::sum}); })},
    {.layer = "EmbeddingBag", .golden = "bag_sum_offsets", .make = layer([] { return bags({.mode = BagMode::sum}); }, with_offsets),
     .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_sum_ends",
     .make = layer([] { return bags({.mode = BagMode::sum, .include_last_offset = true}); }, with_offsets), .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_sum_padding",
     .make = layer([] { return bags({.mode = BagMode::sum, .padding_idx = -4}); }, with_offsets), .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_sum_max_norm",
     .make = layer([] { return bags({.max_norm = 0.6, .norm_type = 3, .mode = BagMode::sum}); }), .second_order = false},
    {.layer = "EmbeddingBag", .golden = "bag_mean", .make = layer([] { return bags({.mode = BagMode::mean}); })},
    {.layer = "EmbeddingBag", .golden = "bag_mean_offsets", .make = layer([] { return bags({.mode = BagMode::mean}); }, with_offsets),
     .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_mean_ends",
     .make = layer([] { return bags({.mode = BagMode::mean, .include_last_offset = true}); }, with_offsets), .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_mean_padding",
     .make = layer([] { return bags({.mode = BagMode::mean, .padding_idx = -4}); }, with_offsets), .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_mean_max_norm",
     .make = layer([] { return bags({.max_norm = 0.6, .norm_type = 3, .mode = BagMode::mean}); }), .second_order = false},
    {.layer = "EmbeddingBag", .golden = "bag_max", .make = layer([] { return bags({.mode = BagMode::max}); })},
    {.layer = "EmbeddingBag", .golden = "bag_max_offsets", .make = layer([] { return bags({.mode = BagMode::max}); }, with_offsets),
     .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_max_ends",
     .make = layer([] { return bags({.mode = BagMode::max, .include_last_offset = true}); }, with_offsets), .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_max_padding",
     .make = layer([] { return bags({.mode = BagMode::max, .padding_idx = -4}); }, with_offsets), .batch = -1},
    {.layer = "EmbeddingBag", .golden = "bag_max_max_norm",
     .make = layer([] { return bags({.max_norm = 0.6, .norm_type = 3, .mode = BagMode::max}); }), .second_order = false},
    {.layer = "EmbeddingBag", .golden = "bag_mean_sparse", .make = layer([] { return bags({.sparse = true, .padding_idx = 0}); })},
    {.layer = "EmbeddingBag", .golden = "bag_sum_frequency",
     .make = layer([] { return bags({.scale_grad_by_freq = true, .mode = BagMode::sum}); }), .second_order = false},
    {.layer = "EmbeddingBag", .golden = "bag_mean_frequency",
     .make = layer([] { return bags({.scale_grad_by_freq = true}); }, with_offsets), .batch = -1, .second_order = false},
    {.layer = "EmbeddingBag", .golden = "bag_weighted", .make = layer([] { return bags({.mode = BagMode::sum}); }, weighted)},
    {.layer = "EmbeddingBag", .golden = "bag_weighted_sparse",
     .make = layer([] { return bags({.mode = BagMode::sum, .sparse = true}); }, weighted)},
    {.layer = "EmbeddingBag", .golden = "bag_weighted_offsets",
     .make = layer([] { return bags({.mode = BagMode::sum, .padding_idx = 2}); }, with_offsets), .batch = -1},
    {.layer = "Bilinear", .golden = "bilinear", .make = layer([] { return nn::Bilinear{3, 4, 2}; })},
    {.layer = "Bilinear", .golden = "bilinear_without_bias", .make = layer([] { return nn::Bilinear{3, 4, 2, {.bias = false}}; })},
    {.layer = "Bilinear", .golden = "bilinear_one_sample", .make = layer([] { return nn::Bilinear{3, 4, 2}; }), .batch = -1},
};

}  // namespace gradus::embedding_layers
