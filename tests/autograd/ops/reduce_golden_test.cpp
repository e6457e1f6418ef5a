// Reductions, running sums, sorting and their like against PyTorch's values and gradients (tests/golden/make_reduce.py), and where those
// end: no elements, scalars, whole numbers.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::reduce_golden_test {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

struct Case {
  std::string name;   // the golden one, behind whose first point stands the input, up to the next underscore
  std::function<ValuesAndIndices(const Tensor&)> f;
};

// A function of a tensor that gives a tensor or values with indices.
template <class F>
std::function<ValuesAndIndices(const Tensor&)> picking(F f) {
  return [f](const Tensor& x) {
    if constexpr (std::is_same_v<decltype(f(x)), Tensor>) return ValuesAndIndices{f(x), {}};
    else return f(x);
  };
}

void expect_golden(const Case& c) {
  SCOPED_TRACE(c.name);
  const auto& golden = golden_values("reduce");
  const std::string input = c.name.substr(c.name.find('.') + 1);
  const std::string on = input.starts_with("scalar") ? "scalar" : input == "places" ? "plain" : input.substr(0, input.find('_'));
  const Tensor x = variable(Tensor(golden.at("in." + on)));
  const auto [y, at] = c.f(x);
  expect_near(y, golden.at(c.name + ".y"), 1e-12, "value");
  ASSERT_EQ(golden.contains(c.name + ".at"), at.defined());
  if (at.defined()) expect_near(at, golden.at(c.name + ".at"), 0, "indices");
  for (const bool recorded : {false, true}) {
    const Tensor dx = grad(y, x, {.create_graph = recorded, .retain_graph = true, .seed = Tensor(golden.at(c.name + ".g"))});
    const auto got = dx.value().to_vector(), wanted = golden.at(c.name + ".dx").to_vector(), given = x.value().to_vector();
    ASSERT_EQ(dx.shape(), x.shape());
    for (std::size_t i = 0; i < got.size(); ++i)
      if (c.name == "logsumexp.low" && std::isnan(wanted[i])) EXPECT_EQ(got[i], 0) << i;   // of −∞ alone
      else if (c.name.find("prod") < 4 && std::isnan(given[i]))
        EXPECT_TRUE(std::isfinite(got[i]) || std::isnan(wanted[i])) << i;  // is not in its own
      else if (std::isnan(wanted[i])) EXPECT_TRUE(std::isnan(got[i])) << i << ": " << got[i];
      else if (std::isinf(wanted[i])) EXPECT_EQ(got[i], wanted[i]) << i;
      else EXPECT_NEAR(got[i], wanted[i], 1e-11 * (1 + std::abs(wanted[i]))) << i << (recorded ? ", recorded" : "");
  }
}

TEST(ReduceGolden, ValuesAndGradients) {
  for (const std::string on : {"plain", "ties", "zeros", "nan"}) {
    for (const Case& c : std::vector<Case>{
             {"prod." + on, picking([](const Tensor& x) { return prod(x, 1); })},
             {"prod." + on + "_all", picking([](const Tensor& x) { return prod(x); })},
             {"sum." + on, picking([](const Tensor& x) { return sum(x, {0, 2}); })},
             {"mean." + on, picking([](const Tensor& x) { return mean(x, {0, -1}, true); })},
             {"nansum." + on, picking([](const Tensor& x) { return nansum(x, {0, 2}); })},
             {"nanmean." + on, picking([](const Tensor& x) { return nanmean(x, 1); })},
             {"var." + on, picking([](const Tensor& x) { return var(x, {0, 2}); })},
             {"var." + on + "_0", picking([](const Tensor& x) { return var(x, 1, 0, true); })},
             {"std." + on, picking([](const Tensor& x) { return std(x, 2, 2); })},
             {"std." + on + "_all", picking([](const Tensor& x) { return std(x); })},
             {"max." + on, picking([](const Tensor& x) { return max(x); })},
             {"min." + on, picking([](const Tensor& x) { return min(x); })},
             {"amin." + on, picking([](const Tensor& x) { return amin(x, {0, 2}); })},
             {"max." + on + "_1", picking([](const Tensor& x) { return max(x, 1); })},
             {"min." + on + "_2", picking([](const Tensor& x) { return min(x, -1, true); })},
             {"median." + on, picking([](const Tensor& x) { return median(x); })},
             {"cumsum." + on, picking([](const Tensor& x) { return cumsum(x, 1); })},
             {"cumprod." + on, picking([](const Tensor& x) { return cumprod(x, -1); })},
             {"cummax." + on, picking([](const Tensor& x) { return cummax(x, 1); })},
             {"cummin." + on, picking([](const Tensor& x) { return cummin(x, 2); })},
             {"sort." + on, picking([](const Tensor& x) { return sort(x, 1); })},
             {"sort." + on + "_down", picking([](const Tensor& x) { return sort(x, 2, true); })}})
      expect_golden(c);
    if (on != "ties") expect_golden({"median." + on + "_1", picking([](const Tensor& x) { return median(x, 1); })});
  }
  const std::vector<std::pair<std::string, double>> powers{{"0.5", 0.5}, {"1", 1},   {"1.5", 1.5}, {"2", 2},
                                                           {"3", 3},     {"-1", -1}, {"inf", inf}, {"-inf", -inf}};
  for (const auto& [name, p] : powers)
    for (const std::string on : {"plain", "zeros"}) expect_golden({"norm." + on + "_" + name, [power = p](const Tensor& x) {
      return ValuesAndIndices{norm(x, power, {0, 2}), {}};
    }});
  for (const Case& c : std::vector<Case>{
           {"topk.plain", picking([](const Tensor& x) { return topk(x, 2, 1); })},
           {"topk.nan", picking([](const Tensor& x) { return topk(x, 3, 2, false); })},
           {"kthvalue.plain", picking([](const Tensor& x) { return kthvalue(x, 2, 1); })},
           {"logsumexp.plain", picking([](const Tensor& x) { return logsumexp(x, {0, 2}); })},
           {"logsumexp.low", picking([](const Tensor& x) { return logsumexp(x, 1); })},
           {"logcumsumexp.plain", picking([](const Tensor& x) { return logcumsumexp(x, 1); })},
           {"logcumsumexp.nan", picking([](const Tensor& x) { return logcumsumexp(x, 2); })},
           {"diff.plain", picking([](const Tensor& x) { return diff(x, 2, 1); })},
           {"trapezoid.plain", picking([](const Tensor& x) { return trapezoid(x, 0.5, 1); })},
           {"trapezoid.places", picking([](const Tensor& x) { return cumulative_trapezoid(x, tensor({0, 1, 3, 3.5}, f64), 1); })},
           {"cov.plain", picking([](const Tensor& x) { return cov(flatten(x, 1), 0); })},
           {"cov.plain_weights", picking([](const Tensor& x) {
              return cov(flatten(x, 1), 1, remainder(arange(20, i64), 3), linspace(0.5, 2, 20, f64));
            })},
           {"cov.plain_fweights", picking([](const Tensor& x) { return cov(flatten(x, 1), 2, remainder(arange(20, i32), 3)); })},
           {"cov.plain_aweights", picking([](const Tensor& x) { return cov(flatten(x, 1), 0, {}, linspace(0.5, 2, 20, f64)); })},
           {"cov.plain_own", picking([](const Tensor& x) { return cov(flatten(x, 1), 1, {}, square(select(flatten(x, 1), 0, 1))); })},
           {"diff.plain_ends",
            picking([](const Tensor& x) { return diff(x, 2, 1, 3 * slice(x, 1, 0, 2), square(slice(x, 1, 1, 2))); })},
           {"diff.plain_behind", picking([](const Tensor& x) { return diff(x, 1, -1, {}, 2 * x); })},
           {"corrcoef.plain", picking([](const Tensor& x) { return corrcoef(flatten(x, 1)); })}})
    expect_golden(c);
}

TEST(ReduceGolden, AScalarHasAxis0AndItsLast) {
  for (const int axis : {0, -1})
    for (const Case& c : std::vector<Case>{
             {"sum", picking([=](const Tensor& x) { return sum(x, axis); })},
             {"mean", picking([=](const Tensor& x) { return mean(x, axis); })},
             {"prod", picking([=](const Tensor& x) { return prod(x, axis); })},
             {"nansum", picking([=](const Tensor& x) { return nansum(x, axis); })},
             {"nanmean", picking([=](const Tensor& x) { return nanmean(x, axis); })},
             {"logsumexp", picking([=](const Tensor& x) { return logsumexp(x, axis); })},
             {"amax", picking([=](const Tensor& x) { return amax(x, axis); })},
             {"amin", picking([=](const Tensor& x) { return amin(x, axis); })},
             {"softmax", picking([=](const Tensor& x) { return softmax(x, axis); })},
             {"log_softmax", picking([=](const Tensor& x) { return log_softmax(x, axis); })},
             {"cumsum", picking([=](const Tensor& x) { return cumsum(x, axis); })},
             {"cumprod", picking([=](const Tensor& x) { return cumprod(x, axis); })},
             {"logcumsumexp", picking([=](const Tensor& x) { return logcumsumexp(x, axis); })},
             {"max", picking([=](const Tensor& x) { return max(x, axis); })},
             {"min", picking([=](const Tensor& x) { return min(x, axis); })},
             {"median", picking([=](const Tensor& x) { return median(x, axis); })},
             {"sort", picking([=](const Tensor& x) { return sort(x, axis); })},
             {"cummax", picking([=](const Tensor& x) { return cummax(x, axis); })},
             {"cummin", picking([=](const Tensor& x) { return cummin(x, axis); })}})
      expect_golden({text(c.name, ".scalar", axis), c.f});
  const Tensor one = tensor(3);
  EXPECT_TRUE(std::isnan(var(one, 0).item()));
  EXPECT_EQ(var(one, -1, 0).item(), 0);
  EXPECT_EQ(norm(one, 2, 0).item(), 3);
  EXPECT_EQ(argmax(one, -1).item() + argmin(one, 0).item(), 0);
  EXPECT_EQ(count_nonzero(one, 0).item(), 1);
  EXPECT_TRUE(all(one, 0).item() && any(one, -1).item());
  EXPECT_EQ(topk(one, 1, 0).values.item() + kthvalue(one, 1).values.item(), 6);
  EXPECT_EQ(gather(one, -1, Tensor(Array::full({2}, 0, i64))).shape(), Shape{2});
  EXPECT_EQ(gather(one, 0, Tensor(Array::full({}, 0, i64))).item(), 3);
  expect_error<ValueError>([&] { softmax(one, 1); }, {"softmax", "axis 1", "a scalar"});
  expect_error<ShapeError>([&] { gather(one, 0, zeros({2, 2}, i64)); }, {"gather", "[2, 2]"});
}

TEST(ReduceGolden, DistinctSlices) {
  const auto& golden = golden_values("reduce");
  const Tensor x = Tensor(golden.at("unique.x"));
  const auto expect = [&](const std::string& name, const Unique& found) {
    SCOPED_TRACE(name);
    expect_near(found.values, golden.at("unique." + name + ".values"), 0, "values");
    expect_near(found.inverse, golden.at("unique." + name + ".inverse"), 0, "inverse");
    expect_near(found.counts, golden.at("unique." + name + ".counts"), 0, "counts");
  };
  const Tensor parts[] = {x[{Slice(), Slice(0, 1), Slice(0, 2)}], x[{Slice(0, 2), Slice(), Slice(0, 1)}], x[{Slice(0, 1), Slice(0, 2)}]};
  for (int axis = 0; axis < 3; ++axis) {
    expect(text("unique_", axis), unique(parts[axis], axis));
    expect(text("consecutive_", axis), unique_consecutive(parts[axis], axis - 3));
  }
  const Tensor rows = tensor({{1, nan}, {1, -0.}, {0, 5}, {1, nan}, {1, 0}});   // NaN last and equal to nothing, both zeros the same
  EXPECT_EQ(unique(rows, 0).inverse.value().to_vector(), (std::vector<double>{2, 1, 0, 3, 1}));
  EXPECT_EQ(unique(zeros({3, 0}), 0).counts.value().to_vector(), std::vector<double>{3});
  EXPECT_EQ(unique(zeros({3, 0}), 1).values.shape(), (Shape{3, 0}));
  EXPECT_EQ(unique(tensor(2), -1).values.shape(), Shape{1});
  for (const Dtype d : {f16, i64, u8, boolean})
    EXPECT_EQ(unique(tensor({{1, 0}, {0, 1}, {1, 0}}).to(d), 0).inverse.value().to_vector(), (std::vector<double>{1, 0, 1})) << d;
}

TEST(ReduceGolden, WeightsAndEndsThatDoNotFit) {
  const Tensor x = zeros({2, 3}, f64);
  expect_error<ShapeError>([&] { cov(x, 1, ones({2}, i64)); }, {"cov", "fweights [2]", "3 observations"});
  expect_error<DtypeError>([&] { cov(x, 1, ones({3}, f64)); }, {"cov", "fweights", "f64"});
  expect_error<DtypeError>([&] { cov(x, 1, {}, ones({3})); }, {"cov", "dtypes differ", "aweights", "f32"});
  expect_error<ValueError>([&] { cov(x, 1, tensor({1, -1, 1}, i64)); }, {"cov", "fweights", "negative"});
  expect_error<ValueError>([&] { cov(x, 1, {}, tensor({1, nan, 1}, f64)); }, {"cov", "aweights", "negative"});
  expect_error<ValueError>([&] { cov(x, 1, {}, zeros({3}, f64)); }, {"cov", "3 observations add up to 0"});
  expect_error<ShapeError>([&] { diff(x, 1, 1, zeros({3, 1}, f64)); }, {"diff", "prepend [3, 1]", "[2, 3]", "axis 1"});
  expect_error<DtypeError>([&] { diff(x, 1, 1, {}, zeros({2, 1})); }, {"diff", "dtypes differ", "append", "f32"});
  EXPECT_EQ(diff(x, 0, 1, zeros({2, 1}, f64)).shape(), x.shape());
  EXPECT_EQ(diff(tensor({1, 0}, boolean), 1, 0, tensor({0}, boolean)).value().to_vector(), (std::vector<double>{1, 1}));
  EXPECT_EQ(cov(tensor({1, 2, 4}, f64), 1, tensor({1, 0, 1}, u8)).item(), 4.5);
}

TEST(ReduceGolden, OfNoElements) {
  const Tensor none = zeros({2, 0, 3}, f64);
  EXPECT_EQ(prod(none, 1).value().to_vector(), std::vector<double>(6, 1));
  EXPECT_EQ(prod(none).item(), 1);
  EXPECT_EQ(nansum(none, {0, 1}).value().to_vector(), std::vector<double>(3, 0));
  EXPECT_EQ(logsumexp(none, 1).value().at({1, 2}), -inf);
  for (const Tensor& y : {nanmean(none), mean(none), median(none), var(none), gradus::std(none)}) EXPECT_TRUE(std::isnan(y.item()));
  EXPECT_TRUE(std::isnan(var(none, 1).value().at({1, 1})));
  for (const double p : {0., 0.5, 1., 2., 3.}) EXPECT_EQ(norm(none, p, 1).value().at({1, 1}), 0) << p;
  for (const double p : {-1., inf, -inf})
    expect_error<ValueError>([&] { norm(none, p, 1); }, {"norm", "no elements", "axis 1", "[2, 0, 3]"});
  EXPECT_EQ(norm(none, inf, 0).shape(), (Shape{0, 3}));
  EXPECT_EQ(argmax(none, 0).shape(), (Shape{0, 3}));
  EXPECT_EQ(count_nonzero(none).item(), 0);
  for (const auto& x :
       {cumsum(none, 1), cumprod(none, 0), logcumsumexp(none, 1), cummax(none, 1).values, sort(none, 1).indices, topk(none, 0, 1).values})
    EXPECT_EQ(x.shape(), none.shape());
  EXPECT_EQ(topk(none, 1, 0).values.shape(), (Shape{1, 0, 3}));
  EXPECT_EQ(diff(none, 3, 2).shape(), (Shape{2, 0, 0}));
  EXPECT_EQ(trapezoid(none, 1, 1).value().to_vector(), std::vector<double>(6, 0));
  EXPECT_EQ(unique(none).values.shape(), Shape{0});
  EXPECT_EQ(bincount(zeros({0}, i64)).shape(), Shape{0});
  for (const auto& f : std::vector<std::function<Tensor(const Tensor&)>>{
           [](const Tensor& x) { return prod(x, 1); }, [](const Tensor& x) { return cumprod(x, 1); },
           [](const Tensor& x) { return logcumsumexp(x, 1); }, [](const Tensor& x) { return var(x, 1); },
           [](const Tensor& x) { return logsumexp(x, 1); }, [](const Tensor& x) { return norm(x, 3, 1); },
           [](const Tensor& x) { return median(x); }, [](const Tensor& x) { return sort(x, 1); },
           [](const Tensor& x) { return diff(x, 1, 1); }})
    for (const bool recorded : {false, true}) {
      const Tensor x = variable(none);
      EXPECT_EQ(grad(sum(f(x)), x, {.create_graph = recorded}).shape(), none.shape());
    }
}

TEST(ReduceGolden, WholeNumbersAndTruth) {
  const Tensor x = tensor({{3, 0, 2}, {1, 4, 0}}, u8), b = x != 0;
  for (const Dtype d : {i64, i32, i16, i8, u8}) {
    const Tensor y = x.to(d);
    for (const Tensor& z : {sum(y, 1), prod(y, 1), nansum(y, 1), cumsum(y, 1), cumprod(y, 1)}) EXPECT_EQ(z.dtype(), i64);
    for (const Tensor& z : {max(y, 1).values, amin(y, 0), sort(y).values, cummax(y, 1).values, median(y)}) EXPECT_EQ(z.dtype(), d);
    EXPECT_EQ(cumsum(y, 1).value().to_vector(), (std::vector<double>{3, 3, 5, 1, 5, 5}));
    EXPECT_EQ(sort(y, 0, true).values.value().to_vector(), (std::vector<double>{3, 4, 2, 1, 0, 0}));
    EXPECT_EQ(sort(y, 0, true).indices.value().to_vector(), (std::vector<double>{0, 1, 0, 1, 0, 1}));
    EXPECT_EQ(median(y).item(), 1);
  }
  EXPECT_EQ(prod(tensor({{2, 5}, {7, 3}}, i16), {0, 1}).item(), 210);
  EXPECT_EQ(sum(b, {0, 1}).item(), 4);
  EXPECT_EQ(prod(b).item(), 0);
  EXPECT_EQ(sum(b, 0, true).value().to_vector(), (std::vector<double>{2, 1, 1}));
  EXPECT_EQ(max(b, 1).values.dtype(), boolean);
  EXPECT_EQ(diff(b).value().to_vector(), (std::vector<double>{1, 1, 0, 1}));
  EXPECT_EQ(sort(tensor({-3, 5, -128, 127}, i8)).values.value().to_vector(), (std::vector<double>{-128, -3, 5, 127}));
  for (const auto& f :
       std::vector<std::function<void()>>{[&] { mean(x); }, [&] { var(x); }, [&] { norm(x); }, [&] { logsumexp(x); }, [&] { histc(x); }})
    expect_error<DtypeError>(f, {"u8"});
  EXPECT_EQ(sum(tensor({0.5, 0.25}, bf16)).dtype(), bf16);
  EXPECT_EQ(prod(tensor({0.5, 0.25}, f16)).item(), 0.125);
  EXPECT_EQ(cumsum(tensor({0.5, 0.25}, f16), 0).value().to_vector(), (std::vector<double>{0.5, 0.75}));
}

TEST(Prod, SecondOrderWithZeros) {
  for (const std::vector<double>& zeros : {std::vector<double>{2, 0, 3}, {0, 0, 5}, {2, 3, 4}, {0, 0, 0}}) {
    const Tensor x = variable(tensor(zeros, f64)), dx = grad(prod(x), x, {.create_graph = true});
    const Tensor sums = grad(sum(dx * tensor({1, 10, 100}, f64)), x);
    const double a = zeros[0], b = zeros[1], c = zeros[2];
    EXPECT_EQ(dx.value().to_vector(), (std::vector<double>{b * c, a * c, a * b}));
    EXPECT_EQ(sums.value().to_vector(), (std::vector<double>{10 * c + 100 * b, c + 100 * a, b + 10 * a}));
  }
}

TEST(Norm, AtZeroTheGradientIsZeroToSecondOrder) {
  for (const double p : {0.5, 1., 1.5, 2., 3., inf, -inf}) {
    const Tensor x = variable(zeros({3}, f64)), dx = grad(norm(x, p), x, {.create_graph = true});
    EXPECT_EQ(dx.value().to_vector(), std::vector<double>(3, 0)) << p;
    if (dx.requires_grad()) { EXPECT_EQ(grad(sum(dx), x).value().to_vector(), std::vector<double>(3, 0)) << p; }
  }
  EXPECT_FALSE(norm(variable(ones({3})), 0).requires_grad());
  EXPECT_EQ(norm(tensor({-3, 0, 4}), 0).item(), 2);
  EXPECT_NEAR(norm(tensor({3e30, 4e30}, f64) * 1e-20, 5).item(), 1e10 * std::pow(243. + 1024, 0.2), 1);
}

TEST(LogSumExp, NothingButMinusInfinityHasNoGradient) {
  const Tensor x = variable(tensor({{-inf, -inf}, {-inf, 1}, {inf, 2}}, f64));
  const Tensor y = logsumexp(x, 1);
  EXPECT_EQ(y.value().to_vector(), (std::vector<double>{-inf, 1, inf}));
  for (const bool recorded : {false, true})
    for (const Tensor& z : {logsumexp(slice(x, 0, 0, 2), 1), select(logcumsumexp(slice(x, 0, 0, 2), 1), 1, 1)}) {
      const auto dx = grad(sum(z), x, {.create_graph = recorded}).value().to_vector();
      EXPECT_EQ(dx, (std::vector<double>{0, 0, 0, 1, 0, 0}));
    }
  EXPECT_EQ(logsumexp(tensor({1000, 1000}, f64)).item(), 1000 + std::log(2.));
  EXPECT_TRUE(std::isnan(logsumexp(tensor({-inf, nan, -inf})).item()));
  EXPECT_TRUE(std::isnan(logsumexp(tensor({{-inf, nan}, {nan, 1}}), 0).value().at({0})));
}

TEST(Max, OfSeveralAxesAndNaN) {
  const Tensor x = variable(tensor({1, nan, 3, nan}, f64));
  EXPECT_EQ(grad(max(x), x).value().to_vector(), (std::vector<double>{0, 0.5, 0, 0.5}));
  EXPECT_EQ(grad(min(x, 0).values, x).value().to_vector(), (std::vector<double>{0, 1, 0, 0}));
  EXPECT_TRUE(std::isnan(grad(amax(x), x).value().at({0})));
  const Tensor cube = tensor(std::vector<double>{0, 7, 2, 3, 4, 5, 6, 1, 8, 9, 10, 9}, f64);
  const Tensor places = argmax(reshape(cube, {2, 3, 2}), {0, 2});
  EXPECT_EQ(places.value().to_vector(), (std::vector<double>{1, 3, 2}));   // counted in what is reduced, [2, 2]
  EXPECT_EQ(argmin(reshape(cube, {2, 3, 2}), {1, 2}, true).shape(), (Shape{2, 1, 1}));
  static_assert(!std::is_convertible_v<ValuesAndIndices, double>);
}

TEST(Statistics, CountsAndRanges) {
  EXPECT_EQ(histc(tensor({1, 2, 1, 5, nan}), 4, 0, 3).value().to_vector(), (std::vector<double>{0, 2, 1, 0}));
  EXPECT_EQ(histc(tensor({1, 2, 1}), 4).value().to_vector(), (std::vector<double>{2, 0, 0, 1}));
  EXPECT_EQ(histc(tensor({1, 1, 1}), 4).value().to_vector(), (std::vector<double>{0, 0, 3, 0}));
  expect_error<ValueError>([] { histc(tensor({1, nan})); }, {"histc", "the range", "histc(x, bins, low, high)"});
  EXPECT_EQ(bincount(tensor({1, 3, 1}, i32), {}, 6).value().to_vector(), (std::vector<double>{0, 2, 0, 1, 0, 0}));
  EXPECT_EQ(bincount(tensor({1, 3, 1}, u8), tensor({.5, 1, 2})).value().to_vector(), (std::vector<double>{0, 2.5, 0, 1}));
  const Tensor far = tensor({1e8, 1e8 + 1, 1e8 + 2}, f64);
  EXPECT_NEAR(var(far).item(), 1, 1e-12);
  EXPECT_EQ(var(tensor({1, 2, 3}), {}, 5).item(), inf);
  const Tensor same = variable(ones({3}, f64));
  EXPECT_EQ(grad(gradus::std(same), same).value().to_vector(), std::vector<double>(3, 0));
}

const std::map<std::string, Tensor (*)(const Tensor& x)> of_rows{
    {"amax", [](const Tensor& x) -> Tensor { return amax(x, -1); }},
    {"amin", [](const Tensor& x) -> Tensor { return amin(x, -1); }},
    {"cross_entropy", [](const Tensor& x) -> Tensor { return cross_entropy(x, full({x.dim(0)}, 1, i64), Reduction::none); }},
    {"cross_entropy_smooth",
     [](const Tensor& x) -> Tensor {
       return cross_entropy(x, full({x.dim(0)}, 1, i64), {.reduction = Reduction::none, .label_smoothing = 0.2});
     }},
    {"cummax", [](const Tensor& x) -> Tensor { return cummax(x, -1); }},
    {"cummin", [](const Tensor& x) -> Tensor { return cummin(x, -1); }},
    {"cumsum", [](const Tensor& x) -> Tensor { return cumsum(x, -1); }},
    {"layer_norm", [](const Tensor& x) -> Tensor { return layer_norm(x, {4}); }},
    {"log_softmax", [](const Tensor& x) -> Tensor { return log_softmax(x, -1); }},
    {"logcumsumexp", [](const Tensor& x) -> Tensor { return logcumsumexp(x, -1); }},
    {"logsumexp", [](const Tensor& x) -> Tensor { return logsumexp(x, -1); }},
    {"matmul", [](const Tensor& x) -> Tensor { return matmul(x, tensor({1, 0, 2, -1}, x.dtype())); }},
    {"max", [](const Tensor& x) -> Tensor { return max(x, -1); }},
    {"mean", [](const Tensor& x) -> Tensor { return mean(x, -1); }},
    {"median", [](const Tensor& x) -> Tensor { return median(x, -1); }},
    {"min", [](const Tensor& x) -> Tensor { return min(x, -1); }},
    {"nanmean", [](const Tensor& x) -> Tensor { return nanmean(x, -1); }},
    {"nansum", [](const Tensor& x) -> Tensor { return nansum(x, -1); }},
    {"norm_-inf", [](const Tensor& x) -> Tensor { return norm(x, -inf, -1); }},
    {"norm_1", [](const Tensor& x) -> Tensor { return norm(x, 1, -1); }},
    {"norm_2", [](const Tensor& x) -> Tensor { return norm(x, 2, -1); }},
    {"norm_3", [](const Tensor& x) -> Tensor { return norm(x, 3, -1); }},
    {"norm_inf", [](const Tensor& x) -> Tensor { return norm(x, inf, -1); }},
    {"normalize", [](const Tensor& x) -> Tensor { return normalize(x, 2, -1); }},
    {"prod", [](const Tensor& x) -> Tensor { return prod(x, -1); }},
    {"rms_norm", [](const Tensor& x) -> Tensor { return rms_norm(x, {4}, {}, 1e-6); }},
    {"softmax", [](const Tensor& x) -> Tensor { return softmax(x, -1); }},
    {"softmin", [](const Tensor& x) -> Tensor { return softmin(x, -1); }},
    {"sort", [](const Tensor& x) -> Tensor { return sort(x, -1); }},
    {"std", [](const Tensor& x) -> Tensor { return gradus::std(x, -1); }},
    {"sum", [](const Tensor& x) -> Tensor { return sum(x, -1); }},
    {"var_0", [](const Tensor& x) -> Tensor { return var(x, -1, 0); }},
    {"var_1", [](const Tensor& x) -> Tensor { return var(x, -1); }},
};

// Huge, tiny, denormal and infinite numbers, zeros, NaN (golden/make_extreme_rows.py): values, and gradients of both kinds.
TEST(ReduceGolden, RowsWhereNumbersEnd) {
  const auto& golden = golden_values("extreme_rows");
  for (const Dtype dtype : {f32, f64})
    for (const auto& [name, f] : of_rows) {
      const Tensor x = variable(golden.at(text(dtype, ".x"))), y = f(x);
      const Tensor g = y.rank() == 2 ? expand(tensor({1, 2, -1, 0.5}, dtype), y.shape()) : ones_like(y);
      const auto compare = [&](const Tensor& got, const Array& wanted, const char* what) {
        const double relative = dtype == f32 ? 1e-5 : 1e-12, least = dtype == f32 ? 3e-45 : 1e-323;
        const auto a = got.value().to_vector(), b = wanted.to_vector(), given = x.value().to_vector();
        ASSERT_EQ(got.shape(), wanted.shape());
        const std::size_t width = got.rank() == 2 ? 4 : 1;
        for (std::size_t i = 0; i < b.size(); ++i) {
          double largest = 0, given_largest = 0;   // of the row, whose terms may cancel
          for (std::size_t k = i / width * 4; k < (i / width + 1) * 4; ++k)
            if (std::isfinite(given[k])) given_largest = std::max(given_largest, std::abs(given[k]));
          if (given_largest > 1e15 && (name == "layer_norm" || name == "rms_norm")) continue;   // squares leave the range
          for (std::size_t k = i / width * width; k < (i / width + 1) * width; ++k)
            if (std::isfinite(b[k])) largest = std::max(largest, std::abs(b[k]));
          const bool near = std::isnan(b[i])      ? std::isnan(a[i])
                            : std::isfinite(b[i]) ? std::abs(a[i] - b[i]) <= relative * largest + least
                                                  : a[i] == b[i];
          if (near) continue;
          std::string where;
          for (std::size_t k = 0; k < 4; ++k) where += text(" ", given[i / width * 4 + k]);
          ADD_FAILURE() << dtype << ' ' << what << ' ' << i % width << " of " << name << " of" << where << ": " << a[i] << ", not " << b[i];
        }
      };
      const Array& slopes = golden.at(text(dtype, ".", name, ".d"));
      compare(y, golden.at(text(dtype, ".", name)), "value");
      compare(grad(y, x, {.retain_graph = true, .seed = g}), slopes, "gradient");
      compare(grad(y, x, {.create_graph = true, .seed = g}), slopes, "recorded gradient");
    }
  EXPECT_EQ(golden.size(), 2 * (2 * of_rows.size() + 1));   // nothing in the files is left unread
}

}  // namespace gradus::reduce_golden_test
