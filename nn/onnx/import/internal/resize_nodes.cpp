// Images in other sizes. Resize has many ways to say where a pixel comes from; all are one weight matrix for each axis, and those that
// interpolate() of ours knows go there.
#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

struct Resizing {
  std::string mode, coordinates, nearest, policy = "stretch";
  double cubic = -0.75;
  bool exclude_outside = false, antialias = false;
  std::vector<std::int64_t> axes = {};
};

// One axis: how long it was and is, and the ratio by which places are found.
struct Stretch {
  std::int64_t in, out;
  double scale;
};

double place_of(const Resizing& r, const Stretch& s, std::int64_t o) {
  const double x = static_cast<double>(o), half = (x + 0.5) / s.scale - 0.5;
  if (r.coordinates == "align_corners") {
    const double last = s.scale * static_cast<double>(s.in) - 1;
    return s.out == 1 || last <= 0 ? 0 : x * static_cast<double>(s.in - 1) / last;
  }
  if (r.coordinates == "asymmetric") return x / s.scale;
  if (r.coordinates == "pytorch_half_pixel") return s.out > 1 ? half : 0;
  if (r.coordinates == "half_pixel_symmetric") {
    const double middle = static_cast<double>(s.in) / 2;
    return middle * (1 - static_cast<double>(s.out) / (s.scale * static_cast<double>(s.in))) + half;
  }
  return half;
}

std::int64_t nearest_of(const Resizing& r, const Stretch& s, std::int64_t o) {
  const double x = place_of(r, s, o);
  const double at = r.nearest == "floor"                ? std::floor(x)
                    : r.nearest == "ceil"               ? std::ceil(x)
                    : r.nearest == "round_prefer_floor" ? std::ceil(x - 0.5)
                                                        : std::floor(x + 0.5);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(at), 0, s.in - 1);
}

// The share of a pixel at distance t: a triangle, or Keys's cubic convolution.
double share(const Resizing& r, double t) {
  t = std::abs(t);
  if (r.mode == "linear") return std::max(0.0, 1 - t);
  const double a = r.cubic;
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

// [in, out]: what each pixel gives to each.
Tensor weights_of(const Resizing& r, const Stretch& s, Dtype dtype) {
  const double narrowed = r.antialias ? std::min(1.0, s.scale) : 1;
  const double reach = (r.mode == "linear" ? 1 : 2) / narrowed;
  Array table = Array::zeros(checked_size({s.in, s.out}, "Resize"), f64);
  const auto at = table.mutable_span<double>();
  for (std::int64_t o = 0; o < s.out; ++o) {
    const double x = place_of(r, s, o);
    const auto column = [&](std::int64_t i) -> double& { return at[static_cast<std::size_t>(i * s.out + o)]; };
    double total = 0;
    for (auto i = static_cast<std::int64_t>(std::ceil(x - reach)); i <= static_cast<std::int64_t>(std::floor(x + reach)); ++i) {
      const bool outside = i < 0 || i >= s.in;
      if (outside && r.exclude_outside) continue;
      const double weight = share(r, (static_cast<double>(i) - x) * narrowed);
      column(std::clamp<std::int64_t>(i, 0, s.in - 1)) += weight;
      total += weight;
    }
    if (total != 0)
      for (std::int64_t i = 0; i < s.in; ++i) column(i) /= total;
  }
  return Tensor(table).to(dtype);
}

Tensor along(const Resizing& r, const Tensor& x, int axis, const Stretch& s) {
  if (s.in == s.out && s.scale == 1) return x;
  if (r.mode == "nearest") {
    std::vector<std::int64_t> from;
    for (std::int64_t o = 0; o < s.out; ++o) from.push_back(nearest_of(r, s, o));
    return index_select(x, axis, Array::from(from, {from.size()}));
  }
  return movedim(matmul(movedim(x, axis, -1), weights_of(r, s, x.dtype())), -1, axis);
}

// Whether interpolate() does the same: images whose last two dimensions change, by the ratio of their sizes.
bool is_interpolation(const Resizing& r, const std::vector<Stretch>& all) {
  if (all.size() != 4 || r.mode == "nearest" || r.antialias || r.exclude_outside || (r.mode == "cubic" && r.cubic != -0.75)) return false;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i < 2 && all[i].scale != 1) return false;
    if (all[i].out <= 1 || std::abs(all[i].scale * static_cast<double>(all[i].in) - static_cast<double>(all[i].out)) > 1e-9) {
      if (i >= 2) return false;
    }
  }
  return r.coordinates == "half_pixel" || r.coordinates == "pytorch_half_pixel" || r.coordinates == "align_corners";
}

Tensor resized(const Resizing& r, const Tensor& x, const std::vector<Stretch>& all) {
  for (const Stretch& s : all) check<ShapeError>(s.in > 0 && s.out > 0, "Resize: ", x.shape(), " has a dimension without elements");
  if (is_interpolation(r, all))
    return interpolate(x, {.size = {all[2].out, all[3].out},
                           .mode = r.mode == "linear" ? Interpolation::bilinear : Interpolation::bicubic,
                           .align_corners = r.coordinates == "align_corners"});
  Tensor y = x;
  for (std::size_t i = 0; i < all.size(); ++i) y = along(r, y, static_cast<int>(i), all[i]);
  return y;
}

std::vector<Stretch> by_scales(const Resizing& r, const Tensor& x, const Tensor& scales) {
  std::vector<Stretch> all;
  for (const std::int64_t n : x.shape()) all.push_back({n, n, 1});
  const auto axes = axes_in_front(r.axes, x.rank(), "Resize");
  const std::vector<double> given = scales.value().to_vector();
  check<ShapeError>(given.size() == (axes.empty() ? all.size() : axes.size()), "Resize: ", given.size(), " scales for ", x.shape());
  for (std::size_t i = 0; i < given.size(); ++i) {
    Stretch& s = all[axes.empty() ? i : static_cast<std::size_t>(axes[i])];
    const double out = std::floor(static_cast<double>(s.in) * given[i]);
    check<ValueError>(given[i] > 0 && out < 1e9, "Resize: a scale of ", given[i]);
    s.scale = given[i];
    s.out = static_cast<std::int64_t>(out);
  }
  return all;
}

std::vector<Stretch> by_sizes(const Resizing& r, const Tensor& x, const Tensor& sizes) {
  std::vector<Stretch> all;
  for (const std::int64_t n : x.shape()) all.push_back({n, n, 1});
  const auto axes = axes_in_front(r.axes, x.rank(), "Resize");
  const auto given = whole_numbers(sizes);
  check<ShapeError>(given.size() == (axes.empty() ? all.size() : axes.size()), "Resize: ", given.size(), " sizes for ", x.shape());
  double least = INFINITY, most = 0;
  const auto stretch = [&](std::size_t i) -> Stretch& { return all[axes.empty() ? i : static_cast<std::size_t>(axes[i])]; };
  for (std::size_t i = 0; i < given.size(); ++i) {
    Stretch& s = stretch(i);
    s.out = given[i];
    s.scale = static_cast<double>(s.out) / static_cast<double>(s.in);
    least = std::min(least, s.scale);
    most = std::max(most, s.scale);
  }
  if (r.policy == "stretch") return all;
  for (std::size_t i = 0; i < given.size(); ++i) {
    Stretch& s = stretch(i);
    s.scale = r.policy == "not_larger" ? least : most;
    s.out = static_cast<std::int64_t>(std::floor(s.scale * static_cast<double>(s.in) + 0.5));
  }
  return all;
}

Run resize_node(NodeReader& node) {
  Resizing r{.mode = node.text("mode", "nearest", {"nearest", "linear", "cubic"}),
             .coordinates = node.text("coordinate_transformation_mode", "half_pixel",
                                      {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"}),
             .nearest = node.text("nearest_mode", "round_prefer_floor", {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})};
  r.cubic = node.number("cubic_coeff_a", -0.75);
  r.exclude_outside = node.flag("exclude_outside", false);
  node.number("extrapolation_value", 0);                       // of tf_crop_and_resize alone
  if (node.version() >= 18) {
    r.antialias = node.flag("antialias", false);
    r.axes = node.integers("axes");
    r.policy = node.text("keep_aspect_ratio_policy", "stretch", {"stretch", "not_larger", "not_smaller"});
  }
  node.expect(!r.antialias || r.mode != "nearest", "antialias of the nearest pixel");
  return one([r](In x) {
    const bool sizes = x[3].defined() && x[3].size() > 0;
    check<ValueError>(sizes || (x[2].defined() && x[2].size() > 0), "Resize: neither sizes nor scales");
    return resized(r, x[0], sizes ? by_sizes(r, x[0], x[3]) : by_scales(r, x[0], x[2]));
  });
}
// Before there was Resize, and its first version: as it does with coordinates "asymmetric".
Run upsample_node(NodeReader& node) {
  const Resizing r{node.text("mode", "nearest", {"nearest", "linear"}), "asymmetric", "floor"};
  return one([r](In x) { return resized(r, x[0], by_scales(r, x[0], x[1])); });
}

Run grid_sample_node(NodeReader& node) {
  const std::string mode = node.version() >= 20 ? node.text("mode", "linear", {"linear", "nearest", "cubic"})
                                                : node.text("mode", "bilinear", {"bilinear", "nearest", "bicubic"});
  const std::string outside = node.text("padding_mode", "zeros", {"zeros", "border", "reflection"});
  const GridOptions options{
      .mode = mode == "nearest" ? GridMode::nearest : mode.ends_with("cubic") ? GridMode::bicubic : GridMode::bilinear,
      .padding = outside == "zeros" ? GridPadding::zeros : outside == "border" ? GridPadding::border : GridPadding::reflection,
      .align_corners = node.flag("align_corners", false)};
  return one([options](In x) { return grid_sample(x[0], x[1], options); });
}

constexpr Operator resize_rows[] = {
    {"GridSample", 16, 2, 2, 1, grid_sample_node},
    {"Resize", 10, 2, 2, 1, upsample_node, 0b10},
    {"Resize", 11, 1, 4, 1, resize_node, 0b110},
    {"Upsample", 9, 2, 2, 1, upsample_node, 0b10},
};

}  // namespace

std::span<const Operator> resize_operators() { return resize_rows; }

}  // namespace gradus::nn::onnx
