#include <gradus/nn/layers/transformer.h>

#include <cmath>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/layers/key_value_cache.h>
#include <gradus/nn/model/call.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {
namespace {

// What is refused has drawn nothing.
const TransformerLayerOptions& checked_layer(const char* layer, const TransformerLayerOptions& o) {
  check_options(layer, o);
  return o;
}
MultiheadAttention attention_of(std::int64_t d_model, std::int64_t heads, const TransformerLayerOptions& o) {
  return {d_model, heads, {.dropout = o.dropout, .bias = o.bias, .batch_first = o.batch_first, .dtype = o.dtype, .generator = o.generator}};
}
Linear linear_of(std::int64_t in, std::int64_t out, const TransformerLayerOptions& o) {
  return {in, out, {.bias = o.bias, .dtype = o.dtype, .generator = o.generator}};
}
LayerNorm norm_of(std::int64_t d_model, const TransformerLayerOptions& o) {
  return LayerNorm(d_model, {.eps = o.layer_norm_eps, .bias = o.bias, .dtype = o.dtype});
}
Dropout dropout_of(const TransformerLayerOptions& o) { return Dropout(o.dropout, o.generator ? *o.generator : default_generator()); }

// A residual part of a layer: norm before, or behind.
template <class Part>
Tensor residual(const Tensor& x, const LayerNorm& norm, bool norm_first, Part part) {
  return norm_first ? x + part(norm(x)) : norm(x + part(x));
}

template <class Layer>
Tensor feed_forward(const Layer& layer, const Tensor& x, TransformerActivation activation) {
  const Tensor hidden = layer.linear1(x);
  return layer.linear2(layer.dropout(activation == TransformerActivation::relu ? relu(hidden) : gelu(hidden)));
}

Tensor attended(const MultiheadAttention& attention, const Tensor& x, const Tensor& memory, const Tensor& mask, const Tensor& padding,
                bool causal, KeyValueCache* cache, KeyValueCache* of_memory = nullptr) {
  return attention(x, memory, memory,
                   {.key_padding_mask = padding, .need_weights = false, .attn_mask = mask, .is_causal = causal, .cache = cache,
                    .memory = of_memory})
      .output;
}

template <class Layer>
std::vector<Layer> copies_of(const char* name, const Layer& layer, std::int64_t n) {
  check<ValueError>(n >= 1, name, ": needs at least 1 layer, not ", n);
  return std::vector<Layer>(static_cast<std::size_t>(n), layer);
}

// Layer after layer, each with a cache of its own if there are caches, and the norm if there is one.
template <class Layer, class Call, class F>
Tensor through(const std::vector<Layer>& layers, const LayerNorm* norm, Tensor x, Call call, F f) {
  for (const Layer& layer : layers) {
    x = f(layer, x, call);
    if (call.cache) ++call.cache;
  }
  return norm ? (*norm)(x) : x;
}

// In place of a norm where there is none.
LayerNorm no_norm() { return LayerNorm(1, {.elementwise_affine = false}); }

}  // namespace

void TransformerLayerOptions::describe(Describe& is) const {
  is(range::at_least_one, dim_feedforward);
  is(range::unit, dropout);
  is(range::above_zero, layer_norm_eps);
  is(range::one_of_first(computing_types), dtype);
}
void TransformerOptions::describe(Describe& is) const {
  is(range::at_least_one, num_encoder_layers, num_decoder_layers, dim_feedforward);
  is(range::unit, dropout);
  is(range::above_zero, layer_norm_eps);
  is(range::one_of_first(computing_types), dtype);
}

TransformerEncoderLayer::TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead, const TransformerLayerOptions& o)
    : self_attn(attention_of(d_model, nhead, checked_layer("TransformerEncoderLayer", o))),
      linear1(linear_of(d_model, o.dim_feedforward, o)), dropout(dropout_of(o)), linear2(linear_of(o.dim_feedforward, d_model, o)),
      norm1(norm_of(d_model, o)), norm2(norm_of(d_model, o)), dropout1(dropout_of(o)), dropout2(dropout_of(o)),
      activation_(o.activation), norm_first_(o.norm_first) {}

Tensor TransformerEncoderLayer::operator()(const Tensor& src, const TransformerEncoderCall& call) const {
  const auto run = [&]() -> Tensor {
    const Tensor x = residual(src, norm1, norm_first_, [&](const Tensor& h) {
      return dropout1(attended(self_attn, h, h, call.src_mask, call.src_key_padding_mask, call.is_causal, call.cache));
    });
    return residual(x, norm2, norm_first_, [&](const Tensor& h) { return dropout2(feed_forward(*this, h, activation_)); });
  };
  return nn::call(*this, run, src);
}

void TransformerEncoderLayer::walk(const Path& path, Visitor& visitor) {
  const auto enter = [&](const char* name, auto& part) { nn::walk(part, {&path, name}, visitor); };
  enter("self_attn", self_attn), enter("linear1", linear1), enter("dropout", dropout), enter("linear2", linear2);
  enter("norm1", norm1), enter("norm2", norm2), enter("dropout1", dropout1), enter("dropout2", dropout2);
}

TransformerDecoderLayer::TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead, const TransformerLayerOptions& o)
    : self_attn(attention_of(d_model, nhead, checked_layer("TransformerDecoderLayer", o))), multihead_attn(attention_of(d_model, nhead, o)),
      linear1(linear_of(d_model, o.dim_feedforward, o)), dropout(dropout_of(o)), linear2(linear_of(o.dim_feedforward, d_model, o)),
      norm1(norm_of(d_model, o)), norm2(norm_of(d_model, o)), norm3(norm_of(d_model, o)), dropout1(dropout_of(o)),
      dropout2(dropout_of(o)), dropout3(dropout_of(o)), activation_(o.activation), norm_first_(o.norm_first) {}

Tensor TransformerDecoderLayer::operator()(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& call) const {
  const auto run = [&]() -> Tensor {
    Tensor x = residual(tgt, norm1, norm_first_, [&](const Tensor& h) {
      return dropout1(attended(self_attn, h, h, call.tgt_mask, call.tgt_key_padding_mask, call.tgt_is_causal, call.cache));
    });
    x = residual(x, norm2, norm_first_, [&](const Tensor& h) {
      return dropout2(attended(multihead_attn, h, memory, call.memory_mask, call.memory_key_padding_mask, call.memory_is_causal,
                               nullptr, call.cache));
    });
    return residual(x, norm3, norm_first_, [&](const Tensor& h) { return dropout3(feed_forward(*this, h, activation_)); });
  };
  return nn::call(*this, run, tgt, memory);
}

void TransformerDecoderLayer::walk(const Path& path, Visitor& visitor) {
  const auto enter = [&](const char* name, auto& part) { nn::walk(part, {&path, name}, visitor); };
  enter("self_attn", self_attn), enter("multihead_attn", multihead_attn);
  enter("linear1", linear1), enter("dropout", dropout), enter("linear2", linear2);
  enter("norm1", norm1), enter("norm2", norm2), enter("norm3", norm3);
  enter("dropout1", dropout1), enter("dropout2", dropout2), enter("dropout3", dropout3);
}

TransformerEncoder::TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t num_layers)
    : layers(copies_of("TransformerEncoder", layer, num_layers)), norm(no_norm()), has_norm_(false) {}
TransformerEncoder::TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t num_layers, const LayerNorm& behind)
    : layers(copies_of("TransformerEncoder", layer, num_layers)), norm(behind), has_norm_(true) {}

Tensor TransformerEncoder::operator()(const Tensor& src, const TransformerEncoderCall& call) const {
  const auto run = [&]() -> Tensor {
    return through(layers, has_norm_ ? &norm : nullptr, src, call,
                   [](const TransformerEncoderLayer& layer, const Tensor& x, const TransformerEncoderCall& c) { return layer(x, c); });
  };
  return nn::call(*this, run, src);
}

void TransformerEncoder::walk(const Path& path, Visitor& visitor) {
  nn::walk(layers, {&path, "layers"}, visitor);
  if (has_norm_) nn::walk(norm, {&path, "norm"}, visitor);
}

TransformerDecoder::TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t num_layers)
    : layers(copies_of("TransformerDecoder", layer, num_layers)), norm(no_norm()), has_norm_(false) {}
TransformerDecoder::TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t num_layers, const LayerNorm& behind)
    : layers(copies_of("TransformerDecoder", layer, num_layers)), norm(behind), has_norm_(true) {}

Tensor TransformerDecoder::operator()(const Tensor& tgt, const Tensor& memory, const TransformerDecoderCall& call) const {
  const auto run = [&]() -> Tensor {
    return through(
        layers, has_norm_ ? &norm : nullptr, tgt, call,
        [&memory](const TransformerDecoderLayer& layer, const Tensor& x, const TransformerDecoderCall& c) { return layer(x, memory, c); });
  };
  return nn::call(*this, run, tgt, memory);
}

void TransformerDecoder::walk(const Path& path, Visitor& visitor) {
  nn::walk(layers, {&path, "layers"}, visitor);
  if (has_norm_) nn::walk(norm, {&path, "norm"}, visitor);
}

namespace {

TransformerLayerOptions layer_options(const TransformerOptions& o) {
  check_options("Transformer", o);
  return {.dim_feedforward = o.dim_feedforward, .dropout = o.dropout, .activation = o.activation, .layer_norm_eps = o.layer_norm_eps,
          .batch_first = o.batch_first, .norm_first = o.norm_first, .bias = o.bias, .dtype = o.dtype, .generator = o.generator};
}

}  // namespace

Transformer::Transformer(std::int64_t d_model, std::int64_t nhead, const TransformerOptions& o)
    : encoder(TransformerEncoderLayer(d_model, nhead, layer_options(o)), o.num_encoder_layers, norm_of(d_model, layer_options(o))),
      decoder(TransformerDecoderLayer(d_model, nhead, layer_options(o)), o.num_decoder_layers, norm_of(d_model, layer_options(o))) {
  struct Matrices final : Visitor {
    Generator& generator;
    explicit Matrices(Generator& generator) : generator(generator) {}
    void parameter(const Path&, Parameter& p) override {
      if (p.defined() && p.value().rank() > 1) init::xavier_uniform(p, 1, generator);
    }
  } matrices(o.generator ? *o.generator : default_generator());
  nn::walk(*this, {}, matrices);
}

Tensor Transformer::operator()(const Tensor& src, const Tensor& tgt, const TransformerCall& call) const {
  const auto run = [&]() -> Tensor {
    check_defined("Transformer", src, "src");
    check_defined("Transformer", tgt, "tgt");
    const bool batch_first = encoder.layers[0].self_attn.batch_first();
    const auto shapes = [&] { return text(": src ", src.shape(), ", tgt ", tgt.shape()); };
    check<ShapeError>(src.rank() == tgt.rank() && (src.rank() == 2 || src.rank() == 3), "Transformer: src and tgt are both ",
                      batch_first ? "[N, L, E]" : "[L, N, E]", ", or both [L, E]", shapes);
    check<ShapeError>(src.rank() == 2 || src.dim(batch_first ? 0 : 1) == tgt.dim(batch_first ? 0 : 1),
                      "Transformer: as many samples in both", shapes);
    const Tensor memory =
        encoder(src, {.src_mask = call.src_mask, .src_key_padding_mask = call.src_key_padding_mask, .is_causal = call.src_is_causal});
    return decoder(tgt, memory,
                   {.tgt_mask = call.tgt_mask, .memory_mask = call.memory_mask, .tgt_key_padding_mask = call.tgt_key_padding_mask,
                    .memory_key_padding_mask = call.memory_key_padding_mask, .tgt_is_causal = call.tgt_is_causal,
                    .memory_is_causal = call.memory_is_causal});
  };
  return nn::call(*this, run, src, tgt);
}

Tensor Transformer::generate_square_subsequent_mask(std::int64_t size, Dtype dtype) {
  check<ValueError>(size >= 0, "Transformer: a mask has at least 0 rows, not ", size);
  Array mask = Array::zeros({size, size}, dtype);
  visit_floating(dtype, "Transformer", [&]<class T>(T) {
    T* to = mask.mutable_data<T>();
    for (std::int64_t i = 0; i < size; ++i)
      for (std::int64_t j = i + 1; j < size; ++j) to[i * size + j] = static_cast<T>(-INFINITY);
  });
  return Tensor(mask);
}

}  // namespace gradus::nn
