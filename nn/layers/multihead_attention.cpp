#include <gradus/nn/layers/multihead_attention.h>

#include <cmath>
#include <exception>
#include <tuple>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/bitwise.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/mask.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/layers/key_value_cache.h>
#include <gradus/nn/model/call.h>
#include <gradus/nn/model/walk.h>

namespace gradus::nn {
namespace {

constexpr const char* attention_name = "MultiheadAttention";

bool same_tensor(const Tensor& a, const Tensor& b) {
  return a.value().raw() == b.value().raw() && a.shape() == b.shape() && a.value().strides() == b.value().strides() &&
         a.node() == b.node() && a.output() == b.output();
}

// What is refused has drawn nothing.
Generator& source_of(std::int64_t embed_dim, std::int64_t heads, const MultiheadAttentionOptions& o) {
  check<ValueError>(embed_dim >= 1 && heads >= 1 && embed_dim % heads == 0, attention_name, ": the heads share embed_dim, which ", heads,
                    " do not divide: ", embed_dim);
  check_options(attention_name, o);
  return o.generator ? *o.generator : default_generator();
}

Parameter input_weight(const char* name, const Shape& shape, Dtype dtype, Generator& generator) {
  Parameter p(Array(shape, dtype), name);
  init::xavier_uniform(p, 1, generator);
  return p;
}

// Bool, true where row i may look at column j: columns past + i and before, and the last `extra`, which are no rows of the sequence.
Tensor triangle(std::int64_t rows, std::int64_t columns, std::int64_t past, std::int64_t extra) {
  Array out({rows, columns}, boolean);
  bool* to = out.mutable_data<bool>();
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) *to++ = j <= past + i || j >= columns - extra;
  return Tensor(out);
}

Tensor zeros_of(const Shape& shape, Dtype dtype) { return Tensor(Array::zeros(shape, dtype)); }

// A mask for `extra` columns more, in which everything is looked at.
Tensor widened(const Tensor& mask, std::int64_t extra) {
  if (extra == 0) return mask;
  Shape shape = mask.shape();
  shape[shape.rank() - 1] = extra;
  return cat({mask, zeros_of(shape, mask.dtype())}, -1);
}

// Of two masks, either of which may be undefined: bool says what is not looked at, numbers are added.
Tensor merged(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() ? a : b;
  if (a.dtype() == boolean && b.dtype() == boolean) return a | b;
  if (a.dtype() == boolean) return masked_fill(b, a, -INFINITY);
  if (b.dtype() == boolean) return masked_fill(a, b, -INFINITY);
  return a + b;
}

// Of a call that is refused, a cache has read nothing.
class Reading {
 public:
  explicit Reading(KeyValueCache* cache) : cache_(cache), before_(cache ? cache->length() : 0), failures_(std::uncaught_exceptions()) {}
  ~Reading() {
    if (cache_ && std::uncaught_exceptions() > failures_) cache_->truncate(before_);
  }
  Reading(const Reading&) = delete;
  std::int64_t before() const { return before_; }

 private:
  KeyValueCache* cache_;
  std::int64_t before_;
  int failures_;
};

struct Attended {
  Tensor y, weights;                                         // [N, H, L, D]; [N, H, L, S], or undefined
};

Attended attend(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, bool causal, bool need_weights, double p,
                Generator& generator) {
  if (!need_weights)
    return {scaled_dot_product_attention(
                q, k, v, {.attn_mask = mask, .dropout_p = p, .is_causal = causal, .generator = p > 0 ? &generator : nullptr}),
            {}};
  Tensor scores = matmul(q * (1 / std::sqrt(static_cast<double>(q.dim(-1)))), transpose(k)), weights;
  if (mask.defined()) scores = mask.dtype() == boolean ? masked_fill(scores, ~mask, -INFINITY) : scores + mask;
  if (mask.defined() && scores.size() > 0) {
    const Tensor blind = amax(scores.detach(), -1, true) == -INFINITY;
    weights = masked_fill(softmax(masked_fill(scores, blind, 0.0), -1), blind, 0.0);
  } else {
    weights = softmax(scores, -1);
  }
  if (p > 0) weights = dropout(weights, p, generator);
  return {matmul(weights, v), weights};
}

}  // namespace

void MultiheadAttentionOptions::describe(Describe& is) const {
  is(range::unit, dropout);
  is(range::at_least_zero, kdim, vdim);
  is(range::one_of_first(computing_types), dtype);
}

MultiheadAttention::MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads, const MultiheadAttentionOptions& o)
    : out_proj((source_of(embed_dim, num_heads, o), embed_dim), embed_dim, {.bias = o.bias, .dtype = o.dtype, .generator = o.generator}),
      generator(o.generator ? *o.generator : default_generator()),
      embed_dim_(embed_dim), heads_(num_heads), kdim_(o.kdim > 0 ? o.kdim : embed_dim), vdim_(o.vdim > 0 ? o.vdim : embed_dim),
      dropout_(o.dropout), batch_first_(o.batch_first), zero_attn_(o.add_zero_attn) {
  Generator& source = o.generator ? *o.generator : default_generator();
  if (kdim_ == embed_dim && vdim_ == embed_dim) {
    in_proj_weight = input_weight("in_proj_weight", {3 * embed_dim, embed_dim}, o.dtype, source);
  } else {
    q_proj_weight = input_weight("q_proj_weight", {embed_dim, embed_dim}, o.dtype, source);
    k_proj_weight = input_weight("k_proj_weight", {embed_dim, kdim_}, o.dtype, source);
    v_proj_weight = input_weight("v_proj_weight", {embed_dim, vdim_}, o.dtype, source);
  }
  if (o.bias) {
    in_proj_bias = Parameter(Array::zeros({3 * embed_dim}, o.dtype), "in_proj_bias");
    init::zeros(out_proj.bias);
  }
  if (o.add_bias_kv) {
    bias_k = Parameter(Array({1, 1, embed_dim}, o.dtype), "bias_k");
    bias_v = Parameter(Array({1, 1, embed_dim}, o.dtype), "bias_v");
    init::xavier_normal(bias_k, 1, source);
    init::xavier_normal(bias_v, 1, source);
  }
}

void MultiheadAttention::walk(const Path& path, Visitor& visitor) {
  visitor.mode(training);
  const auto enter = [&](const char* name, auto& part) { nn::walk(part, {&path, name}, visitor); };
  enter("in_proj_weight", in_proj_weight);
  enter("q_proj_weight", q_proj_weight), enter("k_proj_weight", k_proj_weight), enter("v_proj_weight", v_proj_weight);
  enter("in_proj_bias", in_proj_bias);
  enter("bias_k", bias_k), enter("bias_v", bias_v);
  enter("out_proj", out_proj);
  if (dropout_ > 0) enter("generator", generator);
}

// [L, N, E], [N, L, E] or [L, E] as [N, heads, L, E / heads], a view.
Tensor MultiheadAttention::heads_of(const Tensor& x, bool batched) const {
  const Tensor split = unflatten(batched ? x : unsqueeze(x, 0), -1, {heads_, embed_dim_ / heads_});
  return batched && !batch_first_ ? permute(split, {1, 2, 0, 3}) : transpose(split, 1, 2);
}

// One product for what has one input.
MultiheadAttention::Heads MultiheadAttention::project(const Tensor& query, const Tensor& key, const Tensor& value, bool batched) const {
  const auto heads = [&](const Tensor& x) { return heads_of(x, batched); };
  const std::int64_t E = embed_dim_;
  if (!in_proj_weight.defined()) {
    std::vector<Tensor> biases(3);
    if (in_proj_bias.defined()) biases = chunk(in_proj_bias, 3);
    return {heads(linear(query, q_proj_weight, biases[0])), heads(linear(key, k_proj_weight, biases[1])),
            heads(linear(value, v_proj_weight, biases[2]))};
  }
  const bool self = same_tensor(query, key);
  if (same_tensor(key, value) && self) {
    const auto parts = chunk(linear(query, in_proj_weight, in_proj_bias), 3, -1);
    return {heads(parts[0]), heads(parts[1]), heads(parts[2])};
  }
  if (same_tensor(key, value)) {
    std::vector<Tensor> biases(2);
    const auto weights = split(in_proj_weight, {E, 2 * E});
    if (in_proj_bias.defined()) biases = split(in_proj_bias, {E, 2 * E});
    const auto parts = chunk(linear(key, weights[1], biases[1]), 2, -1);
    return {heads(linear(query, weights[0], biases[0])), heads(parts[0]), heads(parts[1])};
  }
  std::vector<Tensor> biases(3);
  const auto weights = chunk(in_proj_weight, 3);
  if (in_proj_bias.defined()) biases = chunk(in_proj_bias, 3);
  return {heads(linear(query, weights[0], biases[0])), heads(linear(key, weights[1], biases[1])),
          heads(linear(value, weights[2], biases[2]))};
}

// The query alone where the memory has been here before. What is recorded keeps its history and comes from no cache.
MultiheadAttention::Heads MultiheadAttention::project(const Tensor& query, const Tensor& key, const Tensor& value, bool batched,
                                                      KeyValueCache& memory) const {
  if (recording()) return project(query, key, value, batched);
  if (const auto* kept = memory.of_memory(key, value)) {
    const Tensor weight = in_proj_weight.defined() ? slice(in_proj_weight, 0, 0, embed_dim_) : q_proj_weight.tensor();
    const Tensor bias = in_proj_bias.defined() ? slice(in_proj_bias, 0, 0, embed_dim_) : Tensor();
    return {heads_of(linear(query, weight, bias), batched), kept->first, kept->second};
  }
  Heads all = project(query, key, value, batched);
  memory.keep_memory(key, value, all.k, all.v);
  return all;
}

// The masks in one, as scaled_dot_product_attention takes it: bool, true where something is looked at, or added to the scores.
Tensor MultiheadAttention::seen(const MultiheadAttentionCall& call, const Heads& all, std::int64_t extra, bool batched) const {
  const std::int64_t n = all.q.dim(0), rows = all.q.dim(2), columns = all.k.dim(2) - extra;
  const auto check_dtype = [&](const char* what, const Tensor& mask) {
    check<DtypeError>(mask.dtype() == boolean || mask.dtype() == all.q.dtype(), attention_name, ": ", what, " must be bool or ",
                      all.q.dtype(), ", not ", mask.dtype());
  };
  Tensor mask = call.attn_mask, padding = call.key_padding_mask;
  if (mask.defined()) {
    check_dtype("attn_mask", mask);
    const bool each = mask.rank() == 3 && mask.dim(0) == n * heads_;
    bool fits = mask.rank() >= 2 && mask.rank() <= 4 && mask.dim(-1) == columns && mask.dim(-2) == rows;
    if (mask.rank() == 3) fits = fits && (each || mask.dim(0) == heads_ || mask.dim(0) == 1);
    if (mask.rank() == 4) fits = fits && (mask.dim(0) == n || mask.dim(0) == 1) && (mask.dim(1) == heads_ || mask.dim(1) == 1);
    check<ShapeError>(fits, attention_name, ": attn_mask must be [L, S], [N·heads, L, S] or what broadcasts to [N, heads, L, S], here ",
                      Shape{n, heads_, rows, columns}, ", not ", mask.shape());
    if (each) mask = reshape(mask, {n, heads_, rows, columns});
    mask = widened(mask, extra);
  }
  if (padding.defined()) {
    check_dtype("key_padding_mask", padding);
    const Shape wanted = batched ? Shape{n, columns} : Shape{columns};
    check<ShapeError>(padding.shape() == wanted, attention_name, ": key_padding_mask must be ", wanted, ", a number for each key, not ",
                      padding.shape());
    padding = widened(reshape(padding, {n, 1, 1, columns}), extra);
  }
  mask = merged(mask, padding);
  return mask.defined() && mask.dtype() == boolean ? ~mask : mask;
}

MultiheadAttentionOutput MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                                        const MultiheadAttentionCall& call) const {
  const auto run = [&]() -> MultiheadAttentionOutput {
    check_defined(attention_name, query, "query");
    check_defined(attention_name, key, "key");
    check_defined(attention_name, value, "value");
    const bool batched = query.rank() == 3;
    const auto shapes = [&] { return text(": query ", query.shape(), ", key ", key.shape(), ", value ", value.shape()); };
    check<ShapeError>((batched || query.rank() == 2) && key.rank() == query.rank() && value.rank() == query.rank(), attention_name,
                      ": takes sequences ", batch_first_ ? "[N, L, E]" : "[L, N, E]", ", or [L, E] for one", shapes);
    check<ShapeError>(query.dim(-1) == embed_dim_ && key.dim(-1) == kdim_ && value.dim(-1) == vdim_, attention_name,
                      ": query, key and value have ", embed_dim_, ", ", kdim_, " and ", vdim_, " features", shapes);
    const int batch_axis = batch_first_ ? 0 : 1, length_axis = batched && batch_first_ ? 1 : 0;
    check<ShapeError>(key.dim(length_axis) == value.dim(length_axis), attention_name, ": a value for each key", shapes);
    if (batched)
      check<ShapeError>(query.dim(batch_axis) == key.dim(batch_axis) && key.dim(batch_axis) == value.dim(batch_axis), attention_name,
                        ": as many samples in each", shapes);

    Heads all = call.memory ? project(query, key, value, batched, *call.memory) : project(query, key, value, batched);
    const Reading reading(call.cache);
    const std::int64_t past = reading.before();
    if (call.cache) std::tie(all.k, all.v) = call.cache->append(all.k, all.v);
    // Keys and values of the layer itself, behind those of the sequence.
    std::int64_t extra = 0;
    const auto add = [&](const Tensor& k, const Tensor& v) {
      const Shape shape{all.q.dim(0), heads_, 1, embed_dim_ / heads_};
      all.k = cat({all.k, expand(k, shape)}, 2), all.v = cat({all.v, expand(v, shape)}, 2);
      ++extra;
    };
    if (bias_k.defined()) {
      const Shape one{1, heads_, 1, embed_dim_ / heads_};
      add(reshape(bias_k, one), reshape(bias_v, one));
    }
    if (zero_attn_) {
      const Tensor zero = zeros_of({1, 1, 1, 1}, all.k.dtype());
      add(zero, zero);
    }
    const std::int64_t rows = all.q.dim(2), columns = all.k.dim(2);
    Tensor mask = seen(call, all, extra, batched);
    bool causal = call.is_causal && !(past > 0 && rows == 1);
    if (causal && (past > 0 || extra > 0 || call.need_weights)) {
      const Tensor order = triangle(rows, columns, past, extra);
      mask = !mask.defined() ? order : mask.dtype() == boolean ? mask & order : masked_fill(mask, ~order, -INFINITY);
      causal = false;
    }

    Attended result;
    if (training && dropout_ > 0) {
      const auto alone = generator.exclusive(attention_name);
      result = attend(all.q, all.k, all.v, mask, causal, call.need_weights, dropout_, generator);
    } else {
      result = attend(all.q, all.k, all.v, mask, causal, call.need_weights, 0, generator);
    }
    auto& [y, weights] = result;
    if (weights.defined() && call.average_attn_weights) weights = mean(weights, 1);
    if (weights.defined() && !batched) weights = squeeze(weights, 0);
    // [N, heads, L, E / heads] as the query is.
    y = flatten(batched && !batch_first_ ? permute(y, {2, 0, 1, 3}) : transpose(y, 1, 2), -2, -1);
    return {out_proj(batched ? y : squeeze(y, 0)), weights};
  };
  return nn::call(*this, run, query, key, value);
}

}  // namespace gradus::nn
