// Sums, means, largest elements: against plain loops, in every layout, with gradients to second order.
#include <algorithm>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::reduce_test {

const Array& golden(const std::string& name) { return golden_values("reduce").at(name); }

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

// fold(accumulated, element) over the axes of `set`, dimension by dimension, by index arithmetic alone.
template <class Fold>
Array naive(const Array& x, unsigned set, double start, Fold fold) {
  Shape kept = x.shape();
  for (int i = 0; i < x.rank(); ++i)
    if (set >> i & 1) kept[i] = 1;
  Array out = Array::full(kept, start, f64);
  const Shape steps = row_major_strides(kept), walk = row_major_strides(x.shape());
  double* p = out.mutable_data<double>();
  const auto values = x.to_vector();
  for (std::int64_t k = 0; k < x.size(); ++k) {
    std::int64_t to = 0;
    for (int i = 0; i < x.rank(); ++i)
      if (!(set >> i & 1)) to += k / walk[i] % x.shape()[i] * steps[i];
    p[to] = fold(p[to], values[static_cast<std::size_t>(k)]);
  }
  return out;
}

double plus(double a, double b) { return a + b; }
double larger(double a, double b) { return std::isnan(a) || std::isnan(b) ? nan : std::max(a, b); }

// All layouts of one array of rank 3: as it is, transposed, sliced, expanded.
std::vector<Array> layouts() {
  const Array a = random({4, 5, 6}).value();
  return {a,
          a.transpose(0, 2),
          a.permute({1, 2, 0}),
          random({4, 9, 6}).value().slice(1, 1, 9, 2),
          random({4, 1, 6}).value().expand({4, 5, 6}),
          random({1, 5, 1}).value().expand({4, 5, 6}),
          random({1, 1, 1}).value().expand({4, 5, 6}),
          random({4, 1, 6}).value().expand({4, 5, 6}).transpose(0, 1)};
}

TEST(Sum, EverySetOfAxesOfEveryLayout) {
  for (const Array& x : layouts()) {
    expect_near(sum(x), naive(x, 7, 0, plus).reshape({}), 1e-13);
    expect_near(sum(x, {0}, true), naive(x, 1, 0, plus), 1e-13);
    expect_near(sum(x, {1}, true), naive(x, 2, 0, plus), 1e-13);
    expect_near(sum(x, {-1}, true), naive(x, 4, 0, plus), 1e-13);
    expect_near(sum(x, {0, 1}, true), naive(x, 3, 0, plus), 1e-13);
    expect_near(sum(x, {2, 0}, true), naive(x, 5, 0, plus), 1e-13);
    expect_near(sum(x, {1, 2}), naive(x, 6, 0, plus).reshape({x.dim(0)}), 1e-13);
    expect_near(mean(x, {0, 2}, true).value(), (Tensor(naive(x, 5, 0, plus)) * (1.0 / double(x.dim(0) * x.dim(2)))).value(), 1e-13);
  }
}

TEST(Sum, NoAxesAreAllAxes) {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 9}});
  const std::vector<int> none;
  for (const Tensor& y : {sum(x, {}), sum(x, none), sum(x, std::vector<int>{0, 1})}) {
    EXPECT_EQ(y.shape(), Shape{});
    EXPECT_EQ(y.item(), 24);
  }
  EXPECT_EQ(mean(x, {}).item(), 4);
  EXPECT_EQ(max(x, {}).item(), 9);
  EXPECT_FALSE(all(x == 1, {}).item());
  EXPECT_TRUE(any(x == 1, {}).item());
  EXPECT_EQ(sum(x, {}, true).shape(), (Shape{1, 1}));
  EXPECT_EQ(max(x, none, true).shape(), (Shape{1, 1}));
}

// What may stand for axes, and for one axis.
template <class A>
concept SumsOver = requires(const Tensor& x, A axes) {
  sum(x, axes), mean(x, axes), max(x, axes), all(x, axes), any(x, axes);
};
template <class A>
concept IsAnAxis = requires(const Tensor& x, A axis) {
  argmax(x, axis), softmax(x, axis), squeeze(x, axis), select(x, axis, 0);
};

TEST(Axes, OfAnyIntegerTypeKnownWhenTheProgramRuns) {
  const Tensor x = ones({2, 3, 4, 5});
  const Shape kept{3, 5};
  EXPECT_EQ(sum(x, std::vector<int>{0, -2}).shape(), kept);
  EXPECT_EQ(sum(x, std::vector<std::int64_t>{0, -2}).shape(), kept);
  EXPECT_EQ(sum(x, std::vector<std::size_t>{0, 2}).shape(), kept);
  EXPECT_EQ(mean(x, std::array{2, 0}).shape(), kept);
  const std::array few{2, 0};
  EXPECT_EQ(max(x, std::span(few)).shape(), kept);
  std::size_t axis = 2;
  EXPECT_EQ(sum(x, axis).shape(), (Shape{2, 3, 5}));
  EXPECT_EQ(sum(x, {axis, 0}).shape(), kept);
  EXPECT_EQ(argmax(x, axis).shape(), (Shape{2, 3, 5}));
  EXPECT_EQ(permute(x, std::vector<int>{3, 0, 1, 2}).shape(), (Shape{5, 2, 3, 4}));
  EXPECT_EQ(transpose(x, axis, 0u).shape(), (Shape{4, 3, 2, 5}));
  EXPECT_EQ(stack({x, x}, axis).shape(), (Shape{2, 3, 2, 4, 5}));
  expect_error<ValueError>([&] { sum(x, std::int64_t{1} << 40); }, {"sum: axis", "out of range for 4 dimensions"});
  expect_error<ValueError>([&] { sum(x, axis - 3); }, {"sum: axis", "out of range for 4 dimensions"});
  expect_error<ValueError>([&] { sum(x, std::vector<int>(9)); }, {"axes: there are at most 8, but 9"});
  expect_error<ValueError>([&] { max(x, {1, -3}); }, {"max: axis 1 is named twice", "[2, 3, 4, 5]"});
}

TEST(Axes, AreNoTruthValuesAndNoFractions) {
  static_assert(SumsOver<int> && SumsOver<long> && SumsOver<unsigned> && SumsOver<std::vector<int>> && SumsOver<Axes>);
  static_assert(!SumsOver<bool> && !SumsOver<double> && !SumsOver<std::vector<double>> && !SumsOver<std::vector<bool>>);
  static_assert(IsAnAxis<int> && IsAnAxis<std::size_t> && !IsAnAxis<bool> && !IsAnAxis<float> && !IsAnAxis<std::vector<int>>);
  EXPECT_EQ(sum(ones({2, 3}), 1, true).shape(), (Shape{2, 1}));
}

TEST(Sum, LongAndWideShapesAgreeWithPlainLoops) {
  for (const Shape& shape : {Shape{1, 200000, 1}, Shape{3, 70000, 1}, Shape{1, 9000, 3}, Shape{1, 5000, 300}, Shape{2, 3, 5000},
                             Shape{1, 70000, 63}, Shape{7, 1, 1}, Shape{5, 17, 65}, Shape{1, 3, 64}}) {
    const Array x = random(shape).value();
    expect_near(sum(x, {1}, true), naive(x, 2, 0, plus), 1e-11, text(shape));
    expect_near(sum(x.to(f32), {1}, true), naive(x.to(f32), 2, 0, plus), 2e-5, text(shape));
  }
}

TEST(Sum, TenMillionSmallFloatsAreExactToSixDigits) {
  const Array x = Array::full({10'000'000}, 0.1, f32);
  const double exact = 1e7 * static_cast<double>(0.1f);
  EXPECT_NEAR(sum(x).item(), exact, 1e-6 * exact);
  EXPECT_NEAR(sum(x.reshape({10'000'000, 1}), 0).item(), exact, 1e-6 * exact);
  EXPECT_NEAR(sum(x.reshape({1'000'000, 10}), 0).value().at({3}), exact / 10, 1e-7 * exact);
  EXPECT_NEAR(mean(x).item(), 0.1, 1e-7);
  const Array noise = random({10'000'000}, 3, f32).value();
  EXPECT_NEAR(sum(noise).item(), sum(noise.to(f64)).item(), 0.05);   // ten million numbers that cancel
}

TEST(Sum, DoesNotDependOnTheNumberOfThreads) {
  const Array rows = random({3, 300000}, 5, f32).value(), columns = random({40000, 30}, 6, f32).value();
  const int before = num_threads();
  set_threads(1);
  const auto a = sum(rows, 1).value().to_vector(), b = sum(columns, 0).value().to_vector();
  set_threads(3);
  const auto c = sum(rows, 1).value().to_vector(), d = sum(columns, 0).value().to_vector();
  set_threads(before);
  EXPECT_EQ(a, c);
  EXPECT_EQ(b, d);
}

TEST(Sum, EmptyAndScalar) {
  EXPECT_EQ(sum(zeros({0})).item(), 0);
  EXPECT_EQ(sum(zeros({3, 0}), 1).shape(), Shape{3});
  EXPECT_EQ(sum(zeros({3, 0}), 1).value().at({2}), 0);
  EXPECT_EQ(sum(zeros({3, 0}), 0).shape(), Shape{0});
  EXPECT_EQ(sum(tensor(5)).item(), 5);
  EXPECT_TRUE(std::isnan(mean(zeros({0})).item()));
  Tensor x = variable(zeros({3, 0}));
  EXPECT_EQ(grad(sum(x), x).shape(), (Shape{3, 0}));
}

TEST(Sum, WholeNumbersAreCountedInI64) {
  EXPECT_EQ(sum(Array::full({1000}, 255, u8)).dtype(), i64);
  EXPECT_EQ(sum(Array::full({1000}, 255, u8)).item(), 255000);
  EXPECT_EQ(sum(Array::from<bool>({true, false, true}, {3})).item(), 2);
  const std::int64_t large = (std::int64_t{1} << 53) + 1;
  const Tensor total = sum(Array::from<std::int64_t>({large, 1, large, 1}, {2, 2}), 0);
  EXPECT_EQ(total.value().data<std::int64_t>()[0], 2 * large);
  EXPECT_EQ(sum(Array::full({1}, 3, i64).expand({5})).item(), 15);
}

TEST(Sum, NaNAndInfinityStay) {
  std::vector<double> values(100, 1);
  values[37] = nan;
  EXPECT_TRUE(std::isnan(sum(Array::from(values, {100})).item()));
  values[37] = inf;
  EXPECT_EQ(sum(Array::from(values, {100})).item(), inf);
  EXPECT_EQ(sum(Array::from(values, {25, 4}), 0).value().at({1}), inf);
  EXPECT_EQ(sum(Array::from(values, {25, 4}), 0).value().at({0}), 25);
}

TEST(Sum, GradientIsAViewWithoutACopy) {
  Tensor x = variable(random({1000, 100}));
  const Tensor y = sum(x);
  EXPECT_EQ(grad(y, x).value().strides(), (Shape{0, 0}));
}

TEST(Sum, Gradients) {
  for (const Shape& shape : {Shape{2, 3, 2}, Shape{1, 1, 1}, Shape{3, 0, 2}}) {
    const Tensor x = random(shape);
    check_gradients([](const auto& v) { return square(sum(v[0], {0, 2})); }, {x});
    check_gradients([](const auto& v) { return square(mean(v[0] * v[0], {1, 2}, true)); }, {shape.elements() ? x : random({2, 2, 2})});
    check_gradients([](const auto& v) { return exp(sum(transpose(v[0]), 1)); }, {x});
  }
}

TEST(Prod, LongRowsAndColumnsAndTheirGradients) {
  for (const std::int64_t n : {1, 31, 32, 63, 64, 65, 130, 1000})
    for (const Shape& shape : {Shape{3, n}, Shape{n, 70}}) {
      const unsigned axes = shape[0] == 3 ? 2 : 1;
      Tensor x = random(shape, 1) * 0.02;
      x = where(x < 0, x - 1, x + 1);
      const Axes along = shape[0] == 3 ? 1 : 0;
      const Array wanted = naive(x.value(), axes, 1, [](double a, double b) { return a * b; });
      expect_near(prod(x, along, true), wanted, 1e-12 * amax(abs(Tensor(wanted))).item());
      expect_near(prod(x.to(f32), along, true).to(f64), wanted, 1e-4 * amax(abs(Tensor(wanted))).item());
      const auto f = [&](const std::vector<Tensor>& in) { return prod(in[0], along); };
      expect_same_gradients(f, {x}, 1e-11 * amax(abs(Tensor(wanted))).item());
      Array some = x.value();
      some.mutable_data<double>()[n / 2] = 0;   // one zero in a row or column, and two in another
      some.mutable_data<double>()[2 * n] = some.mutable_data<double>()[some.size() - 1] = 0;
      expect_same_gradients(f, {some}, 1e-11 * amax(abs(Tensor(wanted))).item());
    }
}

TEST(Prod, OfF32StaysInTheRangeOfF64) {
  Array x = Array::full({1, 64}, 1e9f, f32), small = Array::full({2, 1024}, 0.3, f32);
  for (std::int64_t i = 0; i < 64; ++i)
    if (i / 4 % 2 == 1) x.mutable_data<float>()[i] = 1e-9f;
  EXPECT_NEAR(prod(Tensor(x)).item(), 1, 1e-5);
  const Tensor leaf = variable(x);
  expect_near(grad(prod(leaf, 1), leaf) * leaf, Array::full({1, 64}, 1), 1e-5);
  small.mutable_data<float>()[1100] = -0.3f;
  for (const Dtype dtype : {f32, f64}) {
    const auto tiny = prod(Tensor(small).to(dtype), 1).value().to_vector();
    EXPECT_EQ(tiny, (std::vector<double>{0, 0}));
    EXPECT_FALSE(std::signbit(tiny[0]));
    EXPECT_TRUE(std::signbit(tiny[1]));
  }
  small.mutable_data<float>()[5] = static_cast<float>(inf), small.mutable_data<float>()[1024] = static_cast<float>(nan);
  EXPECT_EQ(prod(Tensor(small), 1).value().at({0}), inf);
  EXPECT_TRUE(std::isnan(prod(Tensor(small), 1).value().at({1})));
}

TEST(Prod, DoesNotDependOnTheNumberOfThreads) {
  const Tensor x = variable((random({300, 500}, 1) * 0.05 + 1).to(f32).value());
  const int before = num_threads();
  set_threads(1);
  const Array rows = grad(sum(prod(x, 1)), x).value(), columns = grad(sum(prod(x, 0)), x).value(), all = prod(x, {0, 1}).value();
  set_threads(3);
  expect_near(grad(sum(prod(x, 1)), x), rows, 0);
  expect_near(grad(sum(prod(x, 0)), x), columns, 0);
  expect_near(prod(x, {0, 1}), all, 0);
  set_threads(before);
}

TEST(Reduce, Errors) {
  expect_error<ValueError>([] { sum(zeros({2, 3}), {0, -2}); }, {"sum", "axis 0", "twice", "[2, 3]"});
  expect_error<ValueError>([] { sum(zeros({2, 3}), 2); }, {"sum", "axis 2", "2 dimensions"});
  expect_error<ValueError>([] { mean(zeros({}), 1); }, {"mean", "axis 1", "a scalar", "-1 and 0"});
  expect_error<DtypeError>([] { mean(zeros({2}, i64)); }, {"mean", "f32 or f64", "i64"});
  expect_error<ValueError>([] { max(zeros({2, 0}), 1); }, {"max", "no elements", "axis 1", "[2, 0]"});
  expect_error<ValueError>([] { max(zeros({0})); }, {"max", "no elements"});
  expect_error<ValueError>([] { argmax(zeros({0})); }, {"argmax", "no elements"});
  expect_error<ValueError>([] { argmax(zeros({2}), 1); }, {"argmax", "axis 1"});
  expect_error<ShapeError>([] { sum_to(zeros({2, 3}), {2}); }, {"sum_to", "[2]", "[2, 3]"});
  expect_error<ShapeError>([] { sum_to(zeros({3}), {2, 3}); }, {"sum_to", "[2, 3]", "[3]"});
  expect_error<ShapeError>([] { expand(zeros({2}), {3}); }, {"expand", "[2]", "[3]"});
}

TEST(Max, EverySetOfAxesOfEveryLayout) {
  for (const Array& x : layouts()) {
    expect_near(max(x), naive(x, 7, -inf, larger).reshape({}), 0);
    for (int axis = 0; axis < 3; ++axis) expect_near(max(x, axis, true), naive(x, 1u << axis, -inf, larger), 0);
  }
  EXPECT_EQ(max(zeros({2, 0}), 0).values.shape(), Shape{0});
}

TEST(Max, NaNWinsWhereverItStands) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::vector<double> values(40, 3);
    values[(at + 7) % 40] = inf;
    values[at] = nan;
    EXPECT_TRUE(std::isnan(max(Array::from(values, {40})).item())) << at;
    EXPECT_EQ(argmax(Array::from(values, {40})).item(), double(at));
    EXPECT_TRUE(std::isnan(max(Array::from(values, {40, 1}), 0).values.item()));
  }
  EXPECT_EQ(max(Array::from<double>({-inf, -inf}, {2})).item(), -inf);
}

TEST(Max, GradientsOfTiesAgreeWithPyTorch) {
  const Tensor x = variable(Tensor(golden("amax.x")));
  expect_near(max(x), golden("amax.all.y"), 0);
  expect_near(grad(max(x), x, {.seed = Tensor(golden("amax.all.g"))}), golden("amax.all.dx"), 1e-15);
  for (int axis = 0; axis < 3; ++axis) {
    const std::string name = text("amax.", axis);
    for (const Tensor& y : {amax(x, axis), max(x, {axis})}) {
      expect_near(y, golden(name + ".y"), 0);
      expect_near(grad(y, x, {.seed = Tensor(golden(name + ".g"))}), golden(name + ".dx"), 1e-15);
    }
    expect_near(argmax(x, axis), golden(text("argmax.", axis)), 0);
  }
}

TEST(Max, Gradients) {
  check_gradients([](const auto& v) { return square(max(v[0] * v[0], 1)); }, {random({3, 4, 2})});
  check_gradients([](const auto& v) { return square(max(v[0])) + max(v[0] * v[0]); }, {random({3, 4})});
}

TEST(Argmax, FirstOfEqualOnesAlongEachAxis) {
  const Array x = Array::from<float>({1, 5, 5, 2, 5, 2}, {2, 3});
  EXPECT_EQ(argmax(x).item(), 1);
  EXPECT_EQ(argmax(x, 0).value().to_vector(), (std::vector<double>{1, 0, 0}));
  EXPECT_EQ(argmax(x, 1, true).shape(), (Shape{2, 1}));
  EXPECT_EQ(argmax(x.transpose(0, 1), 0).value().to_vector(), (std::vector<double>{1, 1}));
  EXPECT_EQ(argmax(Array::from<std::uint8_t>({3, 255, 4}, {3})).item(), 1);
  EXPECT_FALSE(argmax(variable(Tensor(x)), 1).requires_grad());
}

TEST(SumTo, UndoesBroadcasting) {
  const Array x = random({4, 3, 5}).value();
  expect_near(sum_to(x, {3, 1}), naive(x, 5, 0, plus).reshape({3, 1}), 1e-14);
  expect_near(sum_to(x, {5}), naive(x, 3, 0, plus).reshape({5}), 1e-14);
  expect_near(sum_to(x, {}), naive(x, 7, 0, plus).reshape({}), 1e-14);
  expect_near(sum_to(x, {1, 3, 5}), naive(x, 1, 0, plus), 1e-14);
  EXPECT_EQ(sum_to(zeros({0, 3}), {1, 3}).value().to_vector(), (std::vector<double>{0, 0, 0}));
}

TEST(SumTo, AndExpandAreEachOthersGradients) {
  check_gradients([](const auto& v) { return square(sum_to(v[0], {3, 1})); }, {random({2, 3, 2})});
  check_gradients([](const auto& v) { return square(expand(v[0], {2, 3, 2})); }, {random({3, 1})});
  check_gradients([](const auto& v) { return square(expand(v[0], {2, 0})); }, {random({1})});
}

}  // namespace gradus::reduce_test
