// The masks are those of golden/make_layers_transformer.py.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/nn/layers/positions.h>
#include <gradus/nn/layers/transformer.h>

#include <golden_values.h>

#include "nn/layers/table.h"

namespace gradus::transformer_layers {

using Options = nn::MultiheadAttentionOptions;
using Call = nn::MultiheadAttentionCall;
using nn::MultiheadAttention;
using nn::TransformerActivation;

Tensor mask(std::initializer_list<int> values, const Shape& shape) {
  std::vector<bool> bits;
  for (const int v : values) bits.push_back(v != 0);
  return Tensor(Array::from(bits, shape));
}
Tensor padding() { return mask({0, 0, 1, 0, 1, 0}, {2, 3}); }
Tensor hidden() { return mask({0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0}, {4, 3}); }
Tensor first_hidden() { return mask({0, 1, 0, 0, 0, 1, 1, 0, 0}, {3, 3}); }
Tensor of_each_head() {
  std::vector<bool> bits;
  for (int h = 0; h < 4; ++h)
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 3; ++j) bits.push_back((i + j + h) % 3 == 0 && j > 0);
  return Tensor(Array::from(bits, {4, 4, 3}));
}
Tensor causal(std::int64_t n, Dtype dtype) { return nn::Transformer::generate_square_subsequent_mask(n, dtype); }
// Numbers to be added, in the dtype of the call: the script draws them, and they are among the golden values.
Tensor added(Dtype dtype) { return Tensor(golden_values("layers").at("attention_added.constant.mask")).to(dtype); }

// `options` may ask for x, whose dtype masks have.
template <class F>
auto with(const Options& options, F call) {
  return layer([options] { return MultiheadAttention{4, 2, options}; },
               [call](const MultiheadAttention& f, const Tensors& x) -> Tensors {
                 const Tensor& key = x.size() > 1 ? x[1] : x[0];
                 auto [y, weights] = f(x[0], key, x.size() > 2 ? x[2] : key, call(x[0].dtype()));
                 return weights.defined() ? Tensors{y, weights} : Tensors{y};
               });
}
auto with(const Options& options, const Call& call) {
  return with(options, [call](Dtype) { return call; });
}

constexpr const char *attention = "MultiheadAttention", *encoder_layer = "TransformerEncoderLayer",
                     *decoder_layer = "TransformerDecoderLayer";

const LayerRows attentions{
    {.layer = attention, .golden = "attention_self", .make = with(Options{.batch_first = true}, Call{})},
    {.layer = attention, .golden = "attention_fused", .make = with(Options{.batch_first = true}, Call{.need_weights = false})},
    {.layer = attention, .golden = "attention_length_first", .make = with(Options{}, Call{.average_attn_weights = false}), .batch = 1},
    {.layer = attention, .golden = "attention_three", .make = with(Options{.bias = false}, Call{.need_weights = false}), .batch = 1},
    {.layer = attention, .golden = "attention_dims", .make = with(Options{.kdim = 3, .vdim = 5}, Call{}), .batch = 1},
    {.layer = attention, .golden = "attention_one_sequence", .make = with(Options{}, Call{.average_attn_weights = false}), .batch = -1},
    {.layer = attention, .golden = "attention_padding", .make = with(Options{}, Call{.key_padding_mask = padding(), .need_weights = false}),
     .batch = -1},
    {.layer = attention, .golden = "attention_masks",
     .make = with(Options{}, Call{.key_padding_mask = padding(), .attn_mask = hidden()}), .batch = -1},
    {.layer = attention, .golden = "attention_mask_of_each",
     .make = with(Options{}, Call{.need_weights = false, .attn_mask = of_each_head()}), .batch = -1},
    {.layer = attention, .golden = "attention_added",
     .make = with(Options{},
                  [](Dtype d) { return Call{.key_padding_mask = padding().to(d) * -3, .need_weights = false, .attn_mask = added(d)}; }),
     .batch = -1},
    {.layer = attention, .golden = "attention_causal",
     .make = with(Options{.batch_first = true}, Call{.need_weights = false, .is_causal = true})},
    {.layer = attention, .golden = "attention_causal_weights", .make = with(Options{}, Call{.is_causal = true}), .batch = 1},
    {.layer = attention, .golden = "attention_more_keys",
     .make = with(Options{.add_bias_kv = true, .add_zero_attn = true}, Call{.key_padding_mask = padding(), .attn_mask = hidden()}),
     .batch = -1},
    {.layer = attention, .golden = "attention_more_keys_fused",
     .make = with(Options{.add_bias_kv = true, .add_zero_attn = true, .batch_first = true},
                  Call{.need_weights = false, .is_causal = true})},
    {.layer = attention, .golden = "attention_dropout", .make = with(Options{.dropout = 0.5}, Call{}), .batch = 1},
};

auto encoding(const nn::TransformerLayerOptions& options, const nn::TransformerEncoderCall& call = {}) {
  return layer([options] { return nn::TransformerEncoderLayer{4, 2, options}; },
               [call](const nn::TransformerEncoderLayer& f, const Tensors& x) -> Tensors { return {f(x[0], call)}; });
}
auto decoding(const nn::TransformerLayerOptions& options, const nn::TransformerDecoderCall& call = {}) {
  return layer([options] { return nn::TransformerDecoderLayer{4, 2, options}; },
               [call](const nn::TransformerDecoderLayer& f, const Tensors& x) -> Tensors { return {f(x[0], x[1], call)}; });
}

const nn::TransformerLayerOptions plain{.dim_feedforward = 3, .dropout = 0},
    first{.dim_feedforward = 3, .dropout = 0, .activation = TransformerActivation::gelu, .batch_first = true, .norm_first = true};

nn::TransformerLayerOptions changed(nn::TransformerLayerOptions o, void (*change)(nn::TransformerLayerOptions&)) {
  change(o);
  return o;
}

const LayerRows layers{
    {.layer = encoder_layer, .golden = "encoder_layer", .make = encoding(plain), .batch = 1},
    {.layer = encoder_layer, .golden = "encoder_layer_first",
     .make = encoding(changed(first, [](auto& o) { o.layer_norm_eps = 0.1; }), {.is_causal = true})},
    {.layer = encoder_layer, .golden = "encoder_layer_without_bias", .make = encoding(changed(plain, [](auto& o) { o.bias = false; })),
     .batch = -1},
    {.layer = encoder_layer, .golden = "encoder_layer_padding",
     .make = encoding(plain, {.src_mask = first_hidden(), .src_key_padding_mask = mask({0, 0, 0, 0, 0, 0}, {2, 3})}), .batch = -1},
    {.layer = encoder_layer, .golden = "encoder_layer_dropout", .make = encoding(changed(plain, [](auto& o) { o.dropout = 0.3; })),
     .batch = 1},
    {.layer = decoder_layer, .golden = "decoder_layer", .make = decoding(plain), .batch = 1},
    {.layer = decoder_layer, .golden = "decoder_layer_first",
     .make = decoding(changed(first, [](auto& o) { o.bias = false; }), {.memory_key_padding_mask = padding(), .tgt_is_causal = true}),
     .batch = -1},
    {.layer = decoder_layer, .golden = "decoder_layer_masks",
     .make = decoding(changed(plain, [](auto& o) { o.layer_norm_eps = 0.1; }),
                      {.memory_mask = first_hidden(), .tgt_key_padding_mask = padding()}),
     .batch = -1},
};

const nn::TransformerOptions whole{.num_encoder_layers = 1, .num_decoder_layers = 2, .dim_feedforward = 3, .dropout = 0};

const LayerRows stacks{
    {.layer = "TransformerEncoder", .golden = "encoder",
     .make = layer([] { return nn::TransformerEncoder{nn::TransformerEncoderLayer{4, 2, plain}, 2}; },
                   [](const nn::TransformerEncoder& f, const Tensors& x) -> Tensors { return {f(x[0])}; }),
     .batch = 1},
    {.layer = "TransformerEncoder", .golden = "encoder_norm",
     .make = layer(
         [] {
           const auto options = changed(plain, [](auto& o) { o.norm_first = o.batch_first = true; });
           return nn::TransformerEncoder{nn::TransformerEncoderLayer{4, 2, options}, 2, nn::LayerNorm{4}};
         },
         [](const nn::TransformerEncoder& f, const Tensors& x) -> Tensors { return {f(x[0], {.is_causal = true})}; })},
    {.layer = "TransformerDecoder", .golden = "decoder",
     .make = layer([] { return nn::TransformerDecoder{nn::TransformerDecoderLayer{4, 2, plain}, 2}; },
                   [](const nn::TransformerDecoder& f, const Tensors& x) -> Tensors { return {f(x[0], x[1])}; }),
     .batch = 1},
    {.layer = "TransformerDecoder", .golden = "decoder_norm",
     .make = layer([] { return nn::TransformerDecoder{nn::TransformerDecoderLayer{4, 2, plain}, 2, nn::LayerNorm{4}}; },
                   [](const nn::TransformerDecoder& f, const Tensors& x) -> Tensors { return {f(x[0], x[1], {.tgt_is_causal = true})}; }),
     .batch = 1},
    {.layer = "Transformer", .golden = "transformer",
     .make = layer([] { return nn::Transformer{4, 2, whole}; },
                   [](const nn::Transformer& f, const Tensors& x) -> Tensors {
                     return {f(x[0], x[1], {.tgt_mask = causal(4, x[0].dtype())})};
                   }),
     .batch = 1},
    {.layer = "Transformer", .golden = "transformer_first",
     .make = layer(
         [] {
           nn::TransformerOptions options = whole;
           options.norm_first = options.batch_first = true, options.activation = TransformerActivation::gelu;
           return nn::Transformer{4, 2, options};
         },
         [](const nn::Transformer& f, const Tensors& x) -> Tensors {
           return {f(x[0], x[1], {.src_key_padding_mask = padding(), .memory_key_padding_mask = padding()})};
         }),
     .batch = -1},
};

const LayerRows positions{
    {.layer = "SinusoidalPositions", .golden = "positions_sinusoidal",
     .make = layer([] { return nn::SinusoidalPositions{4, {.base = 100, .batch_first = false}}; },
                   [](const nn::SinusoidalPositions& f, const Tensors& x) -> Tensors { return {f(x[0], 2)}; }),
     .batch = 1},
    {.layer = "LearnedPositions", .golden = "positions_learned",
     .make = layer([] { return nn::LearnedPositions{5, 4, {.batch_first = false}}; },
                   [](const nn::LearnedPositions& f, const Tensors& x) -> Tensors { return {f(x[0], 2)}; }),
     .batch = 1},
    {.layer = "LearnedPositions", .golden = "positions_learned_one",
     .make = layer([] { return nn::LearnedPositions{5, 4}; },
                   [](const nn::LearnedPositions& f, const Tensors& x) -> Tensors { return {f(x[0])}; }),
     .batch = -1},
    {.layer = "RotaryPositions", .golden = "positions_rotary",
     .make = layer([] { return nn::RotaryPositions{}; },
                   [](const nn::RotaryPositions& f, const Tensors& x) -> Tensors { return {f(x[0], 1)}; })},
    {.layer = "ALiBi", .golden = "positions_alibi",
     .make = layer([] { return nn::ALiBi{3, f64}; },
                   [](const nn::ALiBi& f, const Tensors& x) -> Tensors {
                     return {scaled_dot_product_attention(x[0], x[1], x[2], {.attn_mask = f(3, 4).to(x[0].dtype())})};
                   }),
     .seen = false},
};

}  // namespace gradus::transformer_layers
