#include <gradus/autograd/ops/window.h>

#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/cutout.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {
namespace {

// How many places a kernel has along one side of an image with its padding.
std::int64_t places(std::int64_t size, std::int64_t padding, std::int64_t kernel, std::int64_t dilation, std::int64_t stride) {
  const std::int64_t reach = dilation * (kernel - 1) + 1, n = size + 2 * padding;
  return n < reach ? 0 : (n - reach) / stride + 1;
}

Pair places(const char* op, Pair image, Pair kernel, const UnfoldOptions& o, const Shape& shape) {
  const auto all = [](Pair p, std::int64_t least) { return p.h >= least && p.w >= least && p.h < 1 << 30 && p.w < 1 << 30; };
  check<ValueError>(all(kernel, 1) && all(o.dilation, 1) && all(o.stride, 1) && all(o.padding, 0), op,
                    ": kernel, dilation and stride must be at least 1, not ",
                    kernel.h, "x", kernel.w, ", ", o.dilation.h, "x", o.dilation.w, " and ", o.stride.h, "x", o.stride.w,
                        ", padding at least 0, not ",
                    o.padding.h, "x", o.padding.w);
  const Pair n{places(image.h, o.padding.h, kernel.h, o.dilation.h, o.stride.h),
               places(image.w, o.padding.w, kernel.w, o.dilation.w, o.stride.w)};
  check<ShapeError>(n.h > 0 && n.w > 0, op, ": a kernel of ", kernel.h, "x", kernel.w, " does not fit into images of ", image.h, "x",
                    image.w, " with padding ", o.padding.h, "x", o.padding.w, ", for ", shape);
  return n;
}

// The image within its padding.
detail::Cutout inside(const Shape& image, Pair padding) {
  detail::Cutout r{Shape::filled(4, 0), Shape::filled(4, 1), image};
  r.begin[2] = padding.h, r.begin[3] = padding.w;
  return r;
}

Tensor batch_of(const Tensor& x, int rank) { return x.rank() == rank ? x : unsqueeze(x, 0); }
Tensor as_given(const Tensor& y, const Tensor& x, int rank) { return x.rank() == rank ? y : squeeze(y, 0); }

}  // namespace

Tensor unfold(const Tensor& x, Pair kernel, const UnfoldOptions& o) {
  check_defined("unfold", x);
  check<ShapeError>(x.rank() == 4 || x.rank() == 3, "unfold: takes images [N, C, H, W] or [C, H, W], not ", x.shape());
  Tensor y = batch_of(x, 4);
  const Pair image{y.dim(2), y.dim(3)}, n = places("unfold", image, kernel, o, x.shape());
  const std::int64_t batch = y.dim(0), channels = y.dim(1);
  if (o.padding.h > 0 || o.padding.w > 0)
    y = detail::into_full(y, inside(y.shape(), o.padding), {batch, channels, image.h + 2 * o.padding.h, image.w + 2 * o.padding.w});
  y = detail::windows(y, 2, {kernel.h, o.stride.h, o.dilation.h});   // [N, C, OH, W, KH]
  y = detail::windows(y, 3, {kernel.w, o.stride.w, o.dilation.w});   // [N, C, OH, OW, KH, KW]
  return as_given(reshape(permute(y, {0, 1, 4, 5, 2, 3}), {batch, channels * kernel.h * kernel.w, n.h * n.w}), x, 4);
}

Tensor fold(const Tensor& x, Pair output, Pair kernel, const UnfoldOptions& o) {
  check_defined("fold", x);
  check<ShapeError>(x.rank() == 3 || x.rank() == 2, "fold: takes columns [N, C·KH·KW, L] or [C·KH·KW, L], not ", x.shape());
  const Tensor columns = batch_of(x, 3);
  const Pair n = places("fold", output, kernel, o, x.shape());
  const std::int64_t batch = columns.dim(0), patch = kernel.h * kernel.w, channels = columns.dim(1) / patch;
  check<ShapeError>(channels * patch == columns.dim(1) && n.h * n.w == columns.dim(2), "fold: ", x.shape(), " must have a multiple of ",
                    patch, " rows and ",
                    n.h * n.w, " columns, for images of ", output.h, "x", output.w, " and a kernel of ", kernel.h, "x", kernel.w);
  const Pair padded{output.h + 2 * o.padding.h, output.w + 2 * o.padding.w};
  Tensor y = permute(reshape(columns, {batch, channels, kernel.h, kernel.w, n.h, n.w}), {0, 1, 4, 5, 2, 3});
  y = detail::add_windows(y, 3, {kernel.w, o.stride.w, o.dilation.w}, padded.w);   // [N, C, OH, W, KH]
  y = detail::add_windows(y, 2, {kernel.h, o.stride.h, o.dilation.h}, padded.h);
  if (o.padding.h > 0 || o.padding.w > 0) y = detail::region(y, inside({batch, channels, output.h, output.w}, o.padding));
  return as_given(y, x, 3);
}

}  // namespace gradus
