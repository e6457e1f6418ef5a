#include <gradus/autograd/ops/embedding.h>

#include <algorithm>

#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/kernels/axes/rows.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// Looking up is linear in the table, and adding up is its transpose; each is the other's backward.
struct RowsOf {
  std::int64_t n, padding = -1;   // no row: -1
  bool sparse = false, by_frequency = false;
};

// 1 / how often an index is there, for each: [..., 1].
Tensor share_of_each(const Array& index, std::int64_t n, Dtype dtype) {
  SmallVector<std::int64_t, 64> counts;
  counts.resize(n);
  std::fill_n(counts.data(), n, 0);
  const auto all = index.span<std::int64_t>();
  for (const std::int64_t i : all) ++counts.data()[i];
  Shape shape = index.shape();
  shape.push_back(1);
  Array out(shape, dtype);
  visit_floating(dtype, "embedding", [&]<class T>(T) {
    T* to = out.mutable_data<T>();
    for (const std::int64_t i : all) *to++ = T(1) / T(counts.data()[i]);
  });
  return Tensor(std::move(out));
}

Tensor look_up(const Tensor& table, const Tensor& index, const RowsOf& rows, bool blank_padding);

struct EmbeddingGradient final : Op {
  explicit EmbeddingGradient(const RowsOf& rows) : rows_(rows) {}
  std::string_view name() const override { return "embedding_gradient"; }
  Array forward(const Tensor& g, const Tensor& index) {
    save(index);
    return kernels::sum_rows({index.value(), g.value().as_contiguous(), rows_.padding}, rows_.n);
  }
  Grads backward(Tensor h) override { return {look_up(h, saved()[0], rows_, true), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(EmbeddingGradient(rows_), vs[0], saved()[0]); }

 private:
  RowsOf rows_;
};

struct Embedding final : Op {
  Embedding(const RowsOf& rows, bool blank_padding) : rows_(rows), blank_padding_(blank_padding) {}
  std::string_view name() const override { return "embedding"; }
  Array forward(const Tensor& table, const Tensor& index) {
    save(index);
    return kernels::take_rows(table.value().as_contiguous(), index.value(), blank_padding_ ? rows_.padding : -1);
  }
  Grads backward(Tensor g) override {
    const Tensor& index = saved()[0];
    if (rows_.by_frequency) g = g * share_of_each(index.value(), rows_.n, g.dtype());
    if (rows_.sparse && !recording())
      return {Gradient::of_rows(rows_.n, index.value(), g.value().as_contiguous(), rows_.padding), Tensor{}};
    return {record(EmbeddingGradient(rows_), g, index), Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return look_up(vs[0], saved()[0], rows_, true); }

 private:
  RowsOf rows_;
  bool blank_padding_;
};

Tensor look_up(const Tensor& table, const Tensor& index, const RowsOf& rows, bool blank_padding) {
  return record(Embedding(rows, blank_padding), table, index);
}

}  // namespace

Tensor embedding(const Tensor& indices, const Tensor& weight, const EmbeddingOptions& options) {
  check_defined("embedding", indices, "indices");
  check_defined("embedding", weight, "weight");
  const Array index = detail::positions("embedding", "indices", indices);
  check<ShapeError>(weight.rank() == 2, "embedding: the weight must be a table [n, d], not ", describe(weight));
  check<DtypeError>(computes_in(weight.dtype()), "embedding: the weight must be f32 or f64: ", describe(weight));
  check<ShapeError>(indices.rank() < Shape::max_rank, "embedding: indices ", indices.shape(), " leave no room for another dimension");
  const std::int64_t n = weight.dim(0), padding = options.padding_idx.value_or(0);
  check<ValueError>(!options.padding_idx || (-n <= padding && padding < n), "embedding: padding_idx ", padding, " is out of range for ", n,
                    " rows: ", describe(weight));
  detail::check_rows("embedding", index, weight);
  const RowsOf rows{n, options.padding_idx ? (padding + n) % n : -1, options.sparse,
                    options.scale_grad_by_freq};
  return look_up(weight, index, rows, false);
}

}  // namespace gradus
