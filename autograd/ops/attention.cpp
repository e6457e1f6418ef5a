#include <gradus/autograd/ops/attention.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/autograd/kernels/sequences/attention.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

constexpr const char* op_name = "scaled_dot_product_attention";
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Facts {
  std::int64_t repeats = 1;  // heads of q that share one of k and v
  double scale = 1;
  bool causal = false;
  double dropout = 0;
  std::uint64_t key = 0;
};

Array lower_triangle(std::int64_t rows, std::int64_t columns, std::int64_t first = 0) {
  Array out({rows, columns}, boolean);
  bool* to = out.mutable_data<bool>();
  for (std::int64_t i = first; i < first + rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) *to++ = j <= i;
  return out;
}

// With p = softmax(q·kᵀ·scale + mask), m what dropout multiplies by, and dp = (g·vᵀ)·m:
// ds = p·(dp − Σ p·dp);  dq = ds·k·scale,  dk = dsᵀ·q·scale,  dv = (p·m)ᵀ·g,  dmask = ds.
struct DotProductAttention final : Op, detail::Described {
  std::string_view name() const override { return op_name; }
  void describe(detail::OpOptions& o) const override {
    o("scale", facts.scale)("causal", facts.causal)("repeats", facts.repeats)("dropout", facts.dropout);
  }
  Facts facts;
  Array log_sums;
  SmallVector<Array, 4> keeps() const override { return {log_sums}; }
  explicit DotProductAttention(const Facts& facts) : facts(facts) {}

  kernels::Attention call(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask) const {
    Array expanded;
    if (mask.defined()) {
      Shape shape = q.shape();
      shape[shape.rank() - 1] = k.dim(-2);
      expanded = mask.value().expand(shape);
    }
    return {q.value(), k.value(), v.value(), expanded, facts.repeats, facts.scale, facts.causal, facts.dropout, facts.key};
  }

  Array forward(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask) {
    save(q, k, v, mask), save_output();
    const auto attended = kernels::attention(call(q, k, v, mask));
    if (tracked()) log_sums = attended.log_sums;
    return attended.y;
  }

  Grads backward(Tensor g) override {
    if (recording()) return composed(g);
    if (needs(3)) return by_rows(g);
    const auto [q, k, v, mask] = saved<4>();
    const auto grads = kernels::attention_backward(call(q, k, v, mask), {output().value(), log_sums}, g.value(), wants());
    return {needs(0) ? Tensor(grads.q) : Tensor{}, needs(1) ? Tensor(grads.k) : Tensor{}, needs(2) ? Tensor(grads.v) : Tensor{}, Tensor{}};
  }

  // All gradients with that by the mask, which is ds summed to its shape, from so many rows at a time that memory stays linear in both
  // sequences, but for the mask's own gradient.
  Grads by_rows(const Tensor& g) {
    const auto kept = saved<4>();
    const Tensor &q = kept[0], k = repeated(kept[1]), v = repeated(kept[2]), &mask = kept[3];
    Shape of_rows = q.shape();
    of_rows[q.rank() - 1] = 1;
    const Tensor totals(log_sums.reshape(of_rows)), deltas = sum(g * output(), -1, true);
    const std::int64_t rows = q.dim(-2), columns = k.dim(-2);
    const std::int64_t weights_of_a_row = std::max<std::int64_t>(log_sums.size() / std::max<std::int64_t>(rows, 1) * columns, 1);
    const std::int64_t count = std::max<std::int64_t>((1 << 18) / weights_of_a_row, 64);
    const bool has_rows = mask.rank() >= 2 && mask.dim(-2) > 1;
    std::vector<Tensor> by_q, by_mask;
    Tensor by_k, by_v;
    const auto add = [](Tensor& all, const Tensor& part) { all = all.defined() ? all + part : part; };
    for (std::int64_t first = 0; first < rows; first += count) {
      const std::int64_t last = std::min(first + count, rows);
      const auto some = [&](const Tensor& x) { return slice(x, -2, first, last); };
      const Tensor query = some(q) * facts.scale, slopes = some(g), bias = has_rows ? some(mask) : mask;
      Tensor p = exp(where(bias == -infinity, -infinity, matmul(query, transpose(k)) + bias) - some(totals));
      if (facts.causal) p = where(Tensor(lower_triangle(last - first, columns, first)), p, 0.0);
      Tensor dp = matmul(slopes, transpose(v)), dropped = p;
      if (facts.dropout > 0) {
        const Tensor factor(kernels::attention_dropout(call(q, kept[1], kept[2], mask), first, last - first));
        dp = dp * factor, dropped = p * factor;
      }
      const Tensor ds = p * (dp - some(deltas)), part = sum_to(ds, bias.shape());
      if (has_rows || by_mask.empty()) by_mask.push_back(part);
      else by_mask[0] = by_mask[0] + part;
      if (needs(0)) by_q.push_back(matmul(ds, k) * facts.scale);
      if (needs(1)) add(by_k, matmul(transpose(ds), query));
      if (needs(2)) add(by_v, matmul(transpose(dropped), slopes));
    }
    const auto joined = [](const std::vector<Tensor>& parts) { return parts.size() == 1 ? parts[0] : cat(parts, -2); };
    if (rows == 0) {
      const auto none = [](const Tensor& x) { return Tensor(Array::zeros(x.shape(), x.dtype())); };
      return {none(q), none(kept[1]), none(kept[2]), none(mask)};
    }
    return {needs(0) ? joined(by_q) : Tensor{}, needs(1) ? gathered(by_k, kept[1]) : Tensor{},
            needs(2) ? gathered(by_v, kept[2]) : Tensor{}, joined(by_mask)};
  }

  // k or v with a head for each of q's, and the gradient by such a one as that by k or v.
  Tensor repeated(const Tensor& x) const {
    if (facts.repeats == 1) return x;
    Shape shape = x.shape();
    shape.insert(x.rank() - 2, facts.repeats);
    Shape heads = x.shape();
    heads[x.rank() - 3] *= facts.repeats;
    return reshape(expand(unsqueeze(x, -3), shape), heads);
  }
  Tensor gathered(const Tensor& g, const Tensor& x) const {
    if (facts.repeats == 1) return g;
    Shape shape = x.shape();
    shape.insert(x.rank() - 2, facts.repeats);
    return sum(reshape(g, shape), -3);
  }

  Tensor weights(const Tensor& q, const Tensor& k, const Tensor& mask) const {
    Tensor scores = matmul(q * facts.scale, transpose(k));
    if (mask.defined())
      scores = mask.dtype() == boolean ? where(mask, scores, -infinity) : where(mask == -infinity, -infinity, scores + mask);
    if (facts.causal) scores = where(Tensor(lower_triangle(q.dim(-2), k.dim(-2))), scores, -infinity);
    if (scores.size() == 0) return scores;
    const Tensor sees = amax(scores.detach(), -1, true) != -infinity;
    return where(sees, softmax(where(sees, scores, 0.0)), 0.0);
  }

  // The same in differentiable operations.
  Grads composed(const Tensor& g) {
    const auto kept = saved<4>();
    const Tensor &q = kept[0], k = repeated(kept[1]), v = repeated(kept[2]), &mask = kept[3];
    const Tensor p = weights(q, k, mask);
    const Tensor factor = facts.dropout > 0 ? Tensor(kernels::attention_dropout(call(q, kept[1], kept[2], mask), 0, q.dim(-2))) : Tensor();
    const auto dropped = [&](const Tensor& x) { return factor.defined() ? x * factor : x; };
    Grads grads{Tensor{}, Tensor{}, Tensor{}, Tensor{}};
    if (needs(2)) grads[2] = gathered(matmul(transpose(dropped(p)), g), kept[2]);
    if (!needs(0) && !needs(1) && !needs(3)) return grads;
    const Tensor pdp = p * dropped(matmul(g, transpose(v))), ds = pdp - p * sum(pdp, -1, true);
    if (needs(0)) grads[0] = matmul(ds, k) * facts.scale;
    if (needs(1)) grads[1] = gathered(matmul(transpose(ds), q), kept[1]) * facts.scale;
    if (needs(3)) grads[3] = sum_to(ds, mask.shape());
    return grads;
  }
};

// Leading dimensions, without the last `count`.
Shape leading(const Tensor& x, int count) {
  Shape shape;
  for (int i = 0; i < x.rank() - count; ++i) shape.push_back(x.shape()[i]);
  return shape;
}

Tensor with_leading(const Tensor& x, Shape shape, int count) {
  for (int i = x.rank() - count; i < x.rank(); ++i) shape.push_back(x.shape()[i]);
  return shape == x.shape() ? x : expand(x, shape);
}

void check_arguments(const Tensor& q, const Tensor& k, const Tensor& v, const DotProductAttentionOptions& options) {
  check_defined(op_name, q, "query");
  check_defined(op_name, k, "key");
  check_defined(op_name, v, "value");
  check_computes_in(q.dtype(), op_name);
  check<DtypeError>(q.dtype() == k.dtype() && q.dtype() == v.dtype(), op_name, ": query, key and value have different dtypes: ", q.dtype(),
                    ", ", k.dtype(), " and ", v.dtype());
  check<ShapeError>(q.rank() >= 2 && k.rank() >= 2 && v.rank() >= 2 && q.dim(-1) == k.dim(-1) && k.dim(-2) == v.dim(-2), op_name,
                    ": takes query [..., L, E], key [..., S, E] and value [..., S, Ev], not ", q.shape(), ", ", k.shape(), " and ",
                    v.shape());
  check<ValueError>(0 <= options.dropout_p && options.dropout_p <= 1, op_name, ": dropout_p must lie in [0, 1], not ", options.dropout_p);
  const Tensor& mask = options.attn_mask;
  check<DtypeError>(!mask.defined() || mask.dtype() == boolean || mask.dtype() == q.dtype(), op_name,
                    ": attn_mask must be bool or of the query's dtype, ", q.dtype(), ", not ", mask.dtype());
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const DotProductAttentionOptions& options) {
  check_arguments(query, key, value, options);
  Facts facts{.scale = options.scale.value_or(query.dim(-1) > 0 ? 1 / std::sqrt(static_cast<double>(query.dim(-1))) : 1),
              .causal = options.is_causal};
  Tensor q, k, v;
  if (options.enable_gqa) {
    const bool has_heads = query.rank() >= 3 && key.rank() >= 3 && value.rank() >= 3;
    const std::int64_t many = has_heads ? query.dim(-3) : 0, few = has_heads ? key.dim(-3) : 0;
    check<ShapeError>(has_heads && few == value.dim(-3) && few > 0 && many % few == 0, op_name,
                      ": with enable_gqa dimension -3 of the query must be a multiple of the key's and value's, which are equal: ",
                      query.shape(), ", ", key.shape(), " and ", value.shape());
    facts.repeats = many / few;
    Shape batch = broadcast_shapes(leading(query, 3), broadcast_shapes(leading(key, 3), leading(value, 3), op_name), op_name);
    q = with_leading(query, batch, 3), k = with_leading(key, batch, 3), v = with_leading(value, batch, 3);
  } else {
    const Shape batch = broadcast_shapes(leading(query, 2), broadcast_shapes(leading(key, 2), leading(value, 2), op_name), op_name);
    q = with_leading(query, batch, 2), k = with_leading(key, batch, 2), v = with_leading(value, batch, 2);
  }
  const Tensor& mask = options.attn_mask;
  if (mask.defined()) {
    Shape scores = q.shape();
    scores[scores.rank() - 1] = k.dim(-2);
    bool fits = mask.rank() <= scores.rank();
    for (int i = 1; fits && i <= mask.rank(); ++i) fits = mask.dim(-i) == 1 || mask.dim(-i) == scores[scores.rank() - i];
    check<ShapeError>(fits, op_name, ": attn_mask ", mask.shape(), " does not broadcast to the scores' shape ", scores);
  }
  if (options.dropout_p > 0) {
    facts.dropout = options.dropout_p;
    facts.key = (options.generator ? *options.generator : default_generator()).fork();
  }
  return record(DotProductAttention(facts), q, k, v, mask);
}

}  // namespace gradus
