// Convolution against PyTorch (f64), against the definition, f32 against f64, and its gradients to second order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/kernels/images/conv.h>
#include <gradus/autograd/kernels/images/dnnl_conv.h>
#include <gradus/autograd/kernels/images/im2col.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

#include <golden_values.h>
#include "autograd/reference.h"

namespace gradus::conv_test {

using testing::HasSubstr;
using testing::ThrowsMessage;

// The names x for which "x.y" is there.
std::set<std::string> cases() {
  std::set<std::string> names;
  for (const auto& [name, array] : golden_values("conv"))
    if (name.ends_with(".y")) names.insert(name.substr(0, name.size() - 2));
  return names;
}

ConvOptions options_of(const Array& o) {
  const auto at = [&](std::int64_t i) { return static_cast<std::int64_t>(o.at({i})); };
  return {.stride = {at(0), at(1)}, .padding = {at(2), at(3)}, .dilation = {at(4), at(5)}, .groups = at(6)};
}

TEST(Conv2d, AgreesWithPyTorch) {
  ASSERT_GE(cases().size(), 10u);
  for (const std::string& name : cases()) {
    for (Dtype dtype : {f64, f32}) {
      SCOPED_TRACE(text(name, " ", dtype));
      const double tolerance = dtype == f64 ? 1e-9 : 2e-5;
      const auto value = [&](const char* part) { return golden_values("conv").at(name + "." + part); };
      const bool with_bias = golden_values("conv").contains(name + ".bias");
      const Tensor x = variable(value("x").to(dtype)), w = variable(value("weight").to(dtype));
      const Tensor b = with_bias ? variable(value("bias").to(dtype)) : Tensor();
      const Tensor y = conv2d(x, w, b, options_of(value("options")));
      expect_within(y.value(), value("y"), tolerance);
      y.backward(value("g").to(dtype));
      expect_within(x.grad().value(), value("dx"), tolerance);
      expect_within(w.grad().value(), value("dweight"), tolerance);
      if (with_bias) expect_within(b.grad().value(), value("dbias"), tolerance);
    }
  }
}

// Σ over channels and taps, as the textbook has it; what hangs over the edge is zero.
Array by_definition(const kernels::ConvShape& s, const Array& x, const Array& w) {
  Array y(s.y(), f64);
  double* out = y.mutable_data<double>();
  const std::int64_t channels = s.c / s.groups, filters = s.f / s.groups;
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t f = 0; f < s.f; ++f)
      for (std::int64_t i = 0; i < s.h.out; ++i)
        for (std::int64_t j = 0; j < s.w.out; ++j) {
          double sum = 0;
          for (std::int64_t c = 0; c < channels; ++c)
            for (std::int64_t p = 0; p < s.h.kernel; ++p)
              for (std::int64_t q = 0; q < s.w.kernel; ++q) {
                const std::int64_t row = i * s.h.stride - s.h.padding + p * s.h.dilation;
                const std::int64_t column = j * s.w.stride - s.w.padding + q * s.w.dilation;
                if (row < 0 || row >= s.h.in || column < 0 || column >= s.w.in) continue;
                sum += x.at({n, f / filters * channels + c, row, column}) * w.at({f, c, p, q});
              }
          *out++ = sum;
        }
  return y;
}

kernels::ConvShape random_shape(Generator& g) {
  for (;;) {
    const auto pick = [&](int low, int high) { return low + static_cast<int>(g.below(static_cast<std::uint64_t>(high - low + 1))); };
    const std::int64_t groups = pick(1, 3);
    kernels::ConvShape s{pick(1, 3), groups * pick(1, 3), groups * pick(1, 3), groups, {}, {}};
    for (kernels::ConvAxis* a : {&s.h, &s.w}) {
      *a = {pick(1, 9), pick(1, 4), 0, pick(1, 3), pick(0, 3), pick(1, 2)};
      const std::int64_t room = a->in + 2 * a->padding - a->dilation * (a->kernel - 1) - 1;
      a->out = room < 0 ? 0 : room / a->stride + 1;
    }
    if (s.h.out > 0 && s.w.out > 0) return s;
  }
}

// Random shapes of all kinds: forward by definition; the gradients are its transposes, ⟨conv(x, w), g⟩ = ⟨x, dx⟩ = ⟨w, dw⟩; each way
// agrees.
TEST(Conv2d, RandomShapesAgreeWithTheDefinition) {
  Generator g(11);
  int by_onednn = 0;
  for (int round = 0; round < 150; ++round) {
    const kernels::ConvShape s = random_shape(g);
    SCOPED_TRACE(text("round ", round, " x ", s.x(), " weight ", s.weight(), " stride ", s.h.stride, s.w.stride, " padding ", s.h.padding,
                      s.w.padding, " dilation ", s.h.dilation, s.w.dilation, " groups ", s.groups));
    Array x = random(s.x(), g.fork()).value();
    const Array w = random(s.weight(), g.fork()).value();
    Array dy = random(s.y(), g.fork()).value();
    const Array y = kernels::conv(s, x, w, {}), want = by_definition(s, x, w);
    expect_within(y, want, 1e-12);
    const auto dot = [](const Array& a, const Array& b) { return sum(Tensor(a) * Tensor(b)).item(); };
    const Array dx = kernels::conv_input_gradient(s, dy, w), dw = kernels::conv_weight_gradient(s, dy, x);
    EXPECT_NEAR(dot(dy, want), dot(dx, x), 1e-10);
    EXPECT_NEAR(dot(dy, want), dot(dw, w), 1e-10);

    const Array plain = x.to(f32), w32 = w.to(f32), plain_dy = dy.to(f32);
    Array x32 = plain, dy32 = plain_dy;
    expect_within(kernels::conv(s, x32, w32, {}), want, 1e-4);
    expect_within(x32, plain, 0);
    expect_within(kernels::conv_input_gradient(s, dy32, w32), dx, 1e-4);
    expect_within(dy32, plain_dy, 0);
    expect_within(kernels::conv_weight_gradient(s, dy32, x32), dw, 1e-4);
    Array y32(s.y(), f32);
    by_onednn += kernels::dnnl_conv(s, x32, w32, {}).defined();
    kernels::im2col_conv<float>(s, plain.data<float>(), w32.data<float>(), nullptr, y32.mutable_data<float>());
    expect_within(y32, want, 1e-4);
    if (HasFatalFailure()) return;
  }
#ifdef GRADUS_ONEDNN
  EXPECT_GT(by_onednn, 30);
#else
  EXPECT_EQ(by_onednn, 0);
#endif
}

// Images in either layout, batches that threads divide in unequal parts, 1x1 kernels: all as the row-major f64 way has it.
TEST(Conv2d, EitherLayoutAnyDivision) {
  const int before = num_threads();
  for (int threads : {1, 2, 3}) {
    set_threads(threads);
    for (const std::int64_t kernel : {1, 3}) {
      SCOPED_TRACE(text(threads, " threads, kernel ", kernel));
      const ConvOptions options{.padding = kernel / 2};
      const Tensor x = random({13, 16, 12, 11}, 1), w = random({24, 16, kernel, kernel}, 2), b = random({24}, 3),
                   g = random({13, 24, 12, 11}, 4);
      const auto run = [&](Dtype dtype, bool x_last, bool g_last) {
        const auto laid = [&](const Tensor& t, bool last) {
          return last ? kernels::channels_last(t.value().to(dtype)) : t.value().to(dtype);
        };
        const Tensor xs = variable(laid(x, x_last)), ws = variable(w.value().to(dtype)), bs = variable(b.value().to(dtype));
        const Tensor y = conv2d(xs, ws, bs, options);
        y.backward(laid(g, g_last));
        return std::array{y.value(), xs.grad().value(), ws.grad().value(), bs.grad().value()};
      };
      const auto want = run(f64, false, false);
      for (Dtype dtype : {f32, f64})
        for (int layout = 0; layout < 4; ++layout) {
          const auto got = run(dtype, layout & 1, layout & 2);
          for (std::size_t i = 0; i < 4; ++i) expect_within(got[i], want[i], dtype == f32 ? 2e-3 : 1e-9);
        }
    }
  }
  set_threads(before);
}

TEST(Conv2d, GradientsToSecondOrder) {
  const auto f = [](ConvOptions o) { return [o](const auto& x) { return conv2d(x[0], x[1], x[2], o); }; };
  check_gradients(f({}), {random({2, 2, 4, 4}, 1), random({3, 2, 2, 2}, 2), random({3}, 3)});
  check_gradients(f({.stride = 2, .padding = 1}), {random({1, 2, 5, 4}, 1), random({2, 2, 3, 3}, 2), random({2}, 3)});
  check_gradients(f({.stride = {1, 2}, .padding = {2, 0}, .dilation = {2, 1}, .groups = 2}),
                  {random({1, 2, 5, 4}, 1), random({4, 1, 3, 2}, 2), random({4}, 3)});
  check_gradients([](const auto& x) { return conv2d(x[0], x[1]); }, {random({1, 1, 1, 1}, 1), random({1, 1, 1, 1}, 2)});
}

TEST(Conv2d, ViewsAndEmptyBatches) {
  const Tensor x = random({4, 5, 3, 2}, 1), w = random({3, 3, 2, 2}, 2);
  const Tensor view = permute(x, {3, 2, 0, 1}), wview = transpose(w);
  expect_within(conv2d(view, wview).value(), conv2d(view.value().contiguous_copy(), wview.value().contiguous_copy()).value(), 0);
  for (Dtype dtype : {f32, f64}) {
    const Tensor none = variable(zeros({0, 2, 5, 5}, dtype)), weight = variable(ones({3, 2, 3, 3}, dtype));
    const Tensor bias = variable(ones({3}, dtype));
    const Tensor y = conv2d(none, weight, bias);
    EXPECT_EQ(y.shape(), (Shape{0, 3, 3, 3}));
    sum(y).backward();
    EXPECT_EQ(none.grad().shape(), none.shape());
    EXPECT_EQ(weight.grad().value().to_vector(), std::vector<double>(54, 0));
    EXPECT_EQ(bias.grad().value().to_vector(), std::vector<double>(3, 0));
  }
}

TEST(Conv2d, UnwantedGradientsAreNotComputed) {
  const Tensor x = zeros({20, 1, 200, 200}, f64), w = variable(zeros({1, 1, 2, 2}, f64));
  const Tensor loss = sum(conv2d(x, w, {}, {.stride = 10}));
  pool::reset_peak();
  const std::int64_t before = pool::peak_bytes();
  loss.backward();
  EXPECT_TRUE(w.grad().defined());
  EXPECT_LT(pool::peak_bytes() - before, x.size());   // ∂L/∂x would have taken eight times that
}

TEST(Conv2d, AWholeLayerInF32AgreesWithF64) {
  // Large enough for blocked layouts and several threads; 20 channels do not fill whole blocks.
  const Tensor x = variable(random({5, 20, 14, 13}, 1, f32)), w = variable(random({36, 20, 3, 3}, 2, f32));
  const Tensor b = variable(random({36}, 3, f32));
  const Tensor X = variable(x.detach().to(f64)), W = variable(w.detach().to(f64)), B = variable(b.detach().to(f64));
  const ConvOptions o{.stride = 2, .padding = 1};
  const Tensor y = conv2d(x, w, b, o), Y = conv2d(X, W, B, o);
  expect_within(y.value(), Y.value(), 1e-4);
  sum(y * y).backward();
  sum(Y * Y).backward();
  expect_within(x.grad().value(), X.grad().value(), 1e-2);
  expect_within(w.grad().value(), W.grad().value(), 2e-2);
  expect_within(b.grad().value(), B.grad().value(), 1e-2);
}

TEST(Conv2d, ErrorsNameRuleAndShapes) {
  const Tensor x = zeros({2, 3, 8, 8}), w = variable(zeros({4, 3, 3, 3}), "conv1.weight");
  EXPECT_THAT([&] { conv2d(zeros({8, 8}), w); },
              ThrowsMessage<ShapeError>(HasSubstr("conv2d: x must be [N, C, H, W] or [C, H, W]: x [8, 8] f32")));
  EXPECT_THAT([&] { conv2d(x, zeros({4, 3})); }, ThrowsMessage<ShapeError>(HasSubstr("weight must be [F, C / groups, KH, KW]")));
  EXPECT_THAT([&] { conv2d(zeros({2, 1, 8, 8}), w); },
              ThrowsMessage<ShapeError>(HasSubstr("input has 1 channels but weight expects 3 (groups 1): x [2, 1, 8, 8] f32, "
                                                  "weight conv1.weight [4, 3, 3, 3] f32")));
  EXPECT_THAT([&] { conv2d(x, w, zeros({3})); }, ThrowsMessage<ShapeError>(HasSubstr("bias must be [4]")));
  EXPECT_THAT([&] { conv2d(x.to(f64), w); }, ThrowsMessage<DtypeError>(testing::AllOf(HasSubstr("f64"), HasSubstr("[4, 3, 3, 3] f32"))));
  EXPECT_THAT([&] { conv2d(x, w, {}, {.groups = 2}); }, ThrowsMessage<ValueError>(HasSubstr("groups must divide")));
  EXPECT_THAT([&] { conv2d(x, w, {}, {.groups = 0}); }, ThrowsMessage<ValueError>(HasSubstr("groups must divide")));
  EXPECT_THAT([&] { conv2d(x, w, {}, {.stride = {1, 0}}); }, ThrowsMessage<ValueError>(HasSubstr("stride must be at least 1, not [1, 0]")));
  EXPECT_THAT([&] { conv2d(x, w, {}, {.padding = -1}); }, ThrowsMessage<ValueError>(HasSubstr("padding must not be negative: [-1, -1]")));
  EXPECT_THAT([&] { conv2d(x, w, {}, {.dilation = 0}); }, ThrowsMessage<ValueError>(HasSubstr("dilation must be at least 1")));
  EXPECT_THAT([&] { conv2d(zeros({1, 3, 2, 8}), w); }, ThrowsMessage<ShapeError>(HasSubstr("is larger than the image")));
  EXPECT_THAT([&] { conv2d(x, w, {}, {.dilation = 4}); }, ThrowsMessage<ShapeError>(HasSubstr("dilated by [4, 4]")));
  EXPECT_THAT([&] { conv2d(x, w, {}, {.stride = {1, 2}, .same = true}); },
              ThrowsMessage<ValueError>(HasSubstr("same goes with stride 1 and no other padding, not stride [1, 2] and padding [0, 0]")));
}

TEST(ConvTranspose, ErrorsNameRuleAndShapes) {
  const Tensor x = zeros({2, 3, 8}), w = zeros({3, 4, 3});
  EXPECT_THAT([&] { conv_transpose1d(x, zeros({4, 3, 3})); },
              ThrowsMessage<ShapeError>(HasSubstr("conv_transpose1d: input has 3 channels but weight expects 4 (groups 1)")));
  EXPECT_THAT([&] { conv_transpose1d(x, zeros({3, 4})); }, ThrowsMessage<ShapeError>(HasSubstr("weight must be [C, F / groups, K]")));
  EXPECT_THAT([&] { conv_transpose1d(x, w, zeros({3})); }, ThrowsMessage<ShapeError>(HasSubstr("bias must be [4]")));
  EXPECT_THAT([&] { conv_transpose1d(x, w, {}, {.groups = 2}); }, ThrowsMessage<ValueError>(HasSubstr("groups must divide")));
  EXPECT_THAT([&] { conv_transpose1d(x, w, {}, {.stride = 2, .output_padding = 2}); },
              ThrowsMessage<ValueError>(HasSubstr("output_padding 2 must be less than stride 2 or dilation 1")));
  EXPECT_THAT([&] { conv_transpose1d(zeros({2, 3, 1}), w, {}, {.padding = 2}); },
              ThrowsMessage<ShapeError>(HasSubstr("nothing is left of the result, shortened by padding 2")));
  EXPECT_THAT([&] { conv_transpose3d(zeros({2, 3, 1, 4}), w); },
              ThrowsMessage<ShapeError>(HasSubstr("weight must be [C, F / groups, KD, KH, KW]")));
}

// What threads share, sequences and volumes too, f32 against f64; channels beside each other or not, bias with either.
TEST(ConvTranspose, WholeLayersInF32AgreeWithF64) {
  const int before = num_threads();
  using F = Tensor (*)(const Tensor&, const Tensor&, const Tensor&);
  const std::pair<F, std::array<Shape, 2>> layers[] = {
      {[](const Tensor& x, const Tensor& w, const Tensor& b) { return conv1d(x, w, b, {.stride = 2, .padding = 2, .dilation = 2}); },
       {Shape{9, 16, 200}, Shape{24, 16, 5}}},
      {[](const Tensor& x, const Tensor& w, const Tensor& b) { return conv_transpose1d(x, w, b, {.stride = 2, .output_padding = 1}); },
       {Shape{9, 16, 100}, Shape{16, 24, 4}}},
      {[](const Tensor& x, const Tensor& w, const Tensor& b) { return conv_transpose2d(x, w, b, {.stride = 2, .padding = 1}); },
       {Shape{5, 20, 9, 8}, Shape{20, 24, 4, 4}}},
      {[](const Tensor& x, const Tensor& w, const Tensor& b) { return conv3d(x, w, b, {.padding = 1}); },
       {Shape{3, 16, 6, 7, 8}, Shape{24, 16, 3, 3, 3}}},
      {[](const Tensor& x, const Tensor& w, const Tensor& b) { return conv_transpose3d(x, w, b, {.stride = {1, 2, 2}}); },
       {Shape{3, 16, 4, 5, 6}, Shape{16, 24, 2, 3, 2}}}};
  for (const auto& [f, shapes] : layers) {
    const Tensor b = random({24}, 3), x = random(shapes[0], 1), w = random(shapes[1], 2);
    const auto run = [layer = f, &x, &w, &b](Dtype dtype, bool last) {
      const Tensor xs = variable(last ? kernels::channels_last(x.value().to(dtype)) : x.value().to(dtype));
      const Tensor ws = variable(w.value().to(dtype)), bs = variable(b.value().to(dtype)), y = layer(xs, ws, bs);
      (y * y).backward(ones_like(y));
      return std::array{y.value(), xs.grad().value(), ws.grad().value(), bs.grad().value()};
    };
    const auto want = run(f64, false);
    for (const int threads : {1, 3})
      for (const bool last : {false, true}) {
        set_threads(threads);
        const auto got = run(f32, last), again = run(f32, last), also = run(f64, last);
        for (std::size_t i = 0; i < 4; ++i) {
          expect_near(got[i], want[i], 5e-4);
          expect_within(again[i], got[i], 0);
          expect_near(also[i], want[i], 1e-11);
        }
      }
  }
  set_threads(before);
}

}  // namespace gradus::conv_test
