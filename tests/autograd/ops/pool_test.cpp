// Pooling against PyTorch (f64), the traps of the largest (ties, NaN, −∞, padding), and gradients to second order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include <golden_values.h>
#include "autograd/reference.h"

namespace gradus::pool_test {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Runs f(x, options) on every case of the kind and compares the result and its gradient.
template <class F>
void expect_pytorch(const std::string& kind, std::size_t least, F&& f) {
  const auto& golden = golden_values("pool");
  std::size_t count = 0;
  for (const auto& entry : golden) {
    const std::string& name = entry.first;   // no structured binding: clang 14 lets no lambda have one
    const Array& want = entry.second;
    if (!name.starts_with(kind + ".") || !name.ends_with(".y")) continue;
    ++count;
    for (Dtype dtype : {f64, f32}) {
      SCOPED_TRACE(text(name, " ", dtype));
      const auto value = [&](const char* part) { return golden.at(name.substr(0, name.size() - 1) + part); };
      const Array options = value("options");
      const Tensor x = variable(value("x").to(dtype));
      const Tensor y = f(x, [&](std::int64_t i) { return static_cast<std::int64_t>(options.at({i})); });
      const double tolerance = dtype == f64 ? 1e-9 : 1e-5;
      expect_within(y.value(), want, tolerance);
      y.backward(value("g").to(dtype));
      expect_within(x.grad().value(), value("dx"), tolerance);
    }
  }
  EXPECT_GE(count, least);
}

TEST(Pool2d, AgreesWithPyTorch) {
  expect_pytorch("max", 4, [](const Tensor& x, auto o) {
    return max_pool2d(x, {.kernel = {o(0), o(1)}, .stride = {o(2), o(3)}, .padding = {o(4), o(5)}});
  });
  expect_pytorch("avg", 4, [](const Tensor& x, auto o) {
    return avg_pool2d(x, {.kernel = {o(0), o(1)}, .stride = {o(2), o(3)}, .padding = {o(4), o(5)}, .count_include_pad = o(6) != 0});
  });
  expect_pytorch("adaptive", 3, [](const Tensor& x, auto o) { return adaptive_avg_pool2d(x, {o(0), o(1)}); });
}

Tensor image(std::initializer_list<Number> values, std::int64_t h, std::int64_t w, Dtype dtype = f32) {
  return reshape(tensor(values, dtype), {1, 1, h, w});
}

TEST(MaxPool2d, TheFirstLargestGetsTheGradient) {
  const Tensor x = variable(image({5, 5, 5, 5}, 2, 2));
  sum(max_pool2d(x, {})).backward();
  EXPECT_EQ(x.grad().value().to_vector(), (std::vector<double>{1, 0, 0, 0}));
}

TEST(MaxPool2d, OverlappingWindowsAddUp) {
  const Tensor x = variable(image({0, 9, 0}, 1, 3));
  sum(max_pool2d(x, {.kernel = {1, 2}, .stride = 1})).backward();
  EXPECT_EQ(x.grad().value().to_vector(), (std::vector<double>{0, 2, 0}));
}

TEST(MaxPool2d, NanWinsWhereverItStands) {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  for (Dtype dtype : {f32, f64}) {
    for (int at = 0; at < 4; ++at) {
      std::vector<double> values{1, inf, -inf, 2};
      values[at] = nan;
      const Tensor x = variable(image({values[0], values[1], values[2], values[3]}, 2, 2, dtype));
      const Tensor y = max_pool2d(x, {});
      EXPECT_TRUE(std::isnan(y.item())) << at;
      y.backward(ones({1, 1, 1, 1}, dtype));
      EXPECT_EQ(x.grad().value().at({0, 0, at / 2, at % 2}), 1);
    }
  }
}

// The last one, in memory's order or channels-last, by every function that has places, as in PyTorch.
TEST(MaxPool2d, OfSeveralNaNsTheLastOneWins) {
  const double nan = std::nan("");
  const Array plane = Array::from({1., nan, 3., nan, nan, 2., 5., 1.}, {1, 1, 2, 4}), many = plane.expand({1, 3, 2, 4}).contiguous_copy();
  for (const Tensor& x : {Tensor(plane), Tensor(many), Tensor(kernels::channels_last(many))}) {
    const Tensor leaf = variable(x);
    const auto [y, places] = max_pool2d_with_indices(leaf, {});
    EXPECT_EQ(places.value().at({0, x.dim(1) - 1, 0, 0}), 4);
    EXPECT_EQ(places.value().at({0, x.dim(1) - 1, 0, 1}), 3);
    EXPECT_EQ(grad(sum(y), leaf).value().at({0, x.dim(1) - 1, 1, 0}), 1);
    EXPECT_EQ(adaptive_max_pool2d(x, {1, 1}).indices.value().at({0, 0, 0, 0}), 4);
    EXPECT_EQ(fractional_max_pool2d(x, 2, {1, 2}).indices.value().at({0, 0, 0, 1}), 3);
  }
  EXPECT_EQ(max_pool1d_with_indices(tensor({{nan, 1, nan, 3}}), {.kernel = 4}).indices.item(), 2);
}

TEST(MaxPool2d, PaddingNeverWins) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = variable(image({-3, -inf, -inf, -inf}, 2, 2));
  const Tensor y = max_pool2d(x, {.kernel = 2, .stride = 2, .padding = 1});   // four windows, one pixel each
  EXPECT_EQ(y.value().to_vector(), (std::vector<double>{-3, -inf, -inf, -inf}));
  sum(y).backward();
  EXPECT_EQ(x.grad().value().to_vector(), (std::vector<double>{1, 1, 1, 1}));
}

TEST(MaxPool2d, RowsThatNoWindowSeesGetNoGradient) {
  const Tensor x = variable(zeros({1, 1, 5, 5}));
  const Tensor y = max_pool2d(x, {});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 2, 2}));
  sum(y).backward();
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(x.grad().value().at({0, 0, 4, i}), 0);
    EXPECT_EQ(x.grad().value().at({0, 0, i, 4}), 0);
  }
}

TEST(AveragePool2d, CountsPaddingUnlessTold) {
  const Tensor x = ones({1, 1, 2, 2});
  const PoolOptions padded{.kernel = 2, .stride = 2, .padding = 1};
  EXPECT_EQ(avg_pool2d(x, padded).value().to_vector(), std::vector<double>(4, 0.25));
  const PoolOptions inside{.kernel = 2, .stride = 2, .padding = 1, .count_include_pad = false};
  EXPECT_EQ(avg_pool2d(x, inside).value().to_vector(), std::vector<double>(4, 1));
}

TEST(Pool2d, GradientsToSecondOrder) {
  const Tensor x = random({2, 2, 5, 6}, 1);
  // Squared, so that the second derivative is not zero.
  check_gradients([](const auto& v) { return square(max_pool2d(v[0], {.kernel = 3, .stride = 2, .padding = 1})); }, {x});
  check_gradients([](const auto& v) { return square(avg_pool2d(v[0], {.kernel = {3, 2}, .stride = {1, 2}, .padding = 1})); }, {x});
  check_gradients([](const auto& v) { return square(avg_pool2d(v[0], {.kernel = 3, .padding = 1, .count_include_pad = false})); }, {x});
  check_gradients([](const auto& v) { return square(adaptive_avg_pool2d(v[0], {3, 4})); }, {x});
  check_gradients([](const auto& v) { return square(max_pool2d(v[0], {.kernel = 1})); }, {random({1, 1, 1, 1}, 2)});
}

TEST(Pool2d, ViewsAndEmptyBatches) {
  const Tensor x = random({4, 5, 3, 2}, 1), view = permute(x, {3, 2, 0, 1}), same(view.value().contiguous_copy());
  expect_within(max_pool2d(view, {}).value(), max_pool2d(same, {}).value(), 0);
  expect_within(avg_pool2d(view, {}).value(), avg_pool2d(same, {}).value(), 0);
  expect_within(adaptive_avg_pool2d(view, 3).value(), adaptive_avg_pool2d(same, 3).value(), 0);
  const Tensor none = variable(zeros({0, 2, 4, 4}));
  sum(max_pool2d(none, {}) + avg_pool2d(none, {}) + adaptive_avg_pool2d(none, 2)).backward();
  EXPECT_EQ(none.grad().shape(), none.shape());
}

TEST(Pool2d, WhatTheThreadsShareAgreesWithOneThread) {
  const Tensor x = random({8, 5, 31, 33}, 1, f32);
  const int ours = num_threads();
  const auto all = [&] {
    const Tensor v = variable(x);
    const Tensor y = sum(max_pool2d(v, {})) + sum(avg_pool2d(v, {.kernel = 3, .padding = 1})) + sum(square(adaptive_avg_pool2d(v, 5)));
    y.backward();
    return v.grad().value();
  };
  set_threads(1);
  const Array alone = all();
  set_threads(3);
  expect_within(all(), alone, 1e-6);
  set_threads(ours);
}

TEST(Pool2d, ErrorsNameRuleAndShapes) {
  const Tensor x = zeros({2, 3, 8, 8});
  EXPECT_THAT([&] { max_pool2d(zeros({8, 8}), {}); },
              ThrowsMessage<ShapeError>(HasSubstr("max_pool2d: x must be [N, C, H, W] or [C, H, W]: x [8, 8] f32")));
  EXPECT_THAT([&] { max_pool2d(zeros({1, 1, 4, 4}, i64), {}); }, ThrowsMessage<DtypeError>(HasSubstr("needs f32 or f64")));
  EXPECT_THAT([&] { avg_pool2d(x, {.kernel = {0, 2}}); },
              ThrowsMessage<ValueError>(HasSubstr("avg_pool2d: kernel must be at least 1, not [0, 2]")));
  EXPECT_THAT([&] { avg_pool2d(x, {.stride = -1}); }, ThrowsMessage<ValueError>(HasSubstr("stride must be at least 1")));
  EXPECT_THAT([&] { max_pool2d(x, {.kernel = 3, .padding = 2}); },
              ThrowsMessage<ValueError>(HasSubstr("padding must be from 0 to half the kernel, but is [2, 2] for kernel [3, 3]")));
  EXPECT_THAT([&] { max_pool2d(x, {.padding = -1}); }, ThrowsMessage<ValueError>(HasSubstr("padding")));
  EXPECT_THAT([&] { max_pool2d(x, {.kernel = 9}); }, ThrowsMessage<ShapeError>(HasSubstr("is larger than the image")));
  EXPECT_THAT([&] { adaptive_avg_pool2d(x, 0); }, ThrowsMessage<ValueError>(HasSubstr("the output must be at least 1")));
  EXPECT_THAT([&] { adaptive_avg_pool2d(zeros({1, 1, 0, 4}), 1); }, ThrowsMessage<ShapeError>(HasSubstr("nothing to pool")));
  EXPECT_THAT([&] { max_pool2d(x, {.dilation = {1, 0}}); },
              ThrowsMessage<ValueError>(HasSubstr("dilation must be at least 1, not [1, 0]")));
  EXPECT_THAT([&] { avg_pool2d(x, {.dilation = 2}); },
              ThrowsMessage<ValueError>(HasSubstr("avg_pool2d: only max pooling has a dilation, not [2, 2]")));
  EXPECT_THAT([&] { avg_pool2d(x, {.divisor_override = -1}); },
              ThrowsMessage<ValueError>(HasSubstr("divisor_override must be at least 1")));
  EXPECT_THAT([&] { max_pool1d(zeros({1, 1, 1}), {.padding = 2, .dilation = 3}); },
              ThrowsMessage<ShapeError>(HasSubstr("max_pool1d: dilated by 3, a kernel of 2 sees nothing but padding: x [1, 1, 1]")));
  EXPECT_THAT([&] { lp_pool2d(x, 0, {}); }, ThrowsMessage<ValueError>(HasSubstr("p must be greater than 0")));
  EXPECT_THAT([&] { lp_pool2d(x, 2, {.padding = 1}); }, ThrowsMessage<ValueError>(HasSubstr("windows have no padding here")));
  const Tensor at = zeros({2, 3, 8, 8}, i64);
  EXPECT_THAT([&] { max_unpool2d(x, zeros({1}, i64), {}); }, ThrowsMessage<ShapeError>(HasSubstr("the indices [1] must be as many as x")));
  EXPECT_THAT([&] { max_unpool2d(x, x, {}); }, ThrowsMessage<DtypeError>(HasSubstr("indices are whole numbers, not f32")));
  EXPECT_THAT([&] { max_unpool2d(x, at, {}, {16}); }, ThrowsMessage<ShapeError>(HasSubstr("output_size [16] must be 2 sizes")));
  EXPECT_THAT([&] { max_unpool2d(x, at, {}, {16, 18}); },
              ThrowsMessage<ShapeError>(HasSubstr("a size of 18 is not what pooling would make 8 of; the usual one is 16")));
  EXPECT_THAT([&] { max_unpool2d(x, (x + 256).to(i64), {}); },
              ThrowsMessage<ValueError>(HasSubstr("max_unpool2d: index 256 is outside of [0, 256)")));
  EXPECT_THAT([&] { fractional_max_pool2d(x, 3, 7); }, ThrowsMessage<ShapeError>(HasSubstr("[7, 7] windows of [3, 3] do not fit into x")));
  EXPECT_THAT([&] { fractional_max_pool2d(x, 2, 4, zeros({2, 2})); }, ThrowsMessage<ShapeError>(HasSubstr("two for each channel")));
  EXPECT_THAT([&] { fractional_max_pool2d(x, 2, 4, ones({2, 3, 2})); }, ThrowsMessage<ValueError>(HasSubstr("must be in [0, 1), not 1")));
}

TEST(MaxPool2d, IndicesDoNotDependOnTheLayout) {
  const Tensor x = random({2, 3, 7, 6}, 1);
  const PoolOptions options{.kernel = 3, .stride = 2, .padding = 1, .dilation = 1, .ceil_mode = true};
  const auto [y, at] = max_pool2d_with_indices(x, options);
  const auto [z, places] = max_pool2d_with_indices(Tensor(kernels::channels_last(x.value())), options);
  expect_within(z.value(), y.value(), 0);
  expect_within(places.value(), at.value(), 0);
  EXPECT_EQ(at.dtype(), i64);
  const Tensor flat = gather(flatten(x, 2), -1, flatten(at, 2));
  expect_within(flat.value(), flatten(y, 2).value(), 0);
  expect_within(max_unpool2d(y, at, options, {7, 6}).value(), max_unpool2d(z, places.to(i32), options, {7, 6}).value(), 0);
}

TEST(MaxPool, DrawsWindowsOfItsOwn) {
  const Tensor x = random({2, 3, 9, 8}, 1);
  Generator a(5), b(5), c(6);
  const Tensor y = fractional_max_pool2d(x, 2, {5, 4}, a), z = fractional_max_pool2d(x, 2, {5, 4}, b);
  EXPECT_EQ(y.shape(), (Shape{2, 3, 5, 4}));
  expect_within(z.value(), y.value(), 0);
  EXPECT_NE(fractional_max_pool2d(x, 2, {5, 4}, c).values.value().to_vector(), y.value().to_vector());
  EXPECT_EQ(fractional_max_pool2d(select(x, 0, 0), 2, 1, c).values.shape(), (Shape{3, 1, 1}));
  const Tensor volumes = random({2, 2, 4, 5, 3}, 2);
  const Tensor v = fractional_max_pool3d(volumes, 2, {3, 4, 2}, a), w = fractional_max_pool3d(volumes, 2, {3, 4, 2}, b);
  expect_within(w.value(), v.value(), 0);
  EXPECT_NE(fractional_max_pool3d(volumes, 2, {2, 3, 2}, c).values.value().to_vector(),
            fractional_max_pool3d(volumes, 2, {2, 3, 2}, c).values.value().to_vector());
  EXPECT_EQ(fractional_max_pool3d(zeros({0, 2, 4, 5, 3}), 2, 2, c).values.shape(), (Shape{0, 2, 2, 2, 2}));
}

TEST(LpPool2d, AWindowOfZerosHasGradientZero) {
  for (const double p : {1.5, 2.0, 3.0}) {
    const Tensor x = variable(zeros({1, 1, 4, 4}, f64));
    const Tensor y = lp_pool2d(x, p, {});
    y.backward(ones_like(y));
    EXPECT_EQ(x.grad().value().to_vector(), std::vector<double>(16, 0)) << p;
  }
}

}  // namespace gradus::pool_test
