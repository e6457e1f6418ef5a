// Convolution, pooling and resampling in one, two and three dimensions against PyTorch's values and gradients
// (tests/golden/make_spatial.py), recorded or not, in f64 and f32.
#include <functional>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/ops/values_and_indices.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::spatial_golden_test {

using Inputs = std::vector<Tensor>;

struct Case {
  const char* name;                    // the golden one
  std::vector<const char*> inputs;     // what stands there after its name
  std::function<ValuesAndIndices(const Inputs&)> f;
};

template <class F>
Case conv(const char* name, F f, bool bias = true) {
  std::vector<const char*> inputs{"x", "weight"};
  if (bias) inputs.push_back("bias");
  return {name, inputs, [=](const Inputs& in) { return ValuesAndIndices{f(in[0], in[1], bias ? in[2] : Tensor()), {}}; }};
}

template <class F>
Case of_x(const char* name, F f) {
  return {name, {"x"}, [=](const Inputs& in) {
    if constexpr (std::is_same_v<decltype(f(in[0])), Tensor>) return ValuesAndIndices{f(in[0]), {}};
    else return f(in[0]);
  }};
}

template <class F>
Case unpooling(const char* name, F f) {
  return {name, {"x", "indices"}, [=](const Inputs& in) { return ValuesAndIndices{f(in[0], in[1]), {}}; }};
}

void expect_golden(const Case& c, Dtype dtype, double tolerance) {
  SCOPED_TRACE(text(c.name, " ", dtype));
  const auto& golden = golden_values("spatial");
  const std::string name(c.name);
  Inputs inputs, tracked;
  std::vector<const char*> wanted;
  for (const char* part : c.inputs) {
    const Array& value = golden.at(name + "." + part);
    inputs.push_back(value.dtype() == f64 ? variable(Tensor(value.to(dtype))) : Tensor(value));
    if (value.dtype() == f64) tracked.push_back(inputs.back()), wanted.push_back(part);
  }
  const auto [y, at] = c.f(inputs);
  expect_near(y, golden.at(name + ".y"), tolerance, "value");
  ASSERT_EQ(golden.contains(name + ".at"), at.defined());
  if (at.defined()) expect_near(at, golden.at(name + ".at"), 0, "indices");
  for (const bool recorded : {false, true}) {
    const auto slopes = grad(y, tracked, {.create_graph = recorded, .retain_graph = true,
                                             .seed = Tensor(golden.at(name + ".g").to(dtype))});
    for (std::size_t i = 0; i < wanted.size(); ++i) expect_near(slopes[i], golden.at(name + ".d" + wanted[i]), tolerance, wanted[i]);
  }
}

void expect_all(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    expect_golden(c, f64, 1e-11);
    expect_golden(c, f32, 5e-5);
  }
}

TEST(SpatialGolden, Convolution) {
  using T = const Tensor&;
  expect_all({
      conv("conv.1d", [](T x, T w, T b) { return conv1d(x, w, b); }),
      conv("conv.1d_options", [](T x, T w, T b) { return conv1d(x, w, b, {.stride = 2, .padding = 3, .dilation = 2, .groups = 2}); }),
      conv("conv.1d_same", [](T x, T w, T b) { return conv1d(x, w, b, {.dilation = 3, .same = true}); }),
      conv("conv.1d_pointwise", [](T x, T w, T b) { return conv1d(x, w, b); }),
      conv("conv.1d_alone", [](T x, T w, T b) { return conv1d(x, w, b, {.padding = 1}); }, false),
      conv("conv.2d_same", [](T x, T w, T b) { return conv2d(x, w, b, {.dilation = {2, 1}, .same = true}); }),
      conv("conv.2d_alone", [](T x, T w, T b) { return conv2d(x, w, b, {.stride = {2, 1}, .groups = 2}); }),
      conv("conv.3d", [](T x, T w, T b) { return conv3d(x, w, b); }),
      conv("conv.3d_options", [](T x, T w, T b) {
        return conv3d(x, w, b, {.stride = {2, 1, 3}, .padding = {1, 2, 0}, .dilation = {1, 2, 2}, .groups = 2}); }),
      conv("conv.3d_same", [](T x, T w, T b) { return conv3d(x, w, b, {.same = true}); }),
      conv("conv.3d_alone", [](T x, T w, T b) { return conv3d(x, w, b); }, false),
      conv("conv.3d_pointwise", [](T x, T w, T b) { return conv3d(x, w, b); }),
      conv("conv.transpose1d", [](T x, T w, T b) { return conv_transpose1d(x, w, b); }),
      conv("conv.transpose1d_options", [](T x, T w, T b) {
        return conv_transpose1d(x, w, b, {.stride = 3, .padding = 2, .output_padding = 2, .groups = 2, .dilation = 2}); }),
      conv("conv.transpose1d_alone", [](T x, T w, T b) { return conv_transpose1d(x, w, b, {.stride = 2, .padding = 1}); }, false),
      conv("conv.transpose1d_pointwise", [](T x, T w, T b) { return conv_transpose1d(x, w, b); }),
      conv("conv.transpose2d", [](T x, T w, T b) { return conv_transpose2d(x, w, b, {.stride = 2, .padding = 1, .output_padding = 1}); }),
      conv("conv.transpose2d_options", [](T x, T w, T b) {
        return conv_transpose2d(x, w, b,
                                {.stride = {1, 3}, .padding = {2, 0}, .output_padding = {1, 2}, .groups = 3, .dilation = {2, 1}}); }),
      conv("conv.transpose2d_wide", [](T x, T w, T b) { return conv_transpose2d(x, w, b, {.output_padding = 2, .dilation = 3}); }),
      conv("conv.transpose2d_depthwise", [](T x, T w, T b) { return conv_transpose2d(x, w, b, {.stride = 2, .groups = 3}); }),
      conv("conv.transpose2d_alone", [](T x, T w, T b) { return conv_transpose2d(x, w, b, {.stride = 2}); }),
      conv("conv.transpose3d", [](T x, T w, T b) {
        return conv_transpose3d(x, w, b, {.stride = 2, .padding = {0, 1, 1}, .output_padding = {0, 1, 0}}); }),
      conv("conv.transpose3d_options", [](T x, T w, T b) {
        return conv_transpose3d(x, w, b, {.output_padding = {0, 1, 2}, .groups = 2, .dilation = {1, 2, 3}}); }),
      conv("conv.transpose3d_alone", [](T x, T w, T b) { return conv_transpose3d(x, w, b, {.stride = {2, 1, 2}}); }, false),
  });
}

TEST(SpatialGolden, MaxPooling) {
  using T = const Tensor&;
  expect_all({
      of_x("pool.max1d", [](T x) {
        return max_pool1d_with_indices(x, {.kernel = 3, .stride = 2, .padding = 1, .dilation = 2, .ceil_mode = true}); }),
      of_x("pool.max1d_alone", [](T x) { return max_pool1d_with_indices(x, {}); }),
      of_x("pool.max2d_dilated", [](T x) {
        return max_pool2d_with_indices(x, {.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 0}, .dilation = {2, 3}}); }),
      of_x("pool.max2d_ceil", [](T x) {
        return max_pool2d_with_indices(x, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true}); }),
      of_x("pool.max2d_ceil_large", [](T x) { return max_pool2d_with_indices(x, {.kernel = 4, .stride = 3, .ceil_mode = true}); }),
      of_x("pool.max2d_alone", [](T x) { return max_pool2d_with_indices(x, {.stride = 1}); }),
      of_x("pool.max2d_ties", [](T x) { return max_pool2d_with_indices(x, {.kernel = 3, .stride = 1, .padding = 1}); }),
      of_x("pool.max2d_nan", [](T x) { return max_pool2d_with_indices(x, {}); }),
      of_x("pool.max3d", [](T x) {
        return max_pool3d_with_indices(x, {.kernel = {2, 3, 2}, .stride = {1, 2, 2}, .padding = {1, 1, 0}, .dilation = {1, 1, 2}}); }),
      of_x("pool.max3d_ceil", [](T x) { return max_pool3d_with_indices(x, {.ceil_mode = true}); }),
      of_x("pool.adaptive_max1d", [](T x) { return adaptive_max_pool1d(x, 4); }),
      of_x("pool.adaptive_max2d", [](T x) { return adaptive_max_pool2d(x, {3, 4}); }),
      of_x("pool.adaptive_max2d_nan", [](T x) { return adaptive_max_pool2d(x, {2, 3}); }),
      of_x("pool.adaptive_max2d_ties", [](T x) { return adaptive_max_pool2d(x, 2); }),
      of_x("pool.adaptive_max3d", [](T x) { return adaptive_max_pool3d(x, {2, 3, 4}); }),
      of_x("pool.fractional", [](T x) {
        return fractional_max_pool2d(x, {2, 3}, {4, 3}, Tensor(golden_values("spatial").at("pool.fractional.samples"))); }),
      of_x("pool.fractional3d", [](T x) {
        return fractional_max_pool3d(x, {1, 2, 3}, {3, 2, 2}, Tensor(golden_values("spatial").at("pool.fractional3d.samples"))); }),
      of_x("pool.adaptive_max2d_unchanged", [](T x) { return adaptive_max_pool2d(x, {unchanged, 2}); }),
      unpooling("pool.unpool1d", [](T x, T at) { return max_unpool1d(x, at, {}, {7}); }),
      unpooling("pool.unpool2d", [](T x, T at) { return max_unpool2d(x, at, {}, {7, 6}); }),
      unpooling("pool.unpool3d", [](T x, T at) { return max_unpool3d(x, at, {}, {5, 4, 6}); }),
      unpooling("pool.unpool2d_alone", [](T x, T at) { return max_unpool2d(x, at, {.kernel = {2, 3}, .padding = {0, 1}}); }),
  });
}

TEST(SpatialGolden, AveragesAndPowers) {
  using T = const Tensor&;
  const PoolOptions inside{.kernel = {3, 2}, .stride = {2, 3}, .padding = {1, 0}, .ceil_mode = true, .count_include_pad = false};
  expect_all({
      of_x("pool.avg1d", [](T x) {
        return avg_pool1d(x, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}); }),
      of_x("pool.avg1d_alone", [](T x) { return avg_pool1d(x, {}); }),
      of_x("pool.avg2d_ceil", [](T x) { return avg_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true}); }),
      of_x("pool.avg2d_ceil_inside", [=](T x) { return avg_pool2d(x, inside); }),
      of_x("pool.avg2d_divisor", [](T x) { return avg_pool2d(x, {.kernel = {3, 2}, .stride = 2, .padding = 1, .divisor_override = 5}); }),
      of_x("pool.avg2d_alone", [](T x) { return avg_pool2d(x, {.stride = 1}); }),
      of_x("pool.avg3d", [](T x) {
        return avg_pool3d(x, {.kernel = {2, 3, 2}, .stride = {1, 2, 2}, .padding = {1, 1, 0}, .ceil_mode = true,
                              .count_include_pad = false}); }),
      of_x("pool.avg3d_padded", [](T x) { return avg_pool3d(x, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true}); }),
      of_x("pool.avg3d_divisor", [](T x) { return avg_pool3d(x, {.divisor_override = 3}); }),
      of_x("pool.adaptive_avg1d", [](T x) { return adaptive_avg_pool1d(x, 4); }),
      of_x("pool.adaptive_avg3d", [](T x) { return adaptive_avg_pool3d(x, {2, 3, 4}); }),
      of_x("pool.adaptive_avg3d_unchanged", [](T x) { return adaptive_avg_pool3d(x, {2, unchanged, 4}); }),
      of_x("pool.lp1d", [](T x) { return lp_pool1d(x, 2, {.kernel = 3, .stride = 2}); }),
      of_x("pool.lp2d", [](T x) { return lp_pool2d(x, 3, {.kernel = {3, 2}, .stride = 2, .ceil_mode = true}); }),
      of_x("pool.lp2d_sum", [](T x) { return lp_pool2d(x, 1, {}); }),
      of_x("pool.lp3d", [](T x) { return lp_pool3d(x, 4, {.stride = 1}); }),
  });
}

// The names of all golden cases that begin so.
std::vector<std::string> names_of(const std::string& beginning) {
  std::vector<std::string> names;
  for (const auto& entry : golden_values("spatial"))
    if (entry.first.starts_with(beginning) && entry.first.ends_with(".y")) names.push_back(entry.first.substr(0, entry.first.size() - 2));
  return names;
}

// "resample.bilinear_7x9_corners", "resample.bicubic_smooth_3x2", "resample.linear_factor"
TEST(SpatialGolden, Interpolation) {
  const std::pair<const char*, Interpolation> modes[] = {
      {"nearest", Interpolation::nearest},   {"nearest_exact", Interpolation::nearest_exact}, {"linear", Interpolation::linear},
      {"bilinear", Interpolation::bilinear}, {"trilinear", Interpolation::trilinear},         {"bicubic", Interpolation::bicubic},
      {"area", Interpolation::area}};
  int count = 0;
  for (const auto& [word, mode] : modes)
    for (const std::string& name : names_of(text("resample.", word, "_"))) {
      std::string rest = name.substr(std::string(word).size() + 10);
      if (rest.starts_with("exact_")) continue;   // of nearest_exact
      InterpolateOptions o{.mode = mode};
      if (rest.ends_with("_corners")) o.align_corners = true, rest.resize(rest.size() - 8);
      if (rest.starts_with("smooth_")) o.antialias = true, rest = rest.substr(7);
      const bool interpolated = std::string(word).ends_with("linear") || mode == Interpolation::bicubic;
      if (rest == "factor") o.scale_factor = interpolated ? Scales(1.7) : Scales({0.6, 2.3});
      else if (rest == "same") o.scale_factor = 1.15;
      else if (rest == "recomputed") o.scale_factor = 1.7, o.recompute_scale_factor = true;
      else
        for (std::size_t at = 0; at < rest.size(); at = rest.find('x', at) == std::string::npos ? rest.size() : rest.find('x', at) + 1)
          o.size.push_back(std::stoll(rest.substr(at)));
      expect_all({of_x(name.c_str(), [&](const Tensor& x) { return interpolate(x, o); })});
      ++count;
    }
  EXPECT_EQ(count, 79);
}

// "grid.2d_bilinear_border_corners"
TEST(SpatialGolden, GridSampling) {
  const std::vector<std::string> names = names_of("grid.");
  EXPECT_EQ(names.size(), 30u);
  for (const std::string& name : names) {
    const auto has = [&](const char* word) { return name.find(word) != std::string::npos; };
    const GridOptions o{.mode = has("bilinear") ? GridMode::bilinear : has("nearest") ? GridMode::nearest : GridMode::bicubic,
                        .padding = has("zeros") ? GridPadding::zeros : has("border") ? GridPadding::border : GridPadding::reflection,
                        .align_corners = has("corners")};
    const auto sampled = [&](const Inputs& in) { return ValuesAndIndices{grid_sample(in[0], in[1], o), {}}; };
    expect_golden({name.c_str(), {"x", "grid"}, sampled}, f64, 1e-11);
  }
  for (const char* end : {"", "_corners"}) {
    const bool corners = end[0] != 0;
    const std::string images = text("affine.2d", end), volumes = text("affine.3d", end);
    const auto grid_of = [&](const std::string& name, const Shape& size) {
      return Case{name.c_str(), {"theta"}, [=](const Inputs& in) { return ValuesAndIndices{affine_grid(in[0], size, corners), {}}; }};
    };
    expect_all({grid_of(images, {2, 1, 3, 4}), grid_of(volumes, {2, 1, 3, 1, 2})});
  }
}

TEST(SpatialGolden, Shuffles) {
  expect_all({of_x("shuffle.pixel", [](const Tensor& x) { return pixel_shuffle(x, 2); }),
              of_x("shuffle.unpixel", [](const Tensor& x) { return pixel_unshuffle(x, 2); }),
              of_x("shuffle.channel", [](const Tensor& x) { return channel_shuffle(x, 3); })});
}

}  // namespace gradus::spatial_golden_test
