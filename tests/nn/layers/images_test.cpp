// Layers over images where the table does not reach: initial values, options, what they refuse, random windows.
#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/pad.h>
#include <gradus/nn/layers/pool.h>
#include <gradus/nn/layers/resample.h>
#include <gradus/nn/model/state.h>

#include <message_of.h>

namespace images_test {

using namespace gradus;
using ::testing::HasSubstr;

double largest(const Parameter& p) {
  double most = 0;
  for (const double v : p.value().to_vector()) most = std::max(most, std::abs(v));
  return most;
}

template <class L>
void expect_bounds(const L& layer, const Shape& weight, double fan) {
  EXPECT_EQ(layer.weight.shape(), weight);
  for (const Parameter& p : {layer.weight, layer.bias}) {
    EXPECT_LE(largest(p), 1 / std::sqrt(fan));
    EXPECT_GE(largest(p), 0.9 / std::sqrt(fan));
  }
}

// PyTorch counts a transposed convolution's inputs by its weight's second dimension, too.
TEST(Convolutions, DrawWithinPyTorchsBounds) {
  manual_seed(4);
  expect_bounds(nn::Conv1d{6, 90, {.kernel = 5, .groups = 3}}, {90, 2, 5}, 10);
  expect_bounds(nn::Conv3d{4, 80, {.kernel = {1, 2, 3}, .groups = 2}}, {80, 2, 1, 2, 3}, 12);
  expect_bounds(nn::ConvTranspose1d{30, 60, {.kernel = 5, .groups = 2}}, {30, 30, 5}, 150);
  expect_bounds(nn::ConvTranspose2d{8, 40, {.kernel = {3, 2}}}, {8, 40, 3, 2}, 240);
  expect_bounds(nn::ConvTranspose3d{4, 60, {.kernel = 2, .groups = 2}}, {4, 30, 2, 2, 2}, 240);
  EXPECT_FALSE((nn::ConvTranspose3d{1, 1, {.bias = false}}.bias.defined()));
}

TEST(Convolutions, HavePyTorchsDefaults) {
  EXPECT_EQ(describe_options("Conv1d", nn::Conv1dOptions{}),
            "Conv1d(kernel=3, stride=1, padding=0, dilation=1, groups=1, bias=true, padding_mode=zeros, dtype=f32)");
  EXPECT_EQ(describe_options("ConvTranspose3d", nn::ConvTranspose3dOptions{.stride = {1, 2, 3}}),
            "ConvTranspose3d(kernel=3, stride=1,2,3, padding=0, output_padding=0, groups=1, bias=true, dilation=1, dtype=f32)");
}

TEST(Convolutions, PaddingIsNumbersOrAWord) {
  nn::Conv3dOptions options;
  const auto set = [&](const char* text) {
    set_option("Conv3d", options, "padding", text);
    return describe_options("Conv3d", options);
  };
  EXPECT_THAT(set("same"), HasSubstr("padding=same,"));
  EXPECT_THAT(set("1,0,2"), HasSubstr("padding=1,0,2,"));
  EXPECT_THAT(set("valid"), HasSubstr("padding=0,"));
  EXPECT_THAT(message_of([&] { set("sane"); }), HasSubstr("\"sane\" is no value of padding"));
  set_option("Conv3d", options, "kernel", "1,2,3");
  EXPECT_EQ(options.kernel, Triple(1, 2, 3));
  EXPECT_THROW(set_option("Conv3d", options, "kernel", "1,2"), ValueError);
  EXPECT_THROW(set_option("Conv3d", options, "stride", "1,0,1"), ValueError);
  EXPECT_EQ(message_of([] { nn::Conv2dOptions{.padding = "full"}; }),
            "convolution: padding is a number, \"same\" or \"valid\", not \"full\"");
  EXPECT_EQ(message_of([] { nn::Conv2d(1, 1, {.padding = {1, 2, 3}}); }), "Conv2d: padding is a number or 2, not 3");
  EXPECT_EQ(message_of([] { nn::Conv1d(1, 1, {.stride = 2, .padding = "same"}); }), "Conv1d: padding \"same\" goes with stride 1");
  EXPECT_EQ(message_of([] { nn::Conv3d(1, 1, {.padding = {0, -1, 0}}); }), "Conv3d: padding must be at least 0, not -1");
}

TEST(Convolutions, RefuseWhatMakesNoSense) {
  EXPECT_EQ(message_of([] { nn::Conv1d(0, 3); }), "Conv1d: needs at least 1 input and 1 output channel, not 0 and 3");
  EXPECT_THAT(message_of([] { nn::ConvTranspose2d(4, 6, {.groups = 4}); }), HasSubstr("ConvTranspose2d: groups must divide both channels"));
  EXPECT_THROW(nn::ConvTranspose1d(1, 1, {.output_padding = -1}), ValueError);
  EXPECT_THROW(nn::ConvTranspose3d(1, 1, {.kernel = {1, 0, 1}}), ValueError);
  EXPECT_THROW(nn::Conv3d(1, 1, {.dtype = bf16}), DtypeError);
  const nn::Conv2d around{1, 1, {.padding = 1, .padding_mode = nn::PaddingMode::circular}};
  EXPECT_THROW(around(ones({4, 4})), ShapeError);
  EXPECT_THROW(around(Tensor{}), Error);
  const nn::ConvTranspose2d up{1, 1, {.kernel = 2, .stride = {2, 3}}};
  EXPECT_EQ(message_of([&] { up(ones({1, 1, 2, 2}), {4, 8}); }),
            "ConvTranspose2d: output_size [4, 8] is none that this layer makes of x [1, 1, 2, 2]: from [4, 5] to [5, 7]");
  EXPECT_THAT(message_of([&] { up(ones({1, 1, 2, 2}), {4}); }),
              HasSubstr("output_size [4] must be the size of the last dimensions, 2, or the shape of the result"));
  EXPECT_EQ(up(ones({1, 1, 2, 2}), {5, 7}).shape(), (Shape{1, 1, 5, 7}));
}

TEST(FractionalMaxPool, DrawsFromItsStreamInTraining) {
  Generator a(5), b(5);
  const nn::FractionalMaxPool2dOptions options{.kernel = 2, .output_ratio = 0.6};
  nn::FractionalMaxPool2d first(options, a), second(options, b), third(options, b);
  const Tensor x = randn({2, 3, 11, 9});
  const auto one = first(x).value().to_vector(), two = first(x).value().to_vector();
  EXPECT_EQ(first(x).shape(), (Shape{2, 3, 6, 5}));
  EXPECT_NE(one, two);
  EXPECT_EQ(one, second(x).value().to_vector());
  EXPECT_NE(one, third(x).value().to_vector());
  const auto before = first.generator.state().position;
  nn::eval(first);
  manual_seed(1);
  const auto there = first(x).value().to_vector();
  EXPECT_EQ(first.generator.state().position, before);
  manual_seed(1);
  EXPECT_EQ(first(x).value().to_vector(), there);
  nn::FractionalMaxPool3d volumes{{.kernel = 2, .output_size = {2, 3, 2}}};
  EXPECT_EQ(volumes(randn({1, 4, 5, 4})).shape(), (Shape{1, 2, 3, 2}));
  EXPECT_EQ(volumes.with_indices(zeros({0, 2, 4, 5, 4})).indices.shape(), (Shape{0, 2, 2, 3, 2}));
  EXPECT_GT(volumes.generator.state().position, 0u);
}

TEST(FractionalMaxPool, AConstLayerInEvaluationServesManyThreads) {
  nn::FractionalMaxPool3d pool{{.kernel = 2, .output_ratio = 0.5}};
  nn::eval(pool);
  const Tensor x = randn({1, 2, 6, 6, 6});
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) try {
          right += pool(x).shape() == Shape{1, 2, 3, 3, 3};
        } catch (const GraphError&) {
        }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

TEST(FractionalMaxPool, RefusesWhatMakesNoSense) {
  EXPECT_EQ(message_of([] { nn::FractionalMaxPool2d{{.kernel = 2}}; }),
            "FractionalMaxPool2d: needs an output_size or an output_ratio, and not both");
  EXPECT_THROW((nn::FractionalMaxPool3d{{.output_size = 2, .output_ratio = 0.5}}), ValueError);
  EXPECT_EQ(message_of([] { nn::FractionalMaxPool3d{{.output_ratio = {0.5, 0.5}}}; }),
            "FractionalMaxPool3d: output_ratio is a number or 3, not 2");
  EXPECT_EQ(message_of([] { nn::FractionalMaxPool2d{{.output_ratio = 1}}; }),
            "FractionalMaxPool2d: output_ratio must lie in (0, 1), not 1");
  const nn::FractionalMaxPool2d pool{{.output_ratio = 0.5}};
  EXPECT_THROW(pool(ones({4})), ShapeError);
  Generator source(3);
  const auto before = source.uniform();
  Generator again(3);
  EXPECT_THROW(nn::FractionalMaxPool2d({.kernel = 2}, again), ValueError);
  EXPECT_EQ(again.uniform(), before);
}

TEST(Pooling, RefusesWhatMakesNoSense) {
  EXPECT_EQ(message_of([] { nn::LPPool2d(0, 2); }), "LPPool2d: p must be greater than 0, not 0");
  EXPECT_THROW(nn::MaxPool1d{0}(ones({1, 1, 4})), ValueError);
  EXPECT_THROW(nn::AvgPool3d{2}(ones({4, 4})), ShapeError);
  EXPECT_THROW((nn::AdaptiveAvgPool3d{{2, -1, 2}}(ones({1, 1, 4, 4, 4}))), ValueError);
  const auto [y, at] = nn::MaxPool2d{2}.with_indices(ones({1, 1, 4, 5}));
  EXPECT_THROW((nn::MaxUnpool2d{2}(y, at, {4, 9})), ShapeError);
  EXPECT_EQ((nn::MaxUnpool2d{2}(y, at, {1, 1, 5, 5}).shape()), (Shape{1, 1, 5, 5}));
}

TEST(Padding, RefusesWhatMakesNoSense) {
  EXPECT_EQ(message_of([] { nn::ReflectionPad2d({1, 1, 2}); }),
            "ReflectionPad2d: padding is a number or 4, two for each dimension and the last one's first, not 3");
  EXPECT_THROW((nn::ZeroPad3d{{1, 1, 1, 1, 1, 1, 1}}), ValueError);
  EXPECT_EQ(message_of([] { nn::CircularPad1d{1}(ones({4})); }),
            "CircularPad1d: x must have 1 dimension behind N and C, or C alone, not [4]");
  EXPECT_THROW(nn::ReplicationPad2d{1}(ones({1, 1, 2, 2, 2})), ShapeError);
  EXPECT_THROW(nn::ReflectionPad1d{4}(ones({1, 1, 4})), ValueError);
  EXPECT_THROW(nn::ZeroPad1d{1}(Tensor{}), Error);
  EXPECT_EQ(nn::ZeroPad2d{1}(ones({2, 2})).shape(), (Shape{4, 4}));
}

TEST(Resampling, RefusesWhatMakesNoSense) {
  EXPECT_THROW(nn::Upsample{{}}(ones({1, 1, 4})), ValueError);
  EXPECT_THROW(nn::PixelShuffle{}(ones({4, 1, 1})), ValueError);
  EXPECT_THROW((nn::Fold{{4, 4}, 2}(ones({4, 5}))), ShapeError);
  EXPECT_THROW((nn::Unflatten{1, {2, 4}}(ones({1, 6}))), ShapeError);
}

}  // namespace images_test
