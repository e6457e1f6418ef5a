#include <gradus/autograd/ops/pool.h>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/pooling.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::Frame;
using detail::Pooling;
using kernels::PoolShape;

// The windows, how x lies in front of the kernels, and the name of what was called.
struct Geometry {
  const char* op;
  Frame frame;
  PoolShape shape;
  Geometry(const Pooling& pooling, const Tensor& x)
      : op(pooling.op), frame(detail::frame_of(op, x, pooling.dims)), shape(detail::windows_of(x, frame, pooling)) {}
  Geometry(const char* op, const Tensor& x, const detail::Sizes& output, int dims)
      : op(op), frame(detail::frame_of(op, x, dims)), shape(detail::adaptive_windows(op, x, frame, output)) {}

  // As the shape says that it lies.
  Array raise(const Tensor& x) const {
    const Array a = frame.raise(x.value());
    return shape.channels_last ? kernels::channels_last(a) : a.as_contiguous();
  }
  Array lower(const Array& a) const { return frame.lower(a); }
  void describe(detail::OpOptions& o) const {
    const kernels::PoolAxis* const axes[] = {&shape.d, &shape.h, &shape.w};
    const auto each = [&](const char* what, std::int64_t kernels::PoolAxis::*number) {
      Shape list;
      for (int i = 3 - frame.dims; i < 3; ++i) list.push_back(axes[i]->*number);
      o(what, list);
    };
    using Axis = kernels::PoolAxis;
    each("in", &Axis::in), each("out", &Axis::out), each("kernel", &Axis::kernel), each("stride", &Axis::stride);
    each("padding", &Axis::padding), each("dilation", &Axis::dilation);
    o("count_padding", shape.count_padding)("divisor", shape.divisor)("batched", frame.batched);
  }
};

// Once the winners are known, the largest of each window is a gather, linear in x; its gradient is a scatter, whose gradient is the gather.
Tensor pool_scatter(const Tensor& y, const Tensor& winner, const Geometry& geometry);
Tensor pool_gather(const Tensor& x, const Tensor& winner, const Geometry& geometry);

struct MaxPool final : Op, detail::Described {
  MaxPool(const Geometry& geometry, Array* places) : geometry_(geometry), places_(places) {}
  std::string_view name() const override { return geometry_.op; }
  void describe(detail::OpOptions& o) const override { geometry_.describe(o), o("places", places_ != nullptr); }
  Array forward(const Tensor& x) {
    Array winner;
    const Array y = kernels::max_pool(geometry_.shape, geometry_.raise(x), tracked() || places_ ? &winner : nullptr);
    if (places_) *places_ = geometry_.lower(kernels::pool_places(geometry_.shape, winner));
    save(Tensor(std::move(winner)));
    return geometry_.lower(y);
  }
  Grads backward(Tensor g) override { return {pool_scatter(g, saved()[0], geometry_)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pool_gather(vs[0], saved()[0], geometry_); }
  Geometry geometry_;
  Array* places_;   // where forward leaves the indices, if they are wanted
};

struct PoolScatter final : Op {
  explicit PoolScatter(const Geometry& geometry) : geometry_(geometry) {}
  std::string_view name() const override { return "max_pool_gradient"; }
  Array forward(const Tensor& y, const Tensor& winner) {
    save(winner);
    return geometry_.lower(kernels::pool_scatter(geometry_.shape, geometry_.raise(y), winner.value()));
  }
  Grads backward(Tensor h) override { return {pool_gather(h, saved()[0], geometry_), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pool_scatter(vs[0], saved()[0], geometry_); }
  Geometry geometry_;
};

struct PoolGather final : Op {
  explicit PoolGather(const Geometry& geometry) : geometry_(geometry) {}
  std::string_view name() const override { return "max_pool_winners"; }
  Array forward(const Tensor& x, const Tensor& winner) {
    save(winner);
    return geometry_.lower(kernels::pool_gather(geometry_.shape, geometry_.raise(x), winner.value()));
  }
  Grads backward(Tensor h) override { return {pool_scatter(h, saved()[0], geometry_), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pool_gather(vs[0], saved()[0], geometry_); }
  Geometry geometry_;
};

Tensor pool_scatter(const Tensor& y, const Tensor& winner, const Geometry& geometry) { return record(PoolScatter(geometry), y, winner); }
Tensor pool_gather(const Tensor& x, const Tensor& winner, const Geometry& geometry) { return record(PoolGather(geometry), x, winner); }

// Averaging is linear: its gradient is its transpose, and the other way round.
Tensor average(const Tensor& x, const Geometry& geometry);
Tensor spread(const Tensor& y, const Geometry& geometry);

struct AveragePool final : Op, detail::Described {
  explicit AveragePool(const Geometry& geometry) : geometry_(geometry) {}
  std::string_view name() const override { return geometry_.op; }
  void describe(detail::OpOptions& o) const override { geometry_.describe(o); }
  Array forward(const Tensor& x) { return geometry_.lower(kernels::average_pool(geometry_.shape, geometry_.raise(x))); }
  Grads backward(Tensor g) override { return {spread(g, geometry_)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return average(vs[0], geometry_); }
  Geometry geometry_;
};

struct AveragePoolGradient final : Op {
  explicit AveragePoolGradient(const Geometry& geometry) : geometry_(geometry) {}
  std::string_view name() const override { return "avg_pool_gradient"; }
  Array forward(const Tensor& y) { return geometry_.lower(kernels::average_pool_transposed(geometry_.shape, geometry_.raise(y))); }
  Grads backward(Tensor h) override { return {average(h, geometry_)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return spread(vs[0], geometry_); }
  Geometry geometry_;
};

Tensor average(const Tensor& x, const Geometry& geometry) { return record(AveragePool(geometry), x); }
Tensor spread(const Tensor& y, const Geometry& geometry) { return record(AveragePoolGradient(geometry), y); }

Tensor max_pool(const Tensor& x, const Pooling& pooling) { return record(MaxPool(Geometry(pooling, x), nullptr), x); }

ValuesAndIndices max_pool_with_indices(const Tensor& x, const Pooling& pooling) {
  Array places;
  Tensor values = record(MaxPool(Geometry(pooling, x), &places), x);
  detail::told("places_of", {&values, &x}, places);
  return {std::move(values), Tensor(std::move(places))};
}

// Averaging, and what is made of it, knows no dilation.
void check_undilated(const Pooling& pooling) {
  for (const std::int64_t d : pooling.dilation.of)
    if (d > 1) fail<ValueError>(pooling.op, ": only max pooling has a dilation, not ", pooling.each(pooling.dilation));
}

Tensor avg_pool(const Tensor& x, const Pooling& pooling) {
  check_undilated(pooling);
  return average(x, Geometry(pooling, x));
}

Tensor lp_pool(const Tensor& x, double p, const Pooling& pooling) {
  check<ValueError>(p > 0, pooling.op, ": p must be greater than 0, not ", p);
  check_undilated(pooling);
  double places = 1;
  for (int i = 3 - pooling.dims; i < 3; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (pooling.padding.of[at] != 0) fail<ValueError>(pooling.op, ": windows have no padding here, not ", pooling.each(pooling.padding));
    places *= static_cast<double>(pooling.kernel.of[at]);
  }
  const Geometry geometry(pooling, x);
  const Tensor sums = average(p == 1 ? x : p == 2 ? square(x) : pow(x, p), geometry) * places;
  if (p == 1) return sums;
  const Tensor none = sums == 0, safe = where(none, 1.0, sums);
  return where(none, 0.0, p == 2 ? sqrt(safe) : pow(safe, 1 / p));
}

}  // namespace

Tensor max_pool1d(const Tensor& x, const PoolOptions1d& o) { return max_pool(x, Pooling("max_pool1d", 1, o)); }
Tensor max_pool2d(const Tensor& x, const PoolOptions& o) { return max_pool(x, Pooling("max_pool2d", 2, o)); }
Tensor max_pool3d(const Tensor& x, const PoolOptions3d& o) { return max_pool(x, Pooling("max_pool3d", 3, o)); }
ValuesAndIndices max_pool1d_with_indices(const Tensor& x, const PoolOptions1d& o) {
  return max_pool_with_indices(x, Pooling("max_pool1d_with_indices", 1, o));
}
ValuesAndIndices max_pool2d_with_indices(const Tensor& x, const PoolOptions& o) {
  return max_pool_with_indices(x, Pooling("max_pool2d_with_indices", 2, o));
}
ValuesAndIndices max_pool3d_with_indices(const Tensor& x, const PoolOptions3d& o) {
  return max_pool_with_indices(x, Pooling("max_pool3d_with_indices", 3, o));
}

Tensor avg_pool1d(const Tensor& x, const PoolOptions1d& o) { return avg_pool(x, Pooling("avg_pool1d", 1, o)); }
Tensor avg_pool2d(const Tensor& x, const PoolOptions& o) { return avg_pool(x, Pooling("avg_pool2d", 2, o)); }
Tensor avg_pool3d(const Tensor& x, const PoolOptions3d& o) { return avg_pool(x, Pooling("avg_pool3d", 3, o)); }
Tensor adaptive_avg_pool1d(const Tensor& x, std::int64_t output) { return average(x, Geometry("adaptive_avg_pool1d", x, output, 1)); }
Tensor adaptive_avg_pool2d(const Tensor& x, Pair output) { return average(x, Geometry("adaptive_avg_pool2d", x, output, 2)); }
Tensor adaptive_avg_pool3d(const Tensor& x, const Triple& output) { return average(x, Geometry("adaptive_avg_pool3d", x, output, 3)); }

Tensor lp_pool1d(const Tensor& x, double p, const PoolOptions1d& o) { return lp_pool(x, p, Pooling("lp_pool1d", 1, o)); }
Tensor lp_pool2d(const Tensor& x, double p, const PoolOptions& o) { return lp_pool(x, p, Pooling("lp_pool2d", 2, o)); }
Tensor lp_pool3d(const Tensor& x, double p, const PoolOptions3d& o) { return lp_pool(x, p, Pooling("lp_pool3d", 3, o)); }

}  // namespace gradus
