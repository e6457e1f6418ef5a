// softmax and its logarithm: against PyTorch, at the extremes, in f32, and their gradients both ways.
#include <limits>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::softmax_test {

const Array& golden(const std::string& name) { return golden_values("softmax").at(name); }

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

Array row(std::initializer_list<double> values, Dtype dtype = f64) {
  return Array::from(values, {static_cast<std::int64_t>(values.size())}).to(dtype);
}

TEST(Softmax, AgreesWithPyTorchAlongEveryAxis) {
  const Tensor x = variable(Tensor(golden("softmax.x")));
  for (int axis = 0; axis < 3; ++axis) {
    const std::string plain = text("softmax.", axis), logarithm = "log_" + plain;
    expect_near(softmax(x, axis), golden(plain + ".y"), 1e-13);
    expect_near(grad(softmax(x, axis), x, {.seed = Tensor(golden(plain + ".g"))}), golden(plain + ".dx"), 1e-13);
    expect_near(log_softmax(x, axis - 3), golden(logarithm + ".y"), 1e-13);
    expect_near(grad(log_softmax(x, axis), x, {.seed = Tensor(golden(logarithm + ".g"))}), golden(logarithm + ".dx"), 1e-13);
  }
}

TEST(Softmax, RowsOfEveryLengthSumToOneAndMatchF64) {
  for (std::int64_t n : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1000, 5000})
    for (const bool columns : {false, true}) {
      const Shape shape = columns ? Shape{n, 67} : Shape{3, n};
      const int axis = columns ? 0 : 1;
      const Tensor x = random(shape, static_cast<std::uint64_t>(n)) * 3, narrow = x.value().to(f32), wide = narrow.value().to(f64);
      expect_near(sum(softmax(x, axis), axis), Array::full({columns ? 67 : 3}, 1, f64), 1e-13);
      expect_near(softmax(narrow, axis).value().to(f64), softmax(wide, axis).value(), 1e-6, text("length ", n));
      expect_near(log_softmax(narrow, axis).value().to(f64), log_softmax(wide, axis).value(), 1e-6, text("length ", n));
      expect_near(exp(log_softmax(x, axis)), softmax(x, axis).value(), 1e-13);
    }
}

TEST(Softmax, LargeLogitsAreHarmless) {
  for (Dtype dtype : {f32, f64}) {
    expect_near(softmax(row({1000, 0, -1000}, dtype)), Array::from<double>({1, 0, 0}, {3}), 0);
    expect_near(softmax(row({-1000, -1000}, dtype)), Array::from<double>({0.5, 0.5}, {2}), 0);
    expect_near(log_softmax(row({1000, 0, -1000}, dtype)), Array::from<double>({0, -1000, -2000}, {3}), 0);
    expect_near(log_softmax(row({3e38, -3e38}, f32)), Array::from<double>({0, -inf}, {2}), 0);
    const double logarithm = -std::log(2.0);
    expect_near(log_softmax(row({1e6, 1e6}, dtype)), Array::from<double>({logarithm, logarithm}, {2}), 1e-7);
  }
}

TEST(Softmax, InfinitiesAndNaN) {
  for (Dtype dtype : {f32, f64})
    for (std::int64_t n : {3, 40}) {
      std::vector<double> values(static_cast<std::size_t>(n), 0.0), even(static_cast<std::size_t>(n), 1 / double(n - 1));
      values[1] = -inf, even[1] = 0;
      const Array masked = Array::from(values, {n}).to(dtype);
      expect_near(softmax(masked), Array::from(even, {n}), 1e-7);
      EXPECT_EQ(log_softmax(masked).value().at({1}), -inf);
      expect_near(softmax(masked.reshape({n, 1}), 0), Array::from(even, {n, 1}), 1e-7);
      const Array lost = Array::full({n}, nan, f64);
      expect_near(softmax(Array::full({n}, -inf, dtype)), lost, 0);
      for (std::int64_t at : {std::int64_t{0}, n - 1}) {
        values[1] = 0, values[static_cast<std::size_t>(at)] = nan;
        const Array broken = Array::from(values, {n}).to(dtype);
        expect_near(softmax(broken), lost, 0);
        expect_near(log_softmax(broken), lost, 0);
        expect_near(softmax(broken.reshape({n, 1}), 0), lost.reshape({n, 1}), 0);
        values[static_cast<std::size_t>(at)] = inf;
        expect_near(softmax(Array::from(values, {n}).to(dtype)), lost, 0);
        values[static_cast<std::size_t>(at)] = 0;
      }
    }
}

TEST(Softmax, OneBadRowLeavesTheOthersAlone) {
  const Tensor y = softmax(tensor({{nan, 1}, {0, 0}}));
  EXPECT_TRUE(std::isnan(y.value().at({0, 1})));
  EXPECT_EQ(y.value().at({1, 1}), 0.5);
}

TEST(Softmax, EmptyAndSizeOne) {
  EXPECT_EQ(softmax(zeros({0, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(softmax(zeros({3, 0})).shape(), (Shape{3, 0}));
  EXPECT_EQ(log_softmax(zeros({3, 0}), 0).shape(), (Shape{3, 0}));
  EXPECT_EQ(softmax(full({1, 1}, 5)).item(), 1);
  EXPECT_EQ(log_softmax(full({1}, 5)).item(), 0);
}

TEST(Softmax, ViewsGiveWhatTheirCopiesGive) {
  const Array x = random({4, 6}).value();
  for (const Array& view : {x.transpose(0, 1), x.slice(1, 0, 6, 2), x.slice(0, 1, 2).expand({3, 6})})
    expect_near(softmax(view, 0), softmax(view.contiguous_copy(), 0).value(), 0);
}

TEST(Softmax, GradientsToSecondOrder) {
  for (const Shape& shape : {Shape{3, 4}, Shape{1, 1}, Shape{2, 0}, Shape{2, 3, 2}})
    for (int axis = 0; axis < shape.rank(); ++axis) {
      check_gradients([axis](const auto& v) { return softmax(v[0], axis); }, {random(shape)});
      check_gradients([axis](const auto& v) { return log_softmax(v[0], axis); }, {random(shape)});
      check_gradients([axis](const auto& v) { return softmax(transpose(v[0]), axis) * transpose(v[0]); }, {random(shape)});
    }
}

TEST(Softmax, FusedAndComposedGradientsAgree) {
  for (int axis : {0, 1, 2}) {
    expect_same_gradients([axis](const auto& v) { return softmax(v[0], axis); }, {random({5, 33, 70})});
    expect_same_gradients([axis](const auto& v) { return log_softmax(v[0], axis); }, {random({5, 33, 70})});
    expect_same_gradients([axis](const auto& v) { return log_softmax(v[0], axis); }, {random({5, 33, 70}, 1, f32)}, 1e-5);
  }
}

TEST(Softmax, Errors) {
  expect_error<DtypeError>([] { softmax(zeros({2}, i64)); }, {"softmax", "f32 or f64", "i64"});
  expect_error<DtypeError>([] { log_softmax(zeros({2}, boolean)); }, {"log_softmax", "bool"});
  expect_error<ValueError>([] { softmax(tensor(1), 1); }, {"softmax", "scalar"});
  expect_error<ValueError>([] { log_softmax(zeros({2, 3}), -3); }, {"log_softmax", "axis -3"});
}

}  // namespace gradus::softmax_test
