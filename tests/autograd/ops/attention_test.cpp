// Attention: against PyTorch; in tiles against the matrix of weights written out; rows that see nothing, memory, threads. Rotary embedding.
#include <cmath>
#include <functional>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::attention_test {

using Options = DotProductAttentionOptions;
constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

TEST(Attention, AgreesWithPyTorch) {
  const std::pair<const char*, Options> cases[] = {{"plain", {}},
                                                   {"matrices", {.scale = 0.3}},
                                                   {"causal", {.is_causal = true}},
                                                   {"causal_wide", {.is_causal = true}},
                                                   {"causal_high", {.is_causal = true}},
                                                   {"truth", {}},
                                                   {"keys", {}},
                                                   {"rows", {}},
                                                   {"added", {}},
                                                   {"low", {}},
                                                   {"grouped", {.enable_gqa = true}},
                                                   {"grouped_causal", {.is_causal = true, .enable_gqa = true}},
                                                   {"broadcast", {}}};
  const auto& golden = golden_values("attention");
  for (const auto& [name, given] : cases) {
    SCOPED_TRACE(name);
    const auto of = [&, prefix = std::string(name) + "."](const std::string& key) { return golden.at(prefix + key); };
    std::vector<Tensor> inputs{variable(Tensor(of("q"))), variable(Tensor(of("k"))), variable(Tensor(of("v")))};
    Options options = given;
    if (golden.contains(std::string(name) + ".mask")) options.attn_mask = of("mask");
    const bool by_mask = golden.contains(std::string(name) + ".dmask");
    if (by_mask) inputs.push_back(options.attn_mask = variable(options.attn_mask));
    const Tensor y = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], options);
    expect_near(y, of("y"), 1e-12);
    for (const bool recorded : {false, true}) {
      const auto grads = grad(y, inputs, {.create_graph = recorded, .retain_graph = true, .seed = Tensor(of("g"))});
      for (const std::size_t i : {0, 1, 2}) expect_near(grads[i], of(i == 0 ? "dq" : i == 1 ? "dk" : "dv"), 1e-12, text(i, recorded));
      if (by_mask) expect_near(grads[3], of("dmask"), 1e-12);
    }
  }
}

struct Form {
  Shape q, k;
  Options options;
};

// Lengths that take several tiles, whole ones and rests.
std::vector<Form> forms() {
  Array truth({300, 1100}, boolean), low({300, 1}, f64);
  for (std::int64_t i = 0; i < truth.size(); ++i) truth.mutable_data<bool>()[i] = i % 7 > 2 && i / 1100 != 17 && i % 1100 < 1000;
  for (std::int64_t i = 0; i < 300; ++i) low.mutable_data<double>()[i] = i == 3 ? -inf : 0.01 * static_cast<double>(i);
  return {{{2, 300, 8}, {2, 1100, 8}, {}},
          {{1, 700, 8}, {1, 700, 8}, {.is_causal = true}},
          {{300, 8}, {1100, 8}, {.attn_mask = truth}},
          {{2, 300, 8}, {2, 600, 8}, {.attn_mask = low, .is_causal = true}},
          {{3, 1, 8}, {3, 900, 8}, {}},
          {{6, 200, 5}, {2, 300, 5}, {.dropout_p = 0.3, .is_causal = true, .enable_gqa = true}}};
}

// Queries, keys and values as views of the rows that a product gives, [N, L, heads, D] or [L, N, heads, D]: the same bits, and results and
// gradients that are such rows again. Lengths and widths that leave something over everywhere.
TEST(Attention, OfHeadsThatLieInsideOfRows) {
  Generator random(8);
  for (const Dtype dtype : {f32, f64})
    for (const bool length_first : {false, true})
      for (const Shape& sizes : {Shape{1, 3, 1}, Shape{13, 13, 3}, Shape{31, 29, 17}, Shape{150, 150, 40}}) {
        SCOPED_TRACE(text(dtype, " ", sizes));
        const std::int64_t length = sizes[0], keys = sizes[1], width = sizes[2];
        const auto rows = [&](std::int64_t n) { return randn(length_first ? Shape{n, 2, 3, width} : Shape{2, n, 3, width}, random, dtype); };
        const auto heads = [&](const Tensor& x) { return length_first ? permute(x, {1, 2, 0, 3}) : transpose(x, 1, 2); };
        const Tensor q = heads(rows(length)), k = heads(rows(keys)), v = heads(rows(keys)), g = heads(rows(length));
        const auto all = [&](bool whole) {
          const auto as = [&](const Tensor& x) { return variable(whole ? x.contiguous() : x); };
          const std::vector<Tensor> x{as(q), as(k), as(v)};
          const Tensor y = scaled_dot_product_attention(x[0], x[1], x[2], {.is_causal = true});
          std::vector<Tensor> results = grad(y, x, {.seed = whole ? g.contiguous() : g});
          results.push_back(y.detach());
          return results;
        };
        const auto got = all(false), wanted = all(true);
        for (std::size_t i = 0; i < 4; ++i) {
          EXPECT_EQ(got[i].value().to_vector(), wanted[i].value().to_vector());
          EXPECT_TRUE(transpose(got[i], 1, 2).value().contiguous() || permute(got[i], {2, 0, 1, 3}).value().contiguous());
        }
        const Tensor scores = matmul(q, transpose(k)) / std::sqrt(static_cast<double>(width));
        const Tensor sees = tril(ones({length, keys})) == 1;
        expect_near(got[3], matmul(softmax(where(sees, scores, -inf)), v).value(), dtype == f32 ? 1e-5 : 1e-13);
      }
}

TEST(Attention, TilesGiveWhatTheWholeMatrixGives) {
  for (const Form& form : forms()) {
    SCOPED_TRACE(text(form.q, form.k));
    const Function f = [&](const auto& x) {
      Generator noise(5);
      Options options = form.options;
      options.generator = &noise;
      return scaled_dot_product_attention(x[0], x[1], x[2], options);
    };
    const std::vector<Tensor> inputs{random(form.q), random(form.k, 2), random(form.k, 3)};
    expect_same_gradients(f, inputs, 1e-11);
    std::vector<Tensor> small;
    for (const Tensor& x : inputs) small.push_back(x.to(f32));
    if (!form.options.attn_mask.defined() || form.options.attn_mask.dtype() == boolean) {
      expect_near(f(small).value().to(f64), f(inputs).value(), 1e-5);
      expect_same_gradients(f, small, 1e-4);
    }
    // A mask that lets everything through makes another path of the same.
    const Tensor x = variable(inputs[0]);
    if (!form.options.attn_mask.defined() && form.options.dropout_p == 0) {
      Options with = form.options;
      with.attn_mask = variable(zeros({1, 1}, f64));
      const auto g = random(form.q, 4);
      expect_near(grad(scaled_dot_product_attention(x, inputs[1], inputs[2], with), x, {.seed = g}),
                  grad(scaled_dot_product_attention(x, inputs[1], inputs[2], form.options), x, {.seed = g}).value(), 1e-11);
    }
  }
}

TEST(Attention, GradientsOfMasksInTilesAreThoseOfTheWholeMatrix) {
  const auto with_mask = [](const Shape& q, const Shape& k, const Shape& mask, const Options& given) {
    SCOPED_TRACE(text(q, mask));
    const Function f = [&](const auto& x) {
      Generator noise(5);
      Options options = given;
      options.generator = &noise, options.attn_mask = x[3];
      return scaled_dot_product_attention(x[0], x[1], x[2], options);
    };
    const std::vector<Tensor> inputs{random(q), random(k, 2), random(k, 3), where(random(mask, 4) > -1, random(mask, 5), -inf)};
    expect_same_gradients(f, inputs, 1e-11);
    std::vector<Tensor> constants{inputs[0], inputs[1], inputs[2], variable(inputs[3])};   // nothing but the mask is asked for
    EXPECT_EQ(grad(sum(f(constants)), constants[3]).shape(), mask);
  };
  with_mask({2, 300, 8}, {2, 1100, 8}, {300, 1100}, {});
  with_mask({2, 300, 8}, {2, 600, 8}, {2, 300, 1}, {.is_causal = true});
  with_mask({2, 3, 300, 8}, {2, 3, 300, 8}, {2, 1, 1, 300}, {.scale = 0.2});
  with_mask({6, 200, 5}, {2, 700, 5}, {700}, {.dropout_p = 0.3, .is_causal = true, .enable_gqa = true});
  with_mask({6, 200, 5}, {2, 700, 5}, {6, 200, 700}, {.dropout_p = 0.3, .enable_gqa = true});
  with_mask({2, 0, 4}, {2, 3, 4}, {3}, {});
}

TEST(Attention, DoesNotDependOnTheNumberOfThreads) {
  const int before = num_threads();
  for (const Form& form : forms()) {
    if (form.options.attn_mask.defined() && form.options.attn_mask.dtype() != boolean) continue;
    const std::vector<Tensor> inputs{variable(random(form.q, 1, f32)), variable(random(form.k, 2, f32)), variable(random(form.k, 3, f32))};
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 3}) {
      set_threads(threads);
      Generator noise(5);
      Options options = form.options;
      options.generator = &noise;
      const Tensor y = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], options);
      results.push_back(y.value().to_vector());
      for (const Tensor& dx : grad(y, inputs, {.seed = random(y.shape(), 4, f32)})) results.push_back(dx.value().to_vector());
    }
    set_threads(before);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(results[i], results[i + 4]) << text(form.q) << i;
  }
}

TEST(Attention, MemoryIsLinearInTheSequence) {
  const std::int64_t length = 6000;  // its weights would take 144 MB
  const Tensor x = variable(random({length, 16}, 1, f32));
  pool::reset_peak();
  const std::int64_t before = pool::live_bytes();
  const Tensor y = scaled_dot_product_attention(x, x, x, {.is_causal = true});
  sum(y).backward();
  EXPECT_LT(pool::peak_bytes() - before, 30 << 20);
  EXPECT_TRUE(std::isfinite(sum(x.grad()).item()));
  const Tensor keys = variable(zeros({length}));   // with a mask that learns
  pool::reset_peak();
  const std::int64_t with_a_mask = pool::live_bytes();
  sum(scaled_dot_product_attention(x, x, x, {.attn_mask = keys, .is_causal = true})).backward();
  EXPECT_LT(pool::peak_bytes() - with_a_mask, 30 << 20);
  EXPECT_TRUE(std::isfinite(sum(keys.grad()).item()));
}

TEST(Attention, WhatIsMaskedIsNotSeen) {
  const Tensor q = variable(random({3, 4})), k = variable(random({5, 4}, 2)), v = variable(random({5, 4}, 3));
  const Tensor nothing = scaled_dot_product_attention(q, k, v, {.attn_mask = zeros({1, 5}, boolean)});
  EXPECT_EQ(nothing.value().to_vector(), std::vector<double>(12, 0));
  for (const bool recorded : {false, true})
    for (const Tensor& dx : grad<3>(nothing, {q, k, v}, {.create_graph = recorded, .retain_graph = true, .seed = ones({3, 4}, f64)}))
      for (const double d : dx.value().to_vector()) EXPECT_EQ(d, 0);
  // A key of NaN behind the mask.
  Array broken = k.value();
  for (int i = 16; i < 20; ++i) broken.mutable_data<double>()[i] = nan;
  for (const Tensor& mask : {tensor({1, 1, 1, 1, 0}, boolean), tensor({0., 0, 0, 0, -inf}, f64)})
    expect_near(scaled_dot_product_attention(q, broken, v, {.attn_mask = mask}),
                scaled_dot_product_attention(q, slice(k, 0, 0, 4), slice(v, 0, 0, 4)).value(), 1e-14);
  EXPECT_TRUE(std::isnan(scaled_dot_product_attention(q, broken, v).value().at({0, 0})));
  // Scores beyond the range of exp.
  const Tensor far = scaled_dot_product_attention(q * 1e6, k, v);
  for (const double y : far.value().to_vector()) EXPECT_TRUE(std::isfinite(y));
}

TEST(Attention, DropoutKeepsTheMean) {
  const Tensor q = zeros({64, 4}), k = zeros({2000, 4}), v = ones({2000, 4});
  Generator noise(1), other(1);
  const Tensor y = scaled_dot_product_attention(q, k, v, {.dropout_p = 0.25, .generator = &noise});
  EXPECT_NEAR(mean(y).item(), 1, 0.01);
  expect_near(scaled_dot_product_attention(q, k, v, {.dropout_p = 0.25, .generator = &other}), y.value(), 0);
  EXPECT_EQ(sum(scaled_dot_product_attention(q, k, v, {.dropout_p = 1})).item(), 0);
}

TEST(Attention, EmptySequencesAndViews) {
  EXPECT_EQ(scaled_dot_product_attention(ones({2, 3, 4}), zeros({2, 0, 4}), zeros({2, 0, 5})).value().to_vector(),
            std::vector<double>(30, 0));
  EXPECT_EQ(scaled_dot_product_attention(zeros({0, 4}), ones({3, 4}), ones({3, 5})).shape(), (Shape{0, 5}));
  const Tensor k = variable(ones({0, 3, 4}));
  for (const bool recorded : {false, true})
    EXPECT_EQ(grad(scaled_dot_product_attention(zeros({0, 2, 4}), k, k), k, {.create_graph = recorded, .seed = zeros({0, 2, 4})}).shape(),
              k.shape());
  const Tensor empty = variable(ones({2, 0, 4}));
  for (const bool recorded : {false, true})
    EXPECT_EQ(grad(scaled_dot_product_attention(ones({2, 3, 4}), empty, empty), empty, {.create_graph = recorded, .seed = ones({2, 3, 4})})
                  .shape(),
              empty.shape());
  const Tensor x = random({2, 5, 3, 4});  // [batch, length, heads, E], seen as [batch, heads, length, E]
  const auto heads = [](const Tensor& t) { return transpose(t, 1, 2); };
  const Tensor y = scaled_dot_product_attention(heads(x), heads(x), heads(x), {.is_causal = true});
  const Tensor copy = heads(x).contiguous();
  expect_near(y, scaled_dot_product_attention(copy, copy, copy, {.is_causal = true}).value(), 0);
}

TEST(Rotary, AgreesWithComplexNumbers) {
  const std::pair<const char*, RotaryOptions> cases[] = {
      {"halves", {}},
      {"neighbours", {.base = 100, .interleaved = true, .offset = 3}},
      {"part", {.positions = tensor({7, 0, 2}, i32), .dimensions = 4}},
      {"batch", {.positions = reshape(tensor({0, 1, 2, 3, 5, 6, 7, 8}, i64), {2, 1, 4})}}};
  for (const auto& [name, options] : cases) {
    const auto golden = [prefix = "rotary." + std::string(name) + "."](const std::string& key) {
      return golden_values("attention").at(prefix + key);
    };
    const Tensor x = variable(Tensor(golden("x"))), y = rotary_embedding(x, options);
    expect_near(y, golden("y"), 1e-13, name);
    expect_near(grad(y, x, {.seed = Tensor(golden("g"))}), golden("dx"), 1e-13, name);
  }
  // Scores depend on how far apart two places are.
  const Tensor a = random({1, 8}), b = random({1, 8}, 2);
  const auto score = [&](std::int64_t i, std::int64_t j) {
    return sum(rotary_embedding(a, {.offset = i}) * rotary_embedding(b, {.offset = j})).item();
  };
  EXPECT_NEAR(score(3, 1), score(103, 101), 1e-12);
  EXPECT_EQ(rotary_embedding(zeros({0, 4})).shape(), (Shape{0, 4}));
  expect_error<DtypeError>(
      [] {
        rotary_embedding(zeros({2, 4}), {.positions = zeros({2})});
      },
      {"rotary_embedding", "whole numbers", "f32"});
  expect_error<ValueError>([] { rotary_embedding(zeros({2, 4}), {.base = 0}); }, {"rotary_embedding", "base", "0"});
  expect_error<ShapeError>([] { rotary_embedding(zeros({4})); }, {"rotary_embedding", "[4]"});
}

TEST(Attention, Errors) {
  const Tensor x = zeros({2, 3});
  expect_error<ValueError>([&] { scaled_dot_product_attention(x, x, x, {.dropout_p = 1.5}); }, {"dropout_p", "1.5"});
  expect_error<DtypeError>([&] { scaled_dot_product_attention(x, x, x, {.attn_mask = zeros({2, 2}, i64)}); }, {"attn_mask", "i64", "f32"});
  expect_error<ShapeError>(
      [&] {
        scaled_dot_product_attention(zeros({2, 2, 3}), zeros({3, 2, 3}), zeros({3, 2, 3}));
      },
      {"scaled_dot_product_attention", "[2]", "[3]"});
  expect_error<GraphError>([&] { scaled_dot_product_attention(x, x, {}); }, {"scaled_dot_product_attention", "value"});
}

}  // namespace gradus::attention_test
