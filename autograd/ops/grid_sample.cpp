#include <array>
#include <vector>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/kernels/images/grid_sample.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/scatter.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::GridShape;
using kernels::GridTaps;

// The gradients in differentiable functions. Between two kinks a place moves with its coordinate at a constant rate, so the weights of the
// pixels around are polynomials of the grid; which pixels these are does not change.
class Composed {
 public:
  Composed(const GridShape& s, const Tensor& grid) : s_(s), grid_(reshape(grid, {s.n, s.places, s.dims})) {
    const Array places = grid_.value().as_contiguous().to(f64);
    for (int axis = 3 - s.dims; axis < 3; ++axis) axes_[static_cast<std::size_t>(axis)] = axis_of(places, axis);
  }

  // f(offset i64 [N, P], valid bool [N, P], weight [N, P], slopes of it by x, y and z) for each combination of taps.
  template <class F>
  void for_each_corner(F&& f) const {
    const int each = s_.taps(), slices = s_.dims == 3 ? each : 1;
    for (int i = 0; i < slices; ++i)
      for (int j = 0; j < each; ++j)
        for (int k = 0; k < each; ++k) corner({i, j, k}, f);
  }

 private:
  struct Tap {
    Array index, valid;     // i64, bool [N, P]
    Tensor weight, slope;   // by the coordinate
  };
  using AxisTaps = std::vector<Tap>;

  AxisTaps axis_of(const Array& places, int axis) const {
    const Shape shape{s_.n, s_.places};
    Array fraction(shape, f64), rate(shape, f64);
    AxisTaps taps(static_cast<std::size_t>(s_.taps()));
    std::vector<std::int64_t*> index;
    std::vector<bool*> valid;
    for (Tap& tap : taps) {
      tap.index = Array::zeros(shape, i64), tap.valid = Array::zeros(shape, boolean);
      index.push_back(tap.index.mutable_data<std::int64_t>()), valid.push_back(tap.valid.mutable_data<bool>());
    }
    double *between = fraction.mutable_data<double>(), *step = rate.mutable_data<double>();
    const double* in = places.data<double>();
    for (std::int64_t p = 0; p < s_.n * s_.places; ++p) {
      const GridTaps t = grid_taps(s_, axis, in[p * s_.dims + 2 - axis]);
      step[p] = t.rate, between[p] = t.fraction;
      for (std::size_t k = 0; k < taps.size(); ++k) index[k][p] = t.index[k], valid[k][p] = t.inside[k];
    }
    const Dtype dtype = grid_.dtype();
    const Tensor speed(rate.to(dtype)), v = select(grid_, 2, 2 - axis);
    polynomials(taps, Tensor(fraction.to(dtype)) + speed * where(speed == 0, 0.0, v - v.detach()), speed);
    return taps;
  }

  // Each tap's weight at the fraction f, and its slope.
  void polynomials(AxisTaps& taps, const Tensor& f, const Tensor& speed) const {
    if (s_.mode == GridShape::nearest) {
      taps[0].weight = Tensor(Array::full(f.shape(), 1, f.dtype())), taps[0].slope = Tensor(Array::zeros(f.shape(), f.dtype()));
    } else if (s_.mode == GridShape::linear) {
      taps[0].weight = 1 - f, taps[0].slope = -speed, taps[1].weight = f, taps[1].slope = speed;
    } else {
      const auto near = [](const Tensor& x) { return (1.25 * x - 2.25) * x * x + 1; };
      const auto far = [](const Tensor& x) { return ((-0.75 * x + 3.75) * x - 6) * x + 3; };
      const auto near_slope = [](const Tensor& x) { return (3.75 * x - 4.5) * x; };
      const auto far_slope = [](const Tensor& x) { return (-2.25 * x + 7.5) * x - 6; };
      taps[0].weight = far(f + 1), taps[0].slope = speed * far_slope(f + 1);
      taps[1].weight = near(f), taps[1].slope = speed * near_slope(f);
      taps[2].weight = near(1 - f), taps[2].slope = -speed * near_slope(1 - f);
      taps[3].weight = far(2 - f), taps[3].slope = -speed * far_slope(2 - f);
    }
  }

  template <class F>
  void corner(const std::array<int, 3>& which, F&& f) const {
    Array offset = Array::zeros({s_.n, s_.places}, i64), valid = Array::full({s_.n, s_.places}, 1, boolean);
    std::int64_t* to = offset.mutable_data<std::int64_t>();
    bool* good = valid.mutable_data<bool>();
    const int first = 3 - s_.dims;
    const auto tap = [&](int axis) -> const Tap& {
      return axes_[static_cast<std::size_t>(axis)][static_cast<std::size_t>(which[static_cast<std::size_t>(axis)])];
    };
    for (int axis = first; axis < 3; ++axis) {
      const std::int64_t* index = tap(axis).index.template data<std::int64_t>();
      const bool* there = tap(axis).valid.template data<bool>();
      for (std::int64_t p = 0; p < s_.n * s_.places; ++p) to[p] = to[p] * s_.size[axis] + index[p], good[p] = good[p] && there[p];
    }
    Tensor weight = tap(2).weight;
    for (int axis = first; axis < 2; ++axis) weight = weight * tap(axis).weight;
    std::vector<Tensor> slopes;
    for (int by = 2; by >= first; --by) {
      Tensor slope = tap(by).slope;
      for (int axis = first; axis < 3; ++axis)
        if (axis != by) slope = slope * tap(axis).weight;
      slopes.push_back(slope);
    }
    f(Tensor(offset), Tensor(valid), weight, slopes);
  }

  GridShape s_;
  Tensor grid_;
  std::array<AxisTaps, 3> axes_;
};

struct GridSample final : Op, detail::Described {
  explicit GridSample(const GridShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "grid_sample"; }
  void describe(detail::OpOptions& o) const override {
    o("mode", shape_.mode == GridShape::linear ? "bilinear" : shape_.mode == GridShape::nearest ? "nearest" : "bicubic");
    o("padding", shape_.padding == GridShape::zeros ? "zeros" : shape_.padding == GridShape::border ? "border" : "reflection");
    o("align_corners", shape_.align_corners);
  }

  Array forward(const Tensor& x, const Tensor& grid) {
    save(x, grid);
    Shape result{shape_.n, shape_.c};
    for (int i = 1; i <= shape_.dims; ++i) result.push_back(grid.dim(i));
    return kernels::grid_sample(shape_, laid_out(x.value()), grid.value().as_contiguous(), result);
  }

  Grads backward(Tensor g) override {
    const auto [x, grid] = saved<2>();
    if (recording()) return composed(g, x, grid);
    const Array slopes = laid_out(g.value()), places = grid.value().as_contiguous();
    return {needs(0) ? Tensor(kernels::grid_sample_input_gradient(shape_, slopes, places, x.shape())) : Tensor{},
            needs(1) ? Tensor(kernels::grid_sample_grid_gradient(shape_, slopes, laid_out(x.value()), places)) : Tensor{}};
  }

  // dx = Σ over the corners of their weights times g, added where they are; d grid = Σ of their slopes times Σ over channels of g·x.
  Grads composed(const Tensor& given, const Tensor& x, const Tensor& grid) const {
    const GridShape& s = shape_;
    const Tensor g = reshape(given, {s.n, s.c, s.places}), images = reshape(x, {s.n, s.c, s.pixels()});
    Tensor dx(Array::zeros(images.shape(), images.dtype()));
    std::vector<Tensor> moved(static_cast<std::size_t>(s.dims), Tensor(Array::zeros({s.n, s.places}, x.dtype())));
    const auto add = [&](const Tensor& offset, const Tensor& valid, const Tensor& weight, const std::vector<Tensor>& slopes) {
      const Tensor at = expand(unsqueeze(offset, 1), {s.n, s.c, s.places});
      if (needs(0)) dx = detail::scatter_add_checked(dx, 2, at, g * unsqueeze(where(valid, weight, 0.0), 1));
      if (!needs(1)) return;
      const Tensor along = sum(g * detail::gather_checked(images, 2, at), 1);
      for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = moved[i] + where(valid, slopes[i] * along, 0.0);
    };
    Composed(s, grid).for_each_corner(add);
    return {needs(0) ? reshape(dx, x.shape()) : Tensor{}, needs(1) ? reshape(stack(moved, 2), grid.shape()) : Tensor{}};
  }

  Array laid_out(const Array& a) const { return shape_.channels_last ? kernels::channels_last(a) : a.as_contiguous(); }
  GridShape shape_;
};

// From −1 to 1, or the centres of so many equal parts between.
Array steps(std::int64_t n, bool align_corners) {
  Array all({n}, f64);
  double* out = all.mutable_data<double>();
  for (std::int64_t i = 0; i < n; ++i) {
    const double at = n > 1 ? 2 * static_cast<double>(i) / static_cast<double>(n - 1) - 1 : 0;
    out[i] = align_corners ? at : at * static_cast<double>(n - 1) / static_cast<double>(n);
  }
  return all;
}

}  // namespace

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridOptions& o) {
  check_defined("grid_sample", x);
  check_defined("grid_sample", grid, "grid");
  check<ShapeError>(x.rank() == 4 || x.rank() == 5, "grid_sample: x must be [N, C, H, W] or [N, C, D, H, W], not ", x.shape());
  const int dims = x.rank() - 2;
  check<ShapeError>(grid.rank() == x.rank() && grid.dim(dims + 1) == dims && grid.dim(0) == x.dim(0), "grid_sample: the grid must be ",
                    dims == 2 ? "[N, OH, OW, 2]" : "[N, OD, OH, OW, 3]", " for x ", x.shape(), ", not ", grid.shape());
  check_computes_in(x.dtype(), "grid_sample");
  check<DtypeError>(x.dtype() == grid.dtype(), "grid_sample: x and the grid need one dtype: ", x.dtype(), " and ", grid.dtype());
  check<ValueError>(dims == 2 || o.mode != GridMode::bicubic, "grid_sample: bicubic is for images, not x ", x.shape());
  GridShape s{x.dim(0), x.dim(1), 1, {1, x.dim(dims), x.dim(dims + 1)}, dims, GridShape::linear, GridShape::zeros, o.align_corners,
              kernels::only_channels_last(x.value())};
  if (dims == 3) s.size[0] = x.dim(2);
  for (int i = 1; i <= dims; ++i) s.places *= grid.dim(i);
  check<ShapeError>(s.pixels() > 0, "grid_sample: no pixels to take: x ", x.shape());
  check<ShapeError>(s.pixels() < std::int64_t{1} << 31, "grid_sample: an image of more than 2^31 pixels: x ", x.shape());
  s.mode = o.mode == GridMode::bilinear ? GridShape::linear : o.mode == GridMode::nearest ? GridShape::nearest : GridShape::cubic;
  s.padding = o.padding == GridPadding::zeros    ? GridShape::zeros
              : o.padding == GridPadding::border ? GridShape::border
                                                 : GridShape::reflection;
  return record(GridSample(s), x, grid);
}

Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners) {
  check_defined("affine_grid", theta, "theta");
  const int dims = size.rank() - 2;
  check<ShapeError>(dims == 2 || dims == 3, "affine_grid: size must be {N, C, H, W} or {N, C, D, H, W}, not ", size);
  check<ShapeError>((theta.shape() == Shape{size[0], dims, dims + 1}), "affine_grid: theta must be ", Shape{size[0], dims, dims + 1},
                    " for images of ", size, ", not ", theta.shape());
  check_computes_in(theta.dtype(), "affine_grid");
  Shape result{size[0]}, places;
  for (int i = 2; i < size.rank(); ++i) {
    check<ShapeError>(size[i] > 0, "affine_grid: no places in images of ", size);
    result.push_back(size[i]), places.push_back(size[i]);
  }
  result.push_back(dims);
  Array base({places.elements(), dims + 1}, f64);   // (x, y, 1)
  double* out = base.mutable_data<double>();
  std::vector<Array> along;
  for (int i = 0; i < dims; ++i) along.push_back(steps(places[i], align_corners));
  for (std::int64_t p = 0; p < places.elements(); ++p) {
    std::int64_t rest = p;
    for (int i = dims - 1; i >= 0; --i) {
      *out++ = along[static_cast<std::size_t>(i)].data<double>()[rest % places[i]];
      rest /= places[i];
    }
    *out++ = 1;
  }
  return reshape(matmul(Tensor(base.to(theta.dtype())), transpose(theta)), result);
}

}  // namespace gradus
