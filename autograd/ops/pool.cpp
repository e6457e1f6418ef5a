#include <gradus/autograd/ops/pool.h>

#include <algorithm>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/kernels/images/pool.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::PoolShape;

// x as the shape says that it lies.
Array laid_out(const Array& x, const PoolShape& shape) { return shape.channels_last ? kernels::channels_last(x) : x.as_contiguous(); }

// Once the winners are known, the largest of each window is a gather, linear in x; its gradient is a scatter, whose gradient is the gather.
Tensor pool_scatter(const Tensor& y, const Tensor& winner, const PoolShape& shape);
Tensor pool_gather(const Tensor& x, const Tensor& winner, const PoolShape& shape);

struct MaxPool final : Op {
  explicit MaxPool(const PoolShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "max_pool2d"; }
  Array forward(const Tensor& x) {
    Array winner;
    Array y = kernels::max_pool(shape_, laid_out(x.value(), shape_), tracked() ? &winner : nullptr);
    save(Tensor(std::move(winner)));
    return y;
  }
  Grads backward(Tensor g) override { return {pool_scatter(g, saved()[0], shape_)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pool_gather(vs[0], saved()[0], shape_); }
  PoolShape shape_;
};

struct PoolScatter final : Op {
  explicit PoolScatter(const PoolShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "max_pool2d_gradient"; }
  Array forward(const Tensor& y, const Tensor& winner) {
    save(winner);
    return kernels::pool_scatter(shape_, laid_out(y.value(), shape_), winner.value());
  }
  Grads backward(Tensor h) override { return {pool_gather(h, saved()[0], shape_), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pool_scatter(vs[0], saved()[0], shape_); }
  PoolShape shape_;
};

struct PoolGather final : Op {
  explicit PoolGather(const PoolShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "max_pool2d_winners"; }
  Array forward(const Tensor& x, const Tensor& winner) {
    save(winner);
    return kernels::pool_gather(shape_, laid_out(x.value(), shape_), winner.value());
  }
  Grads backward(Tensor h) override { return {pool_scatter(h, saved()[0], shape_), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pool_gather(vs[0], saved()[0], shape_); }
  PoolShape shape_;
};

Tensor pool_scatter(const Tensor& y, const Tensor& winner, const PoolShape& shape) { return record(PoolScatter(shape), y, winner); }
Tensor pool_gather(const Tensor& x, const Tensor& winner, const PoolShape& shape) { return record(PoolGather(shape), x, winner); }

// Averaging is linear: its gradient is its transpose, and the other way round.
Tensor average(const Tensor& x, const PoolShape& shape);
Tensor spread(const Tensor& y, const PoolShape& shape);

struct AveragePool final : Op {
  explicit AveragePool(const PoolShape& shape) : shape_(shape) {}
  std::string_view name() const override { return shape_.h.adaptive() ? "adaptive_avg_pool2d" : "avg_pool2d"; }
  Array forward(const Tensor& x) { return kernels::average_pool(shape_, laid_out(x.value(), shape_)); }
  Grads backward(Tensor g) override { return {spread(g, shape_)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return average(vs[0], shape_); }
  PoolShape shape_;
};

struct AveragePoolGradient final : Op {
  explicit AveragePoolGradient(const PoolShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "avg_pool2d_gradient"; }
  Array forward(const Tensor& y) { return kernels::average_pool_transposed(shape_, laid_out(y.value(), shape_)); }
  Grads backward(Tensor h) override { return {average(h, shape_)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return spread(vs[0], shape_); }
  PoolShape shape_;
};

Tensor average(const Tensor& x, const PoolShape& shape) { return record(AveragePool(shape), x); }
Tensor spread(const Tensor& y, const PoolShape& shape) { return record(AveragePoolGradient(shape), y); }

std::string both(const Pair& p) { return text("[", p.h, ", ", p.w, "]"); }

void check_image(const char* op, const Tensor& x) {
  check_defined(op, x);
  if (x.rank() != 4) fail<ShapeError>(op, ": x must be [N, C, H, W]: x ", describe(x));
  if (!computes_in(x.dtype())) fail<DtypeError>(op, ": needs f32 or f64: x ", describe(x));
}

PoolShape checked(const char* op, const Tensor& x, const PoolOptions& o) {
  check_image(op, x);
  const Pair stride(o.stride.h == 0 ? o.kernel.h : o.stride.h, o.stride.w == 0 ? o.kernel.w : o.stride.w);
  if (std::min(o.kernel.h, o.kernel.w) < 1) fail<ValueError>(op, ": kernel must be at least 1, not ", both(o.kernel));
  if (std::min(stride.h, stride.w) < 1) {
    fail<ValueError>(op, ": stride must be at least 1, or 0 for the kernel's size, not ", both(o.stride));
  }
  if (std::min(o.padding.h, o.padding.w) < 0 || 2 * o.padding.h > o.kernel.h || 2 * o.padding.w > o.kernel.w) {
    fail<ValueError>(op, ": padding must be from 0 to half the kernel, but is ", both(o.padding), " for kernel ", both(o.kernel));
  }
  const auto axis = [&](std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    const std::int64_t room = in + 2 * padding - kernel;
    if (room < 0 || in < 1) {
      fail<ShapeError>(op, ": kernel ", both(o.kernel), " is larger than the image, padded by ", both(o.padding), ": x ", describe(x));
    }
    return kernels::PoolAxis{in, room / stride + 1, kernel, stride, padding};
  };
  return {x.dim(0), x.dim(1), axis(x.dim(2), o.kernel.h, stride.h, o.padding.h), axis(x.dim(3), o.kernel.w, stride.w, o.padding.w),
          o.count_include_pad, kernels::only_channels_last(x.value())};
}

}  // namespace

Tensor max_pool2d(const Tensor& x, const PoolOptions& options) { return record(MaxPool(checked("max_pool2d", x, options)), x); }

Tensor avg_pool2d(const Tensor& x, const PoolOptions& options) { return average(x, checked("avg_pool2d", x, options)); }

Tensor adaptive_avg_pool2d(const Tensor& x, Pair output) {
  const char* op = "adaptive_avg_pool2d";
  check_image(op, x);
  if (std::min(output.h, output.w) < 1) fail<ValueError>(op, ": the output must be at least 1, not ", both(output));
  if (x.dim(2) < 1 || x.dim(3) < 1) fail<ShapeError>(op, ": nothing to average: x ", describe(x));
  return average(x, {x.dim(0), x.dim(1), {x.dim(2), output.h, 0, 0, 0}, {x.dim(3), output.w, 0, 0, 0}, false,
                     kernels::only_channels_last(x.value())});
}

}  // namespace gradus
