#include <gradus/autograd/tape/gradient.h>

#include <algorithm>
#include <atomic>

#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/kernels/axes/rows.h>

namespace gradus {

namespace detail {

struct RowSum : pool::Pooled {
  std::int64_t n = -1;                          // rows of the table; -1: whoever writes them out knows
  SmallVector<kernels::RowPart, 2> parts;       // what has arrived since it was settled
  RowGradient sum;
  std::atomic<std::uint32_t> owners{0};

  void collect(RowSum& o) {
    if (o.sum.defined()) parts.push_back({o.sum.rows, o.sum.values});
    for (const kernels::RowPart& part : o.parts) parts.push_back(part);
  }
};
void retain(RowSum* rows) { rows->owners.fetch_add(1, std::memory_order_relaxed); }
const RowGradient& sum_of(const RowSum& rows) { return rows.sum; }
constinit const RowGradient no_rows;
void release(RowSum* rows) {
  if (rows->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete rows;
}

}  // namespace detail

Array RowGradient::dense(std::int64_t n) const { return kernels::sum_rows({rows, values}, n); }

Gradient::Gradient(RowGradient rows) {
  if (!rows.defined()) return;
  rows_ = Counted<detail::RowSum>(new detail::RowSum);
  rows_->sum = std::move(rows);
}

Gradient Gradient::of_rows(std::int64_t n, Array index, Array values, std::int64_t skipped) {
  Gradient g;
  g.rows_ = Counted<detail::RowSum>(new detail::RowSum);
  g.rows_->n = n;
  g.rows_->parts.push_back({std::move(index), std::move(values), skipped});
  return g;
}

void Gradient::set_elements(Array elements) {
  if (!rows_) {
    tensor_ = std::move(elements);
    return;
  }
  if (rows_->owners.load(std::memory_order_acquire) != 1) {
    const std::int64_t n = rows_->n;
    *this = Gradient(rows_->sum);
    rows_->n = n;
  }
  rows_->sum.values = std::move(elements);
}

Shape Gradient::shape() const {
  if (!rows_) return tensor_.shape();
  const Array& values = rows_->sum.defined() ? rows_->sum.values : rows_->parts[0].values;
  return {rows_->n, values.dim(-1)};
}

Dtype Gradient::element_type() const {
  if (!rows_) return tensor_.dtype();
  return rows_->sum.defined() ? rows_->sum.values.dtype() : rows_->parts[0].values.dtype();
}

Tensor Gradient::written_out() const { return dense(rows_->n); }

Tensor Gradient::dense(std::int64_t n) const {
  if (!rows_) return tensor_;
  if (!rows_->sum.defined() && rows_->parts.size() == 1) return Tensor(kernels::sum_rows(rows_->parts[0], n));
  Gradient whole = *this;
  whole.settle();
  return Tensor(whole.rows().dense(n));
}

void Gradient::add_to_defined(Gradient g) {
  if (!g.defined()) return;
  if (rows_ && g.rows_) {
    const Counted<detail::RowSum> mine = std::exchange(rows_, Counted<detail::RowSum>(new detail::RowSum));
    rows_->n = std::max(mine->n, g.rows_->n);
    rows_->collect(*mine);
    rows_->collect(*g.rows_);
  } else if (g.rows_) {
    tensor_ = Tensor(kernels::accumulate(std::move(tensor_).value(), g.dense(tensor_.shape()[0]).value()));
  } else {
    if (rows_) tensor_ = dense(g.tensor_.shape()[0]), rows_ = {};
    tensor_ = Tensor(kernels::accumulate(std::move(tensor_).value(), g.tensor_.value()));
  }
}

void Gradient::settle_rest() {
  if (!rows_) {
    if (tensor_.defined()) tensor_ = Tensor(std::move(tensor_).value().as_contiguous());
    return;
  }
  if (rows_->parts.empty()) return;
  const Counted<detail::RowSum> settled(new detail::RowSum);
  settled->n = rows_->n;
  SmallVector<kernels::RowPart, 4> parts;
  if (rows_->sum.defined()) parts.push_back({rows_->sum.rows, rows_->sum.values});
  for (const kernels::RowPart& part : rows_->parts) parts.push_back(part);
  auto [rows, values] = kernels::distinct_rows({parts.data(), parts.size()});
  settled->sum = {std::move(rows), std::move(values)};
  rows_ = settled;
}

}  // namespace gradus
