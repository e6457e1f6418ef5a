#include <gradus/autograd/ops/embedding_bag.h>

#include <algorithm>
#include <limits>
#include <vector>

#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/kernels/axes/segments.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/internal/written_down.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// y = S·table, where S [segments, n] is sparse: use k of segment s adds scale[s]·factor[k]·weights[place[k]] at (s, row k). Linear in the
// table and in the weights; its transpose is one more of the kind, with the segments turned.
struct Bags {
  kernels::Segments segments;
  Array place;                  // i64 [uses]: undefined: use k has weight k
  Array factor, scale;          // [uses], [segments], of the table's type; undefined: 1
  std::int64_t weights = 0;     // how many there are, used or not
  bool by_frequency = false, sparse = false;   // of the table's gradient
  std::vector<std::int64_t> given;             // where the bags begin among the indices, and the last one ends
};

// What each use counts: its factor times its weight.
Array of_uses(const Bags& b, const Array& weights) {
  if (!weights.defined()) return b.factor;
  if (!b.place.defined() && !b.factor.defined()) return weights.as_contiguous();
  const std::int64_t uses = b.segments.rows.size();
  Array out({uses}, weights.dtype());
  const Array given = weights.as_contiguous();
  visit_floating(out.dtype(), "embedding_bag", [&]<class T>(T) {
    const T *w = given.data<T>(), *f = b.factor.defined() ? b.factor.data<T>() : nullptr;
    const std::int64_t* place = b.place.defined() ? b.place.data<std::int64_t>() : nullptr;
    T* to = out.mutable_data<T>();
    for (std::int64_t k = 0; k < uses; ++k) to[k] = (f ? f[k] : T(1)) * w[place ? place[k] : k];
  });
  return out;
}

// 1 / how many uses each segment has; 1 for none.
Array inverse_lengths(const kernels::Segments& segments, Dtype dtype) {
  Array out({segments.count()}, dtype);
  const std::int64_t* starts = segments.starts.data<std::int64_t>();
  visit_floating(dtype, "embedding_bag", [&]<class T>(T) {
    T* to = out.mutable_data<T>();
    for (std::int64_t i = 0; i < segments.count(); ++i) to[i] = starts[i + 1] > starts[i] ? T(1) / T(starts[i + 1] - starts[i]) : T(1);
  });
  return out;
}

// The bags of the transpose, whose uses are those of `b` in the order `t`.
Bags bags_of(const kernels::Turned& t, const Bags& b, Dtype dtype) {
  Bags out{t.segments, t.uses, {}, {}, b.weights};
  const std::int64_t uses = t.uses.size();
  const std::int64_t *use = t.uses.data<std::int64_t>(), *segment = t.segments.rows.data<std::int64_t>();
  if (b.place.defined()) {
    out.place = Array({uses}, i64);
    for (std::int64_t k = 0; k < uses; ++k) out.place.mutable_data<std::int64_t>()[k] = b.place.data<std::int64_t>()[use[k]];
  }
  visit_floating(dtype, "embedding_bag", [&]<class T>(T) {
    if (b.factor.defined() || b.scale.defined()) {
      const T *f = b.factor.defined() ? b.factor.data<T>() : nullptr, *s = b.scale.defined() ? b.scale.data<T>() : nullptr;
      out.factor = Array({uses}, dtype);
      T* to = out.factor.mutable_data<T>();
      for (std::int64_t k = 0; k < uses; ++k) to[k] = (f ? f[use[k]] : T(1)) * (s ? s[segment[k]] : T(1));
    }
  });
  if (b.by_frequency) out.scale = inverse_lengths(t.segments, dtype);
  return out;
}

SmallVector<Array, 4> arrays_of(const Bags& b) {
  SmallVector<Array, 4> all{b.segments.starts, b.segments.rows};
  for (const Array& a : {b.place, b.factor, b.scale})
    if (a.defined()) all.push_back(a);
  return all;
}

// The gradient of the sum by the weights: g[s]·table[row], times scale and factor, at the place of each use.
struct BagProducts final : Op {
  std::string_view name() const override { return "embedding_bag"; }
  Bags bags;
  explicit BagProducts(const Bags& bags) : bags(bags) {}
  SmallVector<Array, 4> keeps() const override { return arrays_of(bags); }
  Array forward(const Tensor& g, const Tensor& table);
  Grads backward(Tensor h) override;
};

struct BagSum final : Op, detail::Described {
  std::string_view name() const override { return "embedding_bag"; }
  void describe(detail::OpOptions& o) const override {
    o("starts", bags.segments.starts)("rows", bags.segments.rows)("place", bags.place)("factor", bags.factor)("scale", bags.scale);
  }
  Bags bags;
  explicit BagSum(const Bags& bags) : bags(bags) {}
  SmallVector<Array, 4> keeps() const override { return arrays_of(bags); }

  Array forward(const Tensor& table, const Tensor& weights) {
    save(table, weights);
    return kernels::sum_segments(bags.segments, table.value().as_contiguous(), of_uses(bags, weights.value()), bags.scale);
  }

  Grads backward(Tensor g) override {
    const auto kept = saved<2>();
    const Tensor &table = kept[0], &weights = kept[1];
    Grads grads{Tensor{}, Tensor{}};
    if (needs(0)) {
      if (bags.sparse && !recording()) grads[0] = used_rows(g.value().as_contiguous(), weights.value());
      else grads[0] = record(BagSum(bags_of(kernels::turned(bags.segments), bags, g.dtype())), g, weights);
    }
    if (needs(1)) grads[1] = record(BagProducts(bags), g, table);
    return grads;
  }

  Gradient used_rows(const Array& g, const Array& weights) {
    const kernels::TurnedRows turned = kernels::turned_used(bags.segments);
    const Bags b = bags_of(turned, bags, g.dtype());
    return Gradient::of_rows(bags.segments.n, turned.rows, kernels::sum_segments(b.segments, g, of_uses(b, weights), b.scale));
  }

  Tensor tangent(std::span<const Tensor> vs) override {
    const auto [table, weights] = saved<2>();
    const Tensor by_table = vs[0].defined() ? record(BagSum(bags), vs[0], weights) : Tensor();
    const Tensor by_weights = vs[1].defined() ? record(BagSum(bags), table, vs[1]) : Tensor();
    return !by_table.defined() ? by_weights : by_weights.defined() ? by_table + by_weights : by_table;
  }
};

Array BagProducts::forward(const Tensor& g, const Tensor& table) {
  save(g, table);
  const Array products = kernels::segment_products(bags.segments, g.value().as_contiguous(), table.value().as_contiguous());
  Array out = Array::zeros({bags.weights}, products.dtype());
  const std::int64_t* starts = bags.segments.starts.data<std::int64_t>();
  visit_floating(out.dtype(), "embedding_bag", [&]<class T>(T) {
    const T *of_use = products.data<T>(), *f = bags.factor.defined() ? bags.factor.data<T>() : nullptr;
    const T* s = bags.scale.defined() ? bags.scale.data<T>() : nullptr;
    const std::int64_t* place = bags.place.defined() ? bags.place.data<std::int64_t>() : nullptr;
    T* to = out.mutable_data<T>();
    for (std::int64_t i = 0; i < bags.segments.count(); ++i)
      for (std::int64_t k = starts[i]; k < starts[i + 1]; ++k)
        to[place ? place[k] : k] = of_use[k] * (f ? f[k] : T(1)) * (s ? s[i] : T(1));
  });
  return out;
}

Grads BagProducts::backward(Tensor h) {
  const auto kept = saved<2>();
  Grads grads{Tensor{}, Tensor{}};
  if (needs(0)) grads[0] = record(BagSum(bags), kept[1], h);
  if (needs(1)) grads[1] = record(BagSum(bags_of(kernels::turned(bags.segments), bags, h.dtype())), kept[0], h);
  return grads;
}

// ---- what is given

constexpr const char* bags_op = "embedding_bag";

// Where each bag begins, and where the last one ends.
std::vector<std::int64_t> starts_of_bags(const Tensor& indices, const Tensor& offsets, bool with_end) {
  std::vector<std::int64_t> starts;
  if (indices.rank() == 2) {
    check<ValueError>(!offsets.defined(), bags_op, ": each row of indices ", indices.shape(), " is a bag: offsets ", offsets.shape(),
                      " go with indices of one dimension");
    for (std::int64_t b = 0; b <= indices.dim(0); ++b) starts.push_back(b * indices.dim(1));
    return starts;
  }
  check<ShapeError>(indices.rank() == 1, bags_op, ": indices must be [B, n], or [m] with offsets, not ", indices.shape());
  check<ValueError>(offsets.defined(), bags_op, ": indices of one dimension ", indices.shape(), " need offsets, where each bag begins");
  const Array given = detail::positions(bags_op, "offsets", offsets);
  check<ShapeError>(given.rank() == 1, bags_op, ": offsets must be [B], not ", offsets.shape());
  check<ValueError>(given.size() > 0 || !with_end, bags_op, ": with include_last_offset there is at least one offset");
  starts.assign(given.data<std::int64_t>(), given.data<std::int64_t>() + given.size());
  check<ValueError>(starts.empty() || starts[0] == 0, bags_op, ": the first bag begins at 0, not at ",
                    starts.empty() ? 0 : starts[0]);
  if (!with_end) starts.push_back(starts.empty() ? 0 : indices.size());
  for (std::size_t b = 1; b < starts.size(); ++b)
    check<ValueError>(starts[b - 1] <= starts[b] && starts[b - 1] <= indices.size(), bags_op, ": offsets must not descend: ", starts[b - 1],
                      " at ", b - 1, " is beyond ", starts[b], ", where the bag ends");
  check<ValueError>(starts.back() <= indices.size(), bags_op, ": the last offset ", starts.back(), " is beyond the ", indices.size(),
                    " indices");
  return starts;
}

Bags bags_given(const Tensor& indices, const Tensor& weight, const Tensor& offsets, const EmbeddingBagOptions& o) {
  check_defined(bags_op, indices, "indices");
  check_defined(bags_op, weight, "weight");
  const Array index = detail::positions(bags_op, "indices", indices);
  check<ShapeError>(weight.rank() == 2, bags_op, ": the weight must be a table [n, d], not ", describe(weight));
  check<DtypeError>(computes_in(weight.dtype()), bags_op, ": the weight must be f32 or f64: ", describe(weight));
  const std::int64_t n = weight.dim(0), padding = o.padding_idx.value_or(0);
  check<ValueError>(!o.padding_idx || (-n <= padding && padding < n), bags_op, ": padding_idx ", padding, " is out of range for ", n,
                    " rows: ", describe(weight));
  check<ValueError>(o.mode != BagMode::max || !(o.scale_grad_by_freq || o.sparse), bags_op,
                    ": scale_grad_by_freq and sparse are for sums and means");
  if (const Tensor& w = o.per_sample_weights; w.defined()) {
    check<ValueError>(o.mode == BagMode::sum, bags_op, ": per_sample_weights are factors of a sum: the mode must be BagMode::sum");
    check<ShapeError>(w.shape() == indices.shape(), bags_op, ": per_sample_weights ", w.shape(), " must have the shape of the indices ",
                      indices.shape());
    check<DtypeError>(w.dtype() == weight.dtype(), bags_op, ": per_sample_weights are ", w.dtype(), ", but the weight is ", weight.dtype());
  }
  std::vector<std::int64_t> starts = starts_of_bags(indices, offsets, o.include_last_offset);
  detail::check_rows(bags_op, index, weight);
  Bags bags;
  bags.given = starts;
  bags.weights = index.size();
  bags.by_frequency = o.scale_grad_by_freq, bags.sparse = o.sparse;
  bags.segments.n = n;
  if (!o.padding_idx) {
    const Tensor given(index);
    bags.segments.rows = detail::told("reshape", {&given}, index.reshape({index.size()}));
    if (starts.back() < index.size()) bags.segments.rows = bags.segments.rows.slice(0, 0, starts.back());
  } else {   // without the row of padding
    const std::int64_t blank = (padding + n) % n, *all = index.data<std::int64_t>();
    std::vector<std::int64_t> rows, place;
    for (std::size_t b = 0, k = 0; b < starts.size(); ++b) {
      for (; k < static_cast<std::size_t>(starts[b]); ++k)
        if (all[k] != blank) rows.push_back(all[k]), place.push_back(static_cast<std::int64_t>(k));
      starts[b] = std::ssize(rows);
    }
    bags.segments.rows = Array::from(rows, {std::ssize(rows)});
    bags.place = Array::from(place, {std::ssize(place)});
  }
  bags.segments.starts = Array::from(starts, {std::ssize(starts)});
  return bags;
}

// The largest elements: where they are is found without a copy of the rows, and gather has the derivatives.
Tensor largest(const Bags& bags, const Tensor& weight) {
  Array rows = kernels::largest_rows(bags.segments, weight.value().as_contiguous());
  if (kernels::first_outside(rows, weight.dim(0)) < 0) return gather(weight, 0, Tensor(rows));
  if (weight.dim(0) == 0) return Tensor(Array::zeros(rows.shape(), weight.dtype()));
  const Tensor some = Tensor(rows) >= 0;   // a bag of nothing is 0
  for (std::int64_t& row : rows.mutable_span<std::int64_t>()) row = std::max<std::int64_t>(row, 0);
  return where(some, gather(weight, 0, Tensor(rows)), 0);
}

// ---- by operations that can be written down: which rows are padding, and which are largest, hangs from the numbers

// rows [.., n, d] of bags [.., n], with a factor each, where there are any.
Tensor bag_by_operations(Tensor rows, const Tensor& indices, const Tensor& factors, std::int64_t table_rows, const EmbeddingBagOptions& o) {
  const int n = rows.rank() - 2;   // the axis of what is in a bag
  const Dtype dtype = rows.dtype();
  if (rows.dim(n) == 0) return Tensor(Array::zeros(detail::without(rows.shape(), kernels::AxisSet{1} << n), dtype));
  Tensor counts;
  if (o.padding_idx) {
    const std::int64_t blank = *o.padding_idx + (*o.padding_idx < 0 ? table_rows : 0);
    counts = unsqueeze(indices != static_cast<double>(blank), -1);
    rows = where(counts, rows, o.mode == BagMode::max ? -std::numeric_limits<double>::infinity() : 0.0);
  }
  if (o.mode == BagMode::max) {
    const Tensor most = amax(rows, n);
    return counts.defined() ? where(any(counts, n), most, 0.0) : most;
  }
  if (factors.defined()) rows = rows * unsqueeze(factors, -1);
  if (o.mode == BagMode::sum) return sum(rows, n);
  return counts.defined() ? sum(rows, n) / clamp_min(sum(counts.to(dtype), n), 1) : mean(rows, n);
}

Tensor by_operations(const Bags& bags, const Tensor& indices, const Tensor& weight, const EmbeddingBagOptions& o) {
  const Tensor rows = embedding(indices, weight);
  const Tensor& factors = o.per_sample_weights;
  if (indices.rank() == 2) return bag_by_operations(rows, indices, factors, weight.dim(0), o);
  const std::int64_t* starts = bags.given.data();
  std::vector<Tensor> each;
  for (std::size_t b = 0; b + 1 < bags.given.size(); ++b) {
    const auto part = [&](const Tensor& x) { return x.defined() ? slice(x, 0, starts[b], starts[b + 1]) : x; };
    each.push_back(unsqueeze(bag_by_operations(part(rows), part(indices), part(factors), weight.dim(0), o), 0));
  }
  return cat(each, 0);
}

}  // namespace

Tensor embedding_bag(const Tensor& indices, const Tensor& weight, const Tensor& offsets, const EmbeddingBagOptions& options) {
  Bags bags = bags_given(indices, weight, offsets, options);
  constexpr std::size_t most_written = 1024;   // bags, each a few operations
  if (detail::written_down() && (options.mode == BagMode::max || options.padding_idx) &&
      (indices.rank() == 2 || (bags.given.size() > 1 && bags.given.size() <= most_written)))
    return by_operations(bags, indices, weight, options);
  if (options.mode == BagMode::max) return largest(bags, weight);
  if (options.mode == BagMode::mean) bags.scale = inverse_lengths(bags.segments, weight.dtype());
  const Tensor& factors = options.per_sample_weights;
  return record(BagSum(bags), weight, factors.defined() ? reshape(factors, {factors.size()}) : factors);
}

}  // namespace gradus
