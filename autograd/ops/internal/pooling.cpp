#include <gradus/autograd/ops/internal/pooling.h>

#include <gradus/autograd/array/internal/channels_last.h>

namespace gradus::detail {
namespace {

using kernels::PoolAxis;
using kernels::PoolShape;

// An empty PoolShape, and its axes, the last `dims` of which are x's.
struct WindowAxes {
  PoolShape shape;
  PoolAxis& operator[](int i) { return i == 0 ? shape.d : i == 1 ? shape.h : shape.w; }
  WindowAxes(const Tensor& x, const Frame& frame)
      : shape{frame.batched ? x.dim(0) : 1, x.dim(frame.channel_axis()), {}, {}, {}, frame.dims == 3} {
    shape.channels_last = frame.batched && frame.dims > 1 ? kernels::only_channels_last(x.value())
                                                          : kernels::only_channels_last(frame.raise(x.value()));
  }
};

}  // namespace

void Pooling::settle() {
  for (int i = 3 - dims; i < 3; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (kernel.of[at] < 1) fail<ValueError>(op, ": kernel must be at least 1, not ", each(kernel));
    if (stride.of[at] < 0) fail<ValueError>(op, ": stride must be at least 1, or 0 for the kernel's size, not ", each(stride));
    if (dilation.of[at] < 1) fail<ValueError>(op, ": dilation must be at least 1, not ", each(dilation));
    const std::int64_t reach = dilation.of[at] * (kernel.of[at] - 1) + 1;
    if (padding.of[at] < 0 || 2 * padding.of[at] > reach) {
      fail<ValueError>(op, ": padding must be from 0 to half the kernel, but is ", each(padding), " for kernel ", each(kernel));
    }
  }
  if (divisor < 0) fail<ValueError>(op, ": divisor_override must be at least 1, or 0 for the window's size, not ", divisor);
  for (std::size_t i = 0; i < 3; ++i)
    if (stride.of[i] == 0) stride.of[i] = kernel.of[i];
}

Frame frame_of(const char* op, const Tensor& x, int dims) {
  check_defined(op, x);
  if (x.rank() != dims + 2 && x.rank() != dims + 1) fail<ShapeError>(op, ": x must be ", form_of(dims), ": x ", describe(x));
  if (!computes_in(x.dtype())) fail<DtypeError>(op, ": needs f32 or f64: x ", describe(x));
  return {dims, x.rank() == dims + 2};
}

PoolShape windows_of(const Tensor& x, const Frame& frame, const Pooling& p) {
  WindowAxes axes(x, frame);
  axes.shape.count_padding = p.count_include_pad, axes.shape.divisor = p.divisor;
  for (int i = 3 - p.dims; i < 3; ++i) {
    const auto at = static_cast<std::size_t>(i);
    PoolAxis a{frame.size(x.shape(), i - 3 + p.dims), 0, p.kernel.of[at], p.stride.of[at], p.padding.of[at], p.dilation.of[at]};
    const std::int64_t room = a.in + 2 * a.padding - a.dilation * (a.kernel - 1) - 1 + (p.ceil_mode ? a.stride - 1 : 0);
    if (room < 0 || a.in < 1) {
      fail<ShapeError>(p.op, ": kernel ", p.each(p.kernel), " is larger than the image, padded by ", p.each(p.padding), ": x ",
                       describe(x));
    }
    a.out = room / a.stride + 1;
    if (p.ceil_mode && (a.out - 1) * a.stride >= a.in + a.padding) --a.out;
    for (std::int64_t o = 0; a.dilation > 1 && o < a.out; ++o) {
      if (a.corner(o) + a.first(a.corner(o)) * a.dilation < a.in && a.first(a.corner(o)) < a.kernel) continue;
      fail<ShapeError>(p.op, ": dilated by ", p.each(p.dilation), ", a kernel of ", p.each(p.kernel), " sees nothing but padding: x ",
                       describe(x));
    }
    axes[i] = a;
  }
  return axes.shape;
}

PoolShape adaptive_windows(const char* op, const Tensor& x, const Frame& frame, const Sizes& output) {
  const int dims = frame.dims;
  WindowAxes axes(x, frame);
  for (int i = 3 - dims; i < 3; ++i) {
    const std::int64_t in = frame.size(x.shape(), i - 3 + dims), given = output.of[static_cast<std::size_t>(i)];
    const std::int64_t out = given == unchanged ? in : given;
    if (given < 1 && given != unchanged) fail<ValueError>(op, ": the output must be at least 1, not ", text_of(output, dims));
    if (in < 1) fail<ShapeError>(op, ": nothing to pool: x ", describe(x));
    axes[i] = {in, out, 0, 0, 0};
  }
  return axes.shape;
}

}  // namespace gradus::detail
