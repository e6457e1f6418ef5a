// Attention and the Transformer's layers, what the table of layers does not say: initial values, masks that hide everything, dropout, words
// read one by one with a cache, errors.
#include <gmock/gmock.h>

#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/op_listener.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/layers/key_value_cache.h>
#include <gradus/nn/layers/positions.h>
#include <gradus/nn/layers/transformer.h>
#include <gradus/nn/model/module.h>

#include <message_of.h>

namespace gradus::transformer_test {

using testing::HasSubstr;

template <class E, class F>
std::string message_from(F f) {
  EXPECT_THROW(f(), E);
  return message_of(f);
}
double largest_difference(const Tensor& a, const Tensor& b) { return a.shape() == b.shape() ? amax(abs(a - b)).item() : INFINITY; }
double largest(const Parameter& p) { return amax(abs(p.tensor())).item(); }

nn::TransformerLayerOptions small(bool norm_first) {
  return {.dim_feedforward = 6, .dropout = 0, .activation = nn::TransformerActivation::gelu, .batch_first = true, .norm_first = norm_first,
          .dtype = f64};
}

TEST(MultiheadAttention, BeginsWithPyTorchsValues) {
  manual_seed(1);
  const nn::MultiheadAttention attention{64, 4, {.add_bias_kv = true}}, other{64, 4, {.kdim = 32, .vdim = 128}};
  const auto bound = [](double in, double out) { return std::sqrt(6 / (in + out)); };
  const auto fills = [](const Parameter& p, double b) { return largest(p) <= b && largest(p) > 0.99 * b; };
  EXPECT_TRUE(fills(attention.in_proj_weight, bound(64, 192)));
  EXPECT_TRUE(fills(other.q_proj_weight, bound(64, 64)));
  EXPECT_TRUE(fills(other.k_proj_weight, bound(32, 64)));
  EXPECT_TRUE(fills(other.v_proj_weight, bound(128, 64)));
  EXPECT_TRUE(fills(attention.out_proj.weight, 1 / 8.0));
  EXPECT_EQ(largest(attention.in_proj_bias), 0);
  EXPECT_EQ(largest(attention.out_proj.bias), 0);
  EXPECT_FALSE(other.in_proj_weight.defined());
  EXPECT_EQ(attention.bias_k.shape(), (Shape{1, 1, 64}));
  const double deviation = std::sqrt(mean(square(attention.bias_k.tensor())).item()), wanted = std::sqrt(2.0 / 128);   // fans 64 and 64
  EXPECT_NEAR(deviation, wanted, 0.25 * wanted);
}

TEST(Transformer, BeginsWithPyTorchsValues) {
  manual_seed(1);
  nn::Transformer net{32, 4, {.num_encoder_layers = 2, .num_decoder_layers = 1, .dim_feedforward = 16}};
  for (const NamedParameter& p : nn::parameters(net)) {
    const Tensor value(p.leaf->value);
    if (value.rank() == 1) continue;
    const double bound = std::sqrt(6.0 / static_cast<double>(value.dim(0) + value.dim(1)));
    EXPECT_LE(amax(abs(value)).item(), bound) << p.name;
    EXPECT_GT(amax(abs(value)).item(), 0.95 * bound) << p.name;
  }
  EXPECT_GT(largest_difference(net.encoder.layers[0].linear1.weight, net.encoder.layers[1].linear1.weight), 0);
  const nn::TransformerEncoder stack{net.encoder.layers[0], 2};   // copies, which begin alike
  EXPECT_EQ(largest_difference(stack.layers[0].linear1.weight, stack.layers[1].linear1.weight), 0);
  const Tensor mask = nn::Transformer::generate_square_subsequent_mask(3, f64);
  EXPECT_THAT(mask.value().to_vector(), testing::ElementsAre(0, -INFINITY, -INFINITY, 0, 0, -INFINITY, 0, 0, 0));
}

// Asked for or not, weights are of one attention; of rows that see nothing they are 0, and so are gradients.
TEST(MultiheadAttention, GivesWeightsOfWhatItComputes) {
  Generator random(2);
  const nn::MultiheadAttention attention{6, 3, {.batch_first = true, .dtype = f64, .generator = &random}};
  const Tensor x = variable(randn({2, 4, 6}, random, f64));
  const Tensor padding(Array::from({0, 0, 1, 1, 1, 1, 1, 1}, {2, 4}).to(boolean));
  for (const bool causal : {false, true})
    for (const Tensor& hidden : {Tensor(), padding}) {
      const auto [y, weights] = attention(x, x, x, {.key_padding_mask = hidden, .average_attn_weights = false, .is_causal = causal});
      const Tensor fused = attention(x, x, x, {.key_padding_mask = hidden, .need_weights = false, .is_causal = causal}).output;
      EXPECT_LT(largest_difference(y, fused), 1e-14);
      EXPECT_LT(largest_difference(grad(sum(y * y), x), grad(sum(fused * fused), x)), 1e-13);
      const Tensor total = sum(weights, -1);
      EXPECT_EQ(weights.shape(), (Shape{2, 3, 4, 4}));
      EXPECT_NEAR(sum(select(total, 0, 0)).item(), 12, 1e-12);
      EXPECT_NEAR(sum(select(total, 0, 1)).item(), hidden.defined() ? 0 : 12, 1e-12);
      if (causal) {
        EXPECT_EQ(sum(triu(weights, 1)).item(), 0);
      }
    }
}

// Bool masks hide and numbers are added, whichever of the two masks is which.
TEST(MultiheadAttention, MergesMasksOfBothKinds) {
  Generator random(7);
  const nn::MultiheadAttention f{6, 3, {.batch_first = true, .dtype = f64, .generator = &random}};
  const Tensor x = randn({2, 3, 6}, random, f64), added = randn({3, 3}, random, f64), far = randn({2, 3}, random, f64);
  const Tensor hidden(Array::from({0, 1, 0, 0, 0, 1, 0, 0, 0}, {3, 3}).to(boolean));
  const Tensor padding(Array::from({0, 0, 1, 1, 0, 0}, {2, 3}).to(boolean));
  const auto infinite = [](const Tensor& mask) { return where(mask, Tensor(Array::scalar(-INFINITY, f64)), 0.0); };
  const auto call = [&](const Tensor& attn_mask, const Tensor& key_padding_mask) {
    return f(x, x, x, {.key_padding_mask = key_padding_mask, .need_weights = false, .attn_mask = attn_mask, .is_causal = true}).output;
  };
  EXPECT_LT(largest_difference(call(added, padding), call(added, infinite(padding))), 1e-14);
  EXPECT_LT(largest_difference(call(hidden, far), call(infinite(hidden), far)), 1e-14);
  EXPECT_LT(largest_difference(call(hidden, padding), call(infinite(hidden), infinite(padding))), 1e-14);
}

TEST(MultiheadAttention, DropsWeightsInTraining) {
  manual_seed(3);
  nn::MultiheadAttention attention{8, 2, {.dropout = 0.5}}, all{8, 2, {.dropout = 1}};
  nn::init::constant(all.out_proj.bias, 3);
  const Tensor x = randn({5, 2, 8});
  for (const bool weights : {false, true}) {
    const auto call = [&](const nn::MultiheadAttention& f) { return f(x, x, x, {.need_weights = weights}).output; };
    EXPECT_GT(largest_difference(call(attention), call(attention)), 0);
    EXPECT_EQ(largest_difference(call(all), full({5, 2, 8}, 3)), 0);
  }
  const auto [y, weights] = attention(x, x, x, {.average_attn_weights = false});   // 2·softmax or nothing
  EXPECT_GT(sum((weights == 0).to(f32)).item(), 0);
  const auto busy = attention.generator.exclusive("another call");
  EXPECT_THAT(message_from<GraphError>([&] { attention(x, x, x); }), HasSubstr("MultiheadAttention: two threads"));
  nn::eval(attention);
  EXPECT_EQ(largest_difference(attention(x, x, x).output, attention(x, x, x).output), 0);
}

// Reads x in pieces, each after what the cache has.
template <class Call>
Tensor in_pieces(const Tensor& x, std::initializer_list<std::int64_t> pieces, Call call) {
  const NoGrad guard;
  std::vector<Tensor> all;
  std::int64_t at = 0;
  for (const std::int64_t n : pieces) all.push_back(call(slice(x, 1, at, at + n), at)), at += n;
  return cat(all, 1);
}

TEST(KeyValueCache, GivesWhatTheWholeSequenceGives) {
  Generator random(4);
  const Tensor x = randn({2, 7, 8}, random, f64), memory = randn({2, 3, 8}, random, f64);
  for (const bool norm_first : {false, true}) {
    auto options = small(norm_first);
    options.generator = &random;
    const nn::TransformerEncoder encoder{nn::TransformerEncoderLayer{8, 2, options}, 3, nn::LayerNorm{8, {.dtype = f64}}};
    const nn::TransformerDecoder decoder{nn::TransformerDecoderLayer{8, 2, options}, 2};
    const Tensor whole = encoder(x, {.is_causal = true}), decoded = decoder(x, memory, {.tgt_is_causal = true});
    for (const auto& pieces : {std::initializer_list<std::int64_t>{1, 1, 1, 1, 1, 1, 1}, {4, 1, 2}, {2, 3, 2}}) {
      std::vector<nn::KeyValueCache> caches(3), of_decoder(2);
      const Tensor read = in_pieces(
          x, pieces, [&](const Tensor& rows, std::int64_t) { return encoder(rows, {.is_causal = true, .cache = caches.data()}); });
      EXPECT_LT(largest_difference(read, whole), 1e-13);
      EXPECT_EQ(caches[2].length(), 7);
      const Tensor answer = in_pieces(x, pieces, [&](const Tensor& rows, std::int64_t) {
        return decoder(rows, memory, {.tgt_is_causal = true, .cache = of_decoder.data()});
      });
      EXPECT_LT(largest_difference(answer, decoded), 1e-13);
    }
  }
}

// With keys of the layer's own behind those of the sequence, positions by rotation outside, and a bias by distance.
TEST(KeyValueCache, WorksWithAllThatAttentionHas) {
  Generator random(5);
  const nn::MultiheadAttention attention{
      8, 2, {.add_bias_kv = true, .add_zero_attn = true, .batch_first = true, .dtype = f64, .generator = &random}};
  const nn::SinusoidalPositions places{8};
  const nn::ALiBi bias{2, f64};
  const Tensor x = randn({2, 6, 8}, random, f64);
  for (const bool weights : {false, true}) {
    const auto call = [&](const Tensor& rows, std::int64_t before, nn::KeyValueCache* cache) {
      const Tensor h = places(rows, before);
      const Tensor slopes = bias(rows.dim(1), before + rows.dim(1));
      return attention(h, h, h, {.need_weights = weights, .attn_mask = slopes, .is_causal = true, .cache = cache}).output;
    };
    const Tensor whole = call(x, 0, nullptr);
    nn::KeyValueCache cache;
    const Tensor read = in_pieces(x, {3, 1, 2}, [&](const Tensor& rows, std::int64_t at) { return call(rows, at, &cache); });
    EXPECT_LT(largest_difference(read, whole), 1e-13);
  }
}

TEST(KeyValueCache, HasReadNothingOfACallThatIsRefused) {
  const NoGrad guard;
  const nn::MultiheadAttention attention{4, 2};
  const Tensor x = ones({3, 2, 4});
  nn::KeyValueCache cache;
  attention(x, x, x, {.cache = &cache});
  EXPECT_THAT(message_from<ShapeError>([&] { attention(x, x, x, {.attn_mask = zeros({3, 3}), .cache = &cache}); }), HasSubstr("attn_mask"));
  EXPECT_EQ(cache.length(), 3);
  EXPECT_EQ(attention(x, x, x, {.attn_mask = zeros({3, 6}), .cache = &cache}).weights.shape(), (Shape{2, 3, 6}));
}

struct CountProducts final : detail::OpListener {
  void hear(const detail::Heard& operation) override { count += operation.name == "linear"; }
  int count = 0;
};

TEST(KeyValueCache, ProjectsAMemoryOnce) {
  Generator random(6);
  const Tensor x = randn({2, 1, 8}, random, f64), memory = randn({2, 3, 8}, random, f64), other = randn({2, 3, 8}, random, f64);
  auto options = small(true);
  options.generator = &random;
  const nn::TransformerDecoderLayer layer{8, 2, options};
  const auto products = [&](const Tensor& of, nn::KeyValueCache* cache) {
    const NoGrad guard;
    CountProducts products;
    const Tensor y = layer(x, of, {.cache = cache});
    if (cache) cache->truncate(0);
    EXPECT_LT(largest_difference(y, layer(x, of)), 1e-13);
    return products.count;
  };
  nn::KeyValueCache cache;
  const int alone = 7;                                       // of the layer without a cache, which products() calls, too
  EXPECT_EQ(products(memory, nullptr), 2 * alone);
  EXPECT_EQ(products(memory, &cache), 2 * alone);
  EXPECT_EQ(products(memory, &cache), 2 * alone - 1);        // keys and values are one product
  EXPECT_EQ(products(memory, &cache), 2 * alone - 1);
  EXPECT_EQ(products(other, &cache), 2 * alone);             // of another memory
  EXPECT_EQ(products(memory * 1.0, &cache), 2 * alone);      // the same numbers elsewhere
  EXPECT_EQ(products(other, &cache), 2 * alone);
  nn::KeyValueCache copy = cache;
  EXPECT_EQ(products(other, &copy), 2 * alone - 1);
  cache.clear();
  EXPECT_EQ(products(other, &cache), 2 * alone);
  // What is recorded keeps its history.
  const nn::MultiheadAttention attention{8, 2, {.kdim = 6, .vdim = 4, .batch_first = true, .dtype = f64, .generator = &random}};
  const Tensor key = variable(randn({2, 3, 6}, random, f64)), value = randn({2, 3, 4}, random, f64);
  nn::KeyValueCache kept;
  const auto call = [&] { return attention(x, key, value, {.need_weights = false, .memory = &kept}).output; };
  const Tensor first = call();
  {
    const NoGrad guard;
    EXPECT_EQ(largest_difference(call(), first), 0);
    EXPECT_LT(largest_difference(call(), first), 1e-13);
  }
  sum(call()).backward();
  EXPECT_GT(sum(abs(key.grad())).item(), 0);
}

TEST(KeyValueCache, IsAValue) {
  Generator random(6);
  const auto rows = [&](std::int64_t n) { return randn({2, 1, n, 3}, random, f64); };
  const Tensor first = rows(20), more = rows(1);
  nn::KeyValueCache cache;
  cache.append(first, first);
  nn::KeyValueCache copy = cache;
  EXPECT_EQ(largest_difference(cache.append(more, more * 2).second, cat({first, more * 2}, 2)), 0);
  EXPECT_EQ(copy.length(), 20);
  EXPECT_EQ(largest_difference(copy.append(more * 3, more).first, cat({first, more * 3}, 2)), 0);
  copy.reorder(Tensor(Array::from({1, 1}, {2})));
  const Tensor twin = copy.append(more, more).first;
  EXPECT_EQ(largest_difference(select(twin, 0, 0), cat({select(first, 0, 1), select(more * 3, 0, 1), select(more, 0, 0)}, 1)), 0);
  copy.truncate(2);
  const Tensor second = select(slice(first, 2, 0, 2), 0, 1);
  EXPECT_EQ(largest_difference(copy.append(more, more).first, cat({stack({second, second}), more}, 2)), 0);
  copy.clear();
  EXPECT_EQ(copy.length(), 0);

  EXPECT_THAT(message_from<GraphError>([&] { cache.append(variable(more), more); }), HasSubstr("call the model under NoGrad"));
  EXPECT_THAT(message_from<ShapeError>([&] { cache.append(rows(1).value().slice(0, 0, 1), rows(1).value().slice(0, 0, 1)); }),
              HasSubstr("cache.clear() begins anew"));
  EXPECT_THAT(message_from<ShapeError>([&] { cache.append(more, first); }), HasSubstr("takes keys [N, H, L, D]"));
  EXPECT_THAT(message_from<DtypeError>([&] { cache.append(more.to(f32), more.to(f32)); }), HasSubstr("has f64, not f32"));
  EXPECT_THAT(message_from<ValueError>([&] { cache.truncate(22); }), HasSubstr("has 21 rows"));
  EXPECT_EQ(cache.length(), 21);
}

TEST(MultiheadAttention, ErrorsSayWhatIsWrong) {
  const nn::MultiheadAttention f{6, 2};
  const Tensor q = zeros({4, 2, 6}), k = zeros({3, 2, 6});
  const auto message = [&](const Tensor& a, const Tensor& b, const Tensor& c, const nn::MultiheadAttentionCall& call = {}) {
    return message_from<ShapeError>([&] { f(a, b, c, call); });
  };
  EXPECT_THAT(message_from<ValueError>([] { nn::MultiheadAttention(6, 4); }), HasSubstr("embed_dim, which 4 do not divide: 6"));
  EXPECT_THAT(message_from<ValueError>([] { nn::MultiheadAttention(6, 2, {.dropout = 2}); }), HasSubstr("dropout"));
  EXPECT_THAT(message(zeros({6}), k, k), HasSubstr("takes sequences [L, N, E], or [L, E] for one: query [6]"));
  EXPECT_THAT(message(zeros({4, 2, 5}), k, k), HasSubstr("have 6, 6 and 6 features: query [4, 2, 5]"));
  EXPECT_THAT(message(q, k, q), HasSubstr("a value for each key"));
  EXPECT_THAT(message(q, zeros({3, 1, 6}), zeros({3, 1, 6})), HasSubstr("as many samples in each"));
  EXPECT_THAT(message(q, k, k, {.key_padding_mask = zeros({3, 2})}), HasSubstr("key_padding_mask must be [2, 3]"));
  EXPECT_THAT(message(q, k, k, {.attn_mask = zeros({3, 4})}), HasSubstr("attn_mask must be [L, S], [N·heads, L, S]"));
  const Tensor wide = zeros({4, 3}).to(f64);
  EXPECT_THAT(message_from<DtypeError>([&] { f(q, k, k, {.attn_mask = wide}); }), HasSubstr("attn_mask must be bool or f32"));
  EXPECT_THAT(message_from<GraphError>([&] { f(q, Tensor(), k); }), HasSubstr("key"));
  const nn::TransformerEncoderLayer layer{4, 2, {.dim_feedforward = 2}};
  EXPECT_THAT(message_from<ValueError>([&] { nn::TransformerEncoder(layer, 0); }), HasSubstr("at least 1 layer"));
  EXPECT_THAT(message_from<ValueError>([] { nn::TransformerDecoderLayer(4, 2, {.dim_feedforward = 0}); }), HasSubstr("dim_feedforward"));
  const nn::Transformer net{4, 2, {.num_encoder_layers = 1, .num_decoder_layers = 1, .dim_feedforward = 2}};
  EXPECT_THAT(message_from<ShapeError>([&] { net(zeros({3, 2, 4}), zeros({3, 1, 4})); }), HasSubstr("as many samples in both"));
  EXPECT_THAT(message_from<ShapeError>([&] { net(zeros({3, 4}), zeros({3, 1, 4})); }), HasSubstr("or both [L, E]"));
}

TEST(Positions, ErrorsSayWhatIsWrong) {
  const nn::LearnedPositions places{4, 3};
  EXPECT_THAT(message_from<ValueError>([&] { places(zeros({2, 3, 3}), 2); }), HasSubstr("has positions 0 to 3, not 2 to 4"));
  EXPECT_THAT(message_from<ShapeError>([&] { places(zeros({2, 3, 4})); }), HasSubstr("takes [N, L, 3] or [L, 3], not [2, 3, 4]"));
  EXPECT_THAT(message_from<ValueError>([] { nn::SinusoidalPositions(0); }), HasSubstr("at least 1 feature"));
  EXPECT_THAT(message_from<ShapeError>([] { nn::ALiBi(2)(3, 2); }), HasSubstr("the last ones of the columns, not 3 of 2"));
  EXPECT_THAT(message_from<ValueError>([] { nn::ALiBi(0); }), HasSubstr("at least 1 head"));
  EXPECT_NEAR(std::sqrt(mean(square(nn::LearnedPositions{64, 64}.weight.tensor())).item()), 0.02, 0.001);
}

}  // namespace gradus::transformer_test
