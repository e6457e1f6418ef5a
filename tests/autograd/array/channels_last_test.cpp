// Images that lie channels-last give what row-major ones give, and stay as they lie.
#include <functional>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>

#include "support.h"

namespace gradus::channels_last_test {

using kernels::channels_last, kernels::is_channels_last;

bool only_channels_last(const Tensor& x) { return is_channels_last(x.value()) && !x.value().contiguous(); }

Tensor images(const Shape& shape, std::uint64_t seed, Dtype dtype = f64) {
  Generator random(seed);
  return randn(shape, random, dtype);
}

void expect_near(const Tensor& a, const Tensor& b, double tolerance) {
  ASSERT_EQ(a.shape(), b.shape());
  const std::vector<double> x = a.value().to_vector(), y = b.value().to_vector();
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], y[i], tolerance * (1 + std::abs(y[i]))) << "element " << i;
}

struct Case {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
  bool stays = true;   // the result lies channels-last too
};

const Shape shape{3, 5, 6, 7};

std::vector<Case> cases() {
  const Tensor offsets = images({5, 1, 1}, 2), other = images(shape, 3), row = images({7}, 4), far = images({3, 1, 6, 7}, 5);
  const Tensor weight = images({5}, 6), bias = images({5}, 7);
  const Array mean = images({5}, 8).value(), var = exp(images({5}, 9)).value();
  const auto cast = [](const Tensor& a, const Tensor& x) { return a.to(x.dtype()); };
  return {
      {"relu", [](const Tensor& x) { return relu(x); }},
      {"tanh", [](const Tensor& x) { return tanh(x); }},
      {"scaled", [](const Tensor& x) { return 2 * x + 1; }},
      {"itself", [](const Tensor& x) { return x * x; }},
      {"channel offsets", [=](const Tensor& x) { return x * cast(offsets, x) + cast(offsets, x); }},
      {"row-major partner", [=](const Tensor& x) { return x * cast(other, x); }},
      {"along the last axis", [=](const Tensor& x) { return x * cast(row, x) - cast(row, x); }},
      {"one channel for all", [=](const Tensor& x) { return x / (cast(far, x) * cast(far, x) + 1); }},
      {"partner on the left", [=](const Tensor& x) { return cast(offsets, x) - x; }},
      {"batch_norm", [=](const Tensor& x) {
         Array m, v;
         return batch_norm(x, cast(weight, x), cast(bias, x), m, v);
       }},
      {"batch_norm_eval", [=](const Tensor& x) { return batch_norm_eval(x, cast(weight, x), cast(bias, x), mean.to(x.dtype()),
                                                                        var.to(x.dtype())); }},
      {"max_pool2d", [](const Tensor& x) { return max_pool2d(x, {.kernel = 2}); }},
      {"max_pool2d, overlapping", [](const Tensor& x) { return max_pool2d(x, {.kernel = 3, .stride = 1, .padding = 1}); }},
      {"max_pool2d, uneven", [](const Tensor& x) { return max_pool2d(x, {.kernel = {3, 2}, .stride = {2, 3}, .padding = {1, 0}}); }},
      {"avg_pool2d", [](const Tensor& x) { return avg_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1}); }},
      {"avg_pool2d, without padding", [](const Tensor& x) {
          return avg_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1, .count_include_pad = false}); }},
      {"adaptive_avg_pool2d", [](const Tensor& x) { return adaptive_avg_pool2d(x, {4, 3}); }},
      {"global average", [](const Tensor& x) { return adaptive_avg_pool2d(x, 1); }, false},   // one pixel lies both ways
      {"conv2d", [](const Tensor& x) { return conv2d(x, images({4, 5, 3, 3}, 10, x.dtype()), images({4}, 11, x.dtype()), {.padding = 1}); },
       false},
      {"sum", [](const Tensor& x) { return sum(x, {0, 2, 3}); }, false},
      {"reshape", [](const Tensor& x) { return flatten(x, 1); }, false},
  };
}

TEST(ChannelsLast, GivesTheSameValuesAndGradients) {
  for (Dtype dtype : {f64, f32})
    for (const Case& c : cases()) {
      SCOPED_TRACE(c.name);
      const double tolerance = dtype == f64 ? 1e-12 : 1e-5;
      const Tensor plain = images(shape, 1, dtype), x = variable(plain), z = variable(Tensor(channels_last(plain.value())));
      const Tensor y = c.f(x), w = c.f(z);
      expect_near(w, y, tolerance);
      if (c.stays) {
        EXPECT_TRUE(only_channels_last(w));
      }
      const Tensor seed = images(y.shape(), 12, dtype);
      y.backward(seed);
      w.backward(seed);
      expect_near(z.grad(), x.grad(), tolerance);
      // The gradient of a result that lies channels-last, arriving so.
      const Tensor v = variable(Tensor(channels_last(plain.value())));
      c.f(v).backward(y.rank() == 4 ? Tensor(channels_last(seed.value())) : seed);
      expect_near(v.grad(), x.grad(), tolerance);
    }
}

// Where two gradients of images meet: in the memory of the first one, however it lies, unless somebody else has it, too.
TEST(ChannelsLast, SumsOfGradientsLieAsTheFirst) {
  for (Dtype dtype : {f32, f64})
    for (int manner = 0; manner < 8; ++manner) {
      const bool first = manner & 1, second = manner & 2, shared = manner & 4;
      SCOPED_TRACE(text(dtype, " manner ", manner));
      const Array a = images(shape, 1, dtype).value(), b = images(shape, 2, dtype).value();
      Array sum = first ? channels_last(a) : a.contiguous_copy();
      const void* const place = sum.raw();
      const Array held = shared ? sum : Array();
      const Array out = kernels::accumulate(std::move(sum), second ? channels_last(b) : b);
      EXPECT_EQ(only_channels_last(out), first);
      EXPECT_EQ(out.raw() == place, !shared);
      if (shared) {
        EXPECT_EQ(held.to_vector(), a.to_vector());
      }
      EXPECT_EQ(out.to_vector(), (Tensor(a) + Tensor(b)).value().to_vector());
    }
}

TEST(ChannelsLast, GradientsToSecondOrder) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Tensor x(channels_last(images({2, 5, 6, 7}, 1).value()));
    // of three samples
    if (std::string_view(c.name) == "row-major partner" || std::string_view(c.name) == "one channel for all") continue;
    EXPECT_NO_THROW(check_gradients([&](const std::vector<Tensor>& in) { return c.f(in[0]); }, {x}));
  }
}

TEST(ChannelsLast, FromAConvolutionToTheFlatRowOfALayer) {
  const Tensor x = images({2, 3, 8, 8}, 1, f32);
  const Tensor y = relu(conv2d(x, images({16, 3, 3, 3}, 2, f32), {}, {.padding = 1}));
  EXPECT_EQ(flatten(y, 1).shape(), (Shape{2, 1024}));
  EXPECT_TRUE(flatten(y, 1).value().contiguous());
  const std::vector<double> rows = flatten(y, 1).value().to_vector();
  for (int c = 0; c < 16; ++c) EXPECT_EQ(rows[static_cast<std::size_t>(c) * 64 + 9], y.value().at({0, c, 1, 1}));
}

TEST(ChannelsLast, EmptyAndSmallImages) {
  for (const Shape& s : {Shape{0, 3, 4, 4}, Shape{2, 1, 4, 4}, Shape{1, 3, 1, 1}, Shape{2, 3, 1, 4}, Shape{2, 0, 4, 4}}) {
    const Tensor x(channels_last(images(s, 1).value()));
    EXPECT_TRUE(is_channels_last(x.value()));
    EXPECT_EQ((relu(x) + x).shape(), s);
    const Tensor v = variable(x);
    sum(tanh(v) * v).backward();
    EXPECT_EQ(v.grad().shape(), s);
  }
}

}  // namespace gradus::channels_last_test
