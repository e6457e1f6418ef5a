// Where resampling could go wrong: infinities beside what is taken, places beyond all images, either layout, threads.
#include <cmath>
#include <limits>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::resample_test {

const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");

TEST(Interpolate, AnInfinityCountsWhereItIsTaken) {
  for (const Dtype dtype : {f64, f32}) {
    const Tensor x = reshape(tensor({1, inf, 3, 4}, dtype), {1, 1, 4});
    const auto values = [&](const InterpolateOptions& o) { return interpolate(x, o).value().to_vector(); };
    EXPECT_EQ(values({.size = {4}, .mode = Interpolation::linear}), (std::vector<double>{1, inf, 3, 4}));
    EXPECT_EQ(values({.size = {7}, .mode = Interpolation::linear, .align_corners = true}),
              (std::vector<double>{1, inf, inf, inf, 3, 3.5, 4}));
    EXPECT_EQ(values({.size = {2}}), (std::vector<double>{1, 3}));
  }
}

TEST(Interpolate, EitherLayoutAndAnyThreads) {
  const int before = num_threads();
  for (const Shape& shape : {Shape{3, 20, 13, 11}, Shape{2, 3, 5, 6, 7}, Shape{3, 70, 40}})
    for (const Dtype dtype : {f32, f64}) {
      const int dims = shape.rank() - 2;
      const Interpolation linear = dims == 1 ? Interpolation::linear : dims == 2 ? Interpolation::bilinear : Interpolation::trilinear;
      for (const Interpolation mode : {Interpolation::nearest, linear, dims == 2 ? Interpolation::bicubic : linear})
        for (const double factor : {0.4, 2.0, 2.3}) {
          const auto run = [&](int threads, bool last) {
            set_threads(threads);
            const Array a = random(shape, 1, dtype).value();
            const Tensor x = variable(Tensor(last ? kernels::channels_last(a) : a));
            const Tensor y = interpolate(x, {.scale_factor = factor, .mode = mode});
            EXPECT_EQ(kernels::only_channels_last(y.value()), last);
            (y * y).backward(ones_like(y));
            return std::array{y.value(), x.grad().value()};
          };
          const auto alone = run(1, false), shared = run(3, false), last = run(3, true);
          for (std::size_t i = 0; i < 2; ++i) {
            expect_within(shared[i], alone[i], 0);
            expect_near(last[i], alone[i], dtype == f64 ? 1e-12 : 1e-4);
          }
        }
    }
  set_threads(before);
}

TEST(GridSample, PlacesBeyondAllImages) {
  const Tensor image = variable(reshape(tensor({1, 2, 3, 4}, f64), {1, 1, 2, 2}));
  const Tensor grid = variable(reshape(tensor({nan, nan, inf, inf, -1e300, inf, 1e300, -inf}, f64), {1, 1, 4, 2}));
  for (const bool recorded : {false, true}) {
    const auto look = [&](GridPadding padding, GridMode mode) {
      const Tensor y = grid_sample(image, grid, {.mode = mode, .padding = padding, .align_corners = true});
      const auto slopes = grad(sum(y), {image, grid}, {.create_graph = recorded});
      EXPECT_EQ(slopes[1].value().to_vector(), std::vector<double>(8, 0));
      for (const double slope : slopes[0].value().to_vector()) EXPECT_TRUE(std::isfinite(slope));
      return y.value().to_vector();
    };
    for (const GridMode mode : {GridMode::bilinear, GridMode::nearest, GridMode::bicubic}) {
      EXPECT_EQ(look(GridPadding::zeros, mode), (std::vector<double>{1, 0, 0, 0}));
      const auto border = look(GridPadding::border, mode);
      EXPECT_EQ(border[0], 1);
      EXPECT_NEAR(border[1], 4, 1e-12);
      EXPECT_NEAR(border[3], 2, 1e-12);
      EXPECT_EQ(look(GridPadding::reflection, mode)[0], 1);
    }
  }
}

TEST(GridSample, AnInfinityCountsWhereItIsTaken) {
  const Tensor image = reshape(tensor({1, inf, 3, 4}, f64), {1, 1, 1, 4});
  const Tensor grid = affine_grid(reshape(tensor({1, 0, 0, 0, 1, 0}, f64), {1, 2, 3}), {1, 1, 1, 4}, true);
  expect_near(grid_sample(image, grid, {.align_corners = true}), image.value(), 1e-12);
}

TEST(GridSample, EitherLayoutAndAnyThreads) {
  const int before = num_threads();
  for (const Shape& shape : {Shape{2, 5, 9, 8}, Shape{2, 3, 4, 5, 6}}) {
    const int dims = shape.rank() - 2;
    const Shape places = dims == 2 ? Shape{2, 40, 50, 2} : Shape{2, 6, 20, 20, 3};
    const auto run = [&](int threads, bool last, bool recorded) {
      set_threads(threads);
      const Array a = random(shape, 1).value();
      const Tensor x = variable(Tensor(last ? kernels::channels_last(a) : a)), grid = variable(random(places, 2) * 0.7);
      const Tensor y = grid_sample(x, grid, {.padding = GridPadding::reflection});
      const auto slopes = grad(sum(y * y), {x, grid}, {.create_graph = recorded});
      return std::array{y.value(), slopes[0].value(), slopes[1].value()};
    };
    const auto alone = run(1, false, false), shared = run(3, false, false), last = run(3, true, false), composed = run(2, true, true);
    for (std::size_t i = 0; i < 3; ++i) {
      expect_within(shared[i], alone[i], 0);
      expect_near(last[i], alone[i], 1e-11);
      expect_near(composed[i], alone[i], 1e-10);
    }
  }
  set_threads(before);
}

TEST(Resample, EmptyBatchesAndViews) {
  const Tensor none = variable(zeros({0, 4, 3, 2}, f64)), grid = variable(zeros({0, 2, 2, 2}, f64));
  const Tensor y = sum(interpolate(none, {.scale_factor = 2})) + sum(grid_sample(none, grid)) + sum(pixel_shuffle(none, 2));
  for (const Tensor& slope : grad(y, {none, grid})) EXPECT_EQ(slope.size(), 0);
  EXPECT_EQ(pixel_unshuffle(pixel_shuffle(none, 2), 2).shape(), none.shape());
  const Tensor x = random({2, 8, 3, 5}, 1);
  expect_within(pixel_unshuffle(pixel_shuffle(x, 2), 2).value(), x.value(), 0);
  expect_within(channel_shuffle(channel_shuffle(x, 2), 4).value(), x.value(), 0);
  EXPECT_EQ(pixel_shuffle(zeros({4, 1, 1}, u8), 2).dtype(), u8);
  expect_error<ValueError>([&] { interpolate(x, {.size = {4}, .scale_factor = 2}); }, {"interpolate", "and not both"});
  expect_error<ValueError>([&] { Scales({1, 2, 3, 4}); }, {"at most three factors, not 4"});
  expect_error<ValueError>([&] { interpolate(x, {.scale_factor = -1}); }, {"scale_factor must be greater than 0, not -1"});
}

}  // namespace gradus::resample_test
