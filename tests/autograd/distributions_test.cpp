// Random tensors: each distribution against its distribution function (Kolmogorov and Smirnov) or probabilities (chi-square) with fixed
// seeds, their gradients, threads, what they refuse.
#include <gradus/autograd/distributions.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/kernels/random/gamma.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::distributions_test {

constexpr std::int64_t many = 20000;
Tensor all(double value, Dtype dtype = f64) { return full({many}, value, dtype); }
Tensor one(double value) { return tensor(value, f64); }

// The largest distance between the share of numbers below x and F(x), which passes 1.63/√n once in a hundred times: the seed is fixed.
void expect_distributed(const Tensor& numbers, const std::function<double(double)>& below, const std::string& what) {
  auto x = numbers.value().to_vector();
  std::sort(x.begin(), x.end());
  const double n = static_cast<double>(x.size());
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double f = below(x[i]);
    distance = std::max({distance, std::abs(f - static_cast<double>(i) / n), std::abs(f - static_cast<double>(i + 1) / n)});
  }
  EXPECT_LT(distance, 1.63 / std::sqrt(n)) << what;
}

// Counts of 0, 1, 2, … against probabilities, of which what remains is that of all larger numbers.
void expect_probabilities(const Tensor& numbers, const std::vector<double>& probabilities, const std::string& what) {
  std::vector<double> counts(probabilities.size() + 1, 0), p = probabilities;
  p.push_back(1 - std::accumulate(p.begin(), p.end(), 0.0));
  for (const double x : numbers.value().to_vector()) {
    ASSERT_EQ(x, std::floor(x));
    ASSERT_GE(x, 0);
    ++counts[std::min(static_cast<std::size_t>(x), probabilities.size())];
  }
  double chi = 0, freedom = -1;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double wanted = p[i] * static_cast<double>(numbers.size());
    if (wanted < 1e-9) {
      EXPECT_EQ(counts[i], 0) << what << i;
      continue;
    }
    chi += (counts[i] - wanted) * (counts[i] - wanted) / wanted, ++freedom;
  }
  EXPECT_LT(chi, freedom + 3.1 * std::sqrt(2 * freedom) + 3) << what;  // about one in a thousand
}

// Of the gamma distribution, by its power series.
double gamma_below(double a, double x) {
  double term = std::exp(a * std::log(x) - x - std::lgamma(a + 1)), sum = 0;
  for (double n = 1; term > 1e-18 || n < x; ++n) sum += term, term *= x / (a + n);
  return std::min(sum, 1.0);
}

TEST(Distributions, OfNumbers) {
  Generator g(7);
  for (const Dtype dtype : {f32, f64}) {
    expect_distributed(
        normal(all(2, dtype), all(3, dtype), g), [](double x) { return 0.5 * std::erfc((2 - x) / (3 * std::sqrt(2.))); }, "normal");
    expect_distributed(
        exponential(all(2, dtype), g), [](double x) { return 1 - std::exp(-2 * x); }, "exponential");
    expect_distributed(
        uniform(all(-1, dtype), all(4, dtype), g), [](double x) { return (x + 1) / 5; }, "uniform");
    expect_distributed(
        cauchy(all(1, dtype), all(2, dtype), g), [](double x) { return 0.5 + std::atan((x - 1) / 2) / M_PI; }, "cauchy");
    expect_distributed(
        log_normal(all(0.5, dtype), all(0.7, dtype), g),
        [](double x) { return 0.5 * std::erfc((0.5 - std::log(x)) / (0.7 * std::sqrt(2.))); }, "log_normal");
    for (const double a : {0.3, 1., 2.5, 40.})
      expect_distributed(
          gamma(all(a, dtype), all(2, dtype), g), [a](double x) { return gamma_below(a, 2 * x); }, text("gamma ", a));
    expect_distributed(
        beta(all(2, dtype), all(1, dtype), g), [](double x) { return x * x; }, "beta");
    expect_distributed(
        beta(all(0.5, dtype), all(0.5, dtype), g), [](double x) { return 2 / M_PI * std::asin(std::sqrt(x)); }, "arcsine");
  }
  const Tensor points = dirichlet(expand(tensor({1, 2, 3}, f64), {many, 3}), g);
  expect_near(sum(points, 1), Array::full({many}, 1, f64), 1e-12);
  expect_distributed(
      select(points, 1, 0), [](double x) { return 1 - std::pow(1 - x, 5); }, "dirichlet");  // Beta(1, 5)
}

TEST(Distributions, OfWholeNumbers) {
  Generator g(8);
  expect_probabilities(randint(3, 9, {many}, g) - 3, std::vector<double>(6, 1. / 6), "randint");
  expect_probabilities(bernoulli(all(0.3), g), {0.7, 0.3}, "bernoulli");
  std::vector<double> first_success{0};
  for (int k = 1; k < 12; ++k) first_success.push_back(0.4 * std::pow(0.6, k - 1));
  expect_probabilities(geometric(all(0.4), g), first_success, "geometric");
  for (const double rate : {0.5, 4., 9.9, 10.1, 30., 250.}) {
    std::vector<double> p;
    for (int k = 0; k < 2 * rate + 5; ++k) p.push_back(std::exp(k * std::log(rate) - rate - std::lgamma(k + 1)));
    std::vector<double> grouped(1, 0);  // numbers that are rare count together with what is below them
    std::vector<double> place;
    for (const double q : p) {
      if (grouped.back() * many > 20) grouped.push_back(0);
      grouped.back() += q, place.push_back(static_cast<double>(grouped.size() - 1));
    }
    auto drawn = poisson(all(rate), g).value().to_vector();
    for (double& x : drawn) x = x < static_cast<double>(place.size()) ? place[static_cast<std::size_t>(x)] : place.back();
    grouped.back() += 1 - std::accumulate(p.begin(), p.end(), 0.0);
    expect_probabilities(Tensor(Array::from(drawn, {many})), grouped, text("poisson ", rate));
  }
  const std::vector<double> weights{1, 0, 3, 4, 2};
  const std::vector<double> shares{0.1, 0, 0.3, 0.4, 0.2};
  expect_probabilities(multinomial(tensor(weights), many, true, g), shares, "multinomial");
  expect_probabilities(multinomial(expand(tensor(weights), {many, 5}), 1, false, g), shares, "multinomial without replacement");
  expect_probabilities(categorical(expand(log(tensor(shares)), {many, 5}) + 1000, g), shares, "categorical");
  // The second one of a draw without replacement: Σ over the first of w[first]/10·w[second]/(10 − w[first]).
  std::vector<double> second(5, 0);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j)
      if (i != j) second[j] += weights[i] / 10 * weights[j] / (10 - weights[i]);
  expect_probabilities(select(multinomial(expand(tensor(weights), {many, 5}), 2, false, g), 1, 1), second, "the second of two");
  for (int k = 0; k < 3; ++k) {  // every place of a permutation has every number
    std::vector<double> numbers;
    for (int i = 0; i < 4000; ++i) numbers.push_back(randperm(4, g).value().at({k}));
    expect_probabilities(Tensor(Array::from(numbers, {4000})), std::vector<double>(4, 0.25), "randperm");
  }
  auto order = randperm(1000, g, i32).value().to_vector();
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], static_cast<double>(i));
}

TEST(Distributions, GradientsOfTheirParameters) {
  const auto seeded = [](auto f) {
    return [f](const std::vector<Tensor>& x) {
      Generator g(3);
      return f(x, g);
    };
  };
  const Tensor a = random({3, 1}), positive = random({4}, 2) * random({4}, 2) + 0.5;
  check_gradients(seeded([](auto& x, Generator& g) { return normal(x[0], x[1], g); }), {a, positive});
  check_gradients(seeded([](auto& x, Generator& g) { return normal(x[0], 0.5, g); }), {a});
  check_gradients(seeded([](auto& x, Generator& g) { return normal(2, x[0], g); }), {positive});
  check_gradients(seeded([](auto& x, Generator& g) { return log_normal(x[0], x[1], g); }), {a * 0.1, positive});
  check_gradients(seeded([](auto& x, Generator& g) { return uniform(x[0], x[1], g); }), {a - 10, positive});
  check_gradients(seeded([](auto& x, Generator& g) { return exponential(x[0], g); }), {positive});
  check_gradients(seeded([](auto& x, Generator& g) { return cauchy(x[0], x[1], g); }), {a, positive}, {.atol = 1e-3});
  Generator g(3);
  const Tensor shape = one(2.5), rate = variable(one(3)), x = gamma(shape, rate, g);
  EXPECT_NEAR(grad(x, rate).item(), -x.item() / 3, 1e-14);
}

TEST(Gamma, ItsSlopeIsTheImplicitOne) {
  const auto& golden = golden_values("random");
  const auto a = golden.at("gamma.a").to_vector(), x = golden.at("gamma.x").to_vector(), slope = golden.at("gamma.slope").to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(kernels::gamma_slope(a[i], x[i]) / slope[i], 1, 1e-9) << a[i] << " " << x[i];
  // Against differences of the distribution function.
  for (const double at : {0.4, 2., 7.})
    for (const double number : {0.2, 1.5, 6.}) {
      const double h = 1e-5 * at, density = std::exp((at - 1) * std::log(number) - number - std::lgamma(at));
      const double moved = -(gamma_below(at + h, number) - gamma_below(at - h, number)) / (2 * h) / density;
      EXPECT_NEAR(kernels::gamma_slope(at, number), moved, 1e-6 * std::abs(moved) + 1e-8) << at << " " << number;
    }
  // E[x] = a and E[x²] = a + a²: their slopes by a, on the average of numbers.
  for (const double at : {0.5, 3., 60.}) {
    Generator g(5);
    const Tensor concentration = variable(all(at)), numbers = gamma(concentration, g);
    EXPECT_NEAR(mean(grad(sum(numbers), concentration)).item(), 1, 0.02) << at;
    Generator same(5);
    const Tensor squares = gamma(concentration, same);
    EXPECT_NEAR(mean(grad(sum(squares * squares), concentration)).item() / (1 + 2 * at), 1, 0.03) << at;
  }
  Generator g(6);
  const Tensor two = variable(all(2)), three = variable(all(3));
  const auto [da, db] = grad<2>(sum(beta(two, three, g)), {two, three});  // the mean is a/(a + b)
  EXPECT_NEAR(mean(da).item(), 3. / 25, 0.003);
  EXPECT_NEAR(mean(db).item(), -2. / 25, 0.003);
  const Tensor slopes = grad(sum(gamma(two, g)), two, {.create_graph = true}), curves = grad(sum(slopes), two, {.create_graph = true});
  expect_error<GraphError>([&] { grad(sum(curves), two); }, {"gamma", "third derivative"});
  EXPECT_GT(gamma(full({1000}, 1e-4), g).value().to_vector()[0], 0);
}

// d²x/da² = ∂s/∂a + s·∂s/∂x for the slope s; of averages, what E[x²] = a + a² and E[x³] = a(a + 1)(a + 2) say.
TEST(Gamma, ItsSecondDerivative) {
  const auto& golden = golden_values("random");
  const auto a = golden.at("gamma.a").to_vector(), x = golden.at("gamma.x").to_vector(), curve = golden.at("gamma.curve").to_vector();
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_NEAR(kernels::gamma_slope_by_shape(a[i], x[i]) / curve[i], 1, 1e-9) << a[i] << " " << x[i];
  for (const double at : {0.5, 3., 60.}) {
    Generator g(5), same(5), again(5);
    const Tensor concentration = variable(all(at));
    const auto second = [&](const Tensor& y) {
      return mean(grad(sum(grad(sum(y), concentration, {.create_graph = true})), concentration)).item();
    };
    EXPECT_NEAR(second(square(gamma(concentration, g))), 2, 0.1) << at;
    const Tensor once = gamma(concentration, same);
    EXPECT_NEAR(second(once * once * once) / (6 * at + 6), 1, 0.1) << at;
    // One number's second derivative against differences of its first, along the curve on which it keeps its place of the distribution.
    const double number = gamma(one(at), again).item(), h = 1e-4 * at, slope = kernels::gamma_slope(at, number);
    const auto slope_at = [&](double step) {   // by a step of Runge and Kutta
      const double half = number + step / 2 * slope, k2 = kernels::gamma_slope(at + step / 2, half);
      const double k3 = kernels::gamma_slope(at + step / 2, number + step / 2 * k2);
      const double k4 = kernels::gamma_slope(at + step, number + step * k3);
      return kernels::gamma_slope(at + step, number + step / 6 * (slope + 2 * k2 + 2 * k3 + k4));
    };
    Generator last(5);
    const Tensor shape = variable(one(at)), drawn = gamma(shape, last);
    EXPECT_EQ(drawn.item(), number);
    const Tensor first = grad(drawn, shape, {.create_graph = true});
    EXPECT_NEAR(grad(first, shape).item(), (slope_at(h) - slope_at(-h)) / (2 * h), 1e-6 / at) << at;
  }
  Generator g(6);
  const Tensor two = variable(all(2)), three = variable(all(3));
  const Tensor first = grad(sum(beta(two, three, g)), two, {.create_graph = true});   // the mean is a/(a + b)
  EXPECT_NEAR(mean(grad(sum(first), two)).item(), -6. / 125, 0.005);
}

TEST(Distributions, GumbelSoftmax) {
  Generator g(8), same(8), other(9);
  const Tensor shares = tensor({0.1, 0.2, 0.3, 0.4}, f64), logits = expand(log(shares) + 3, {many, 4});
  const Tensor hard = gumbel_softmax(logits, 0.5, true, -1, g), soft = gumbel_softmax(logits, 0.5, false, -1, same);
  EXPECT_EQ(argmax(hard, 1).value().to_vector(), argmax(soft, 1).value().to_vector());
  EXPECT_EQ(sum(hard == 1).item() + sum(hard == 0).item(), 4. * many);
  expect_near(sum(soft, 1), Array::full({many}, 1, f64), 1e-12);
  expect_probabilities(argmax(hard, 1), {0.1, 0.2, 0.3}, "gumbel_softmax");
  const auto seeded = [](bool hard, int axis) {
    return [=](const std::vector<Tensor>& x) {
      Generator g(3);
      return gumbel_softmax(x[0], 0.7, hard, axis, g);
    };
  };
  check_gradients(seeded(false, 0), {random({3, 4})});
  const Tensor x = variable(random({3, 4})), seed = random({3, 4}, 2);
  const Tensor soft_slope = grad(seeded(false, 1)({x}), x, {.seed = seed});
  expect_near(grad(seeded(true, 1)({x}), x, {.seed = seed}), soft_slope.value(), 0);   // straight through
  EXPECT_EQ(gumbel_softmax(tensor(2.5), 1, true).item(), 1);
  EXPECT_EQ(gumbel_softmax(zeros({0, 3}), 1, true).shape(), (Shape{0, 3}));
  EXPECT_NE(soft.value().to_vector(), gumbel_softmax(logits, 0.5, false, -1, other).value().to_vector());
  expect_error<ValueError>([] { gumbel_softmax(zeros({2}), 0); }, {"gumbel_softmax", "tau", "0"});
  expect_error<DtypeError>([] { gumbel_softmax(zeros({2}, i64)); }, {"gumbel_softmax", "i64"});
}

TEST(Distributions, DoNotDependOnTheNumberOfThreads) {
  const int before = num_threads();
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 3}) {
    set_threads(threads);
    Generator g(9);
    const Tensor x = all(0.7, f32), rows = expand(x, {3, many}), concentration = variable(x);
    const Tensor numbers = gamma(concentration, g);
    for (const Tensor& t : {normal(x, x, g), exponential(x, g), cauchy(x, x, g), numbers, beta(x, x, g), poisson(x * 30, g),
                            bernoulli(x, g), geometric(x, g), randint(100, {many}, g), randperm(many, g), multinomial(rows, 50, false, g),
                            multinomial(rows, 9000, true, g), categorical(rows, g), grad(sum(numbers), concentration)})
      results.push_back(t.value().to_vector());
  }
  set_threads(before);
  for (std::size_t i = 0; i < results.size() / 2; ++i) EXPECT_EQ(results[i], results[i + results.size() / 2]) << i;
}

TEST(Distributions, ShapesDtypesAndEdges) {
  Generator g(1);
  EXPECT_EQ(normal(zeros({3, 1}), ones({4}), g).shape(), (Shape{3, 4}));
  EXPECT_EQ(normal(1, 2, {2, 3}, g, f64).dtype(), f64);
  EXPECT_EQ(normal(full({2}, 5), zeros({2}), g).value().to_vector(), std::vector<double>(2, 5));
  EXPECT_EQ(gamma(ones({2, 1}), ones({3}), g).shape(), (Shape{2, 3}));
  EXPECT_EQ(beta(ones({2, 1}), ones({3}), g).shape(), (Shape{2, 3}));
  EXPECT_EQ(randint(5, {0, 3}, g).shape(), (Shape{0, 3}));
  EXPECT_EQ(randint(-2, 2, {5}, g, i8).dtype(), i8);
  EXPECT_EQ(randint_like(zeros({2, 3}, i16), 4, g).dtype(), i16);
  Generator one_way(3), same_way(3);
  EXPECT_EQ(randint_like(zeros({50}, f64), -3, 4, one_way).value().to_vector(), randint(-3, 4, {50}, same_way).value().to_vector());
  EXPECT_EQ(randperm(0, g).shape(), Shape{0});
  EXPECT_EQ(multinomial(ones({2, 3}), 3, false, g).shape(), (Shape{2, 3}));
  EXPECT_EQ(categorical(ones({4}), g).shape(), Shape{});
  EXPECT_EQ(bernoulli(tensor({0, 1}), g).value().to_vector(), (std::vector<double>{0, 1}));
  EXPECT_EQ(poisson(zeros({2}), g).value().to_vector(), std::vector<double>(2, 0));
  EXPECT_EQ(geometric(ones({2}), g).value().to_vector(), std::vector<double>(2, 1));
  EXPECT_EQ(exponential(zeros({0}) + 1, g).shape(), Shape{0});
  const std::int64_t low = std::numeric_limits<std::int64_t>::min(), high = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(randint(low, high, {3}, g).size(), 3);
  Generator a(4), b(4);
  EXPECT_EQ(randperm(10, a).value().to_vector(), randperm(10, b).value().to_vector());
  EXPECT_NE(randperm(10, a).value().to_vector(), randperm(10, a).value().to_vector());
}

TEST(Distributions, Errors) {
  expect_error<ValueError>([] { normal(zeros({2}), tensor({1, -1})); }, {"normal", "std", "-1"});
  expect_error<ValueError>([] { exponential(zeros({1})); }, {"exponential", "rate", "positive", "0"});
  expect_error<ValueError>([] { gamma(tensor({std::nan("")})); }, {"gamma", "concentration", "nan"});
  expect_error<ValueError>([] { uniform(ones({1}), zeros({1})); }, {"uniform", "-1"});
  expect_error<ValueError>([] { bernoulli(tensor({1.5})); }, {"bernoulli", "[0, 1]", "1.5"});
  expect_error<ValueError>([] { poisson(tensor({-1})); }, {"poisson", "-1"});
  expect_error<ValueError>([] { geometric(zeros({1})); }, {"geometric", "(0, 1]", "0"});
  expect_error<ValueError>([] { randint(3, 3, {1}); }, {"randint", "from 3 to below 3"});
  expect_error<DtypeError>([] { randint(0, 300, {1}, default_generator(), u8); }, {"randint", "u8", "299"});
  expect_error<DtypeError>([] { randint_like(zeros({2}, u8), 300); }, {"randint", "u8", "299"});
  expect_error<ValueError>([] { randperm(-1); }, {"randperm", "-1"});
  expect_error<ValueError>([] { multinomial(tensor({1, 0, 2}), 3); }, {"multinomial", "3 classes", "2 that have a weight"});
  expect_error<ValueError>([] { multinomial(tensor({1, -2}), 1); }, {"multinomial", "class 1", "-2"});
  expect_error<ValueError>([] { multinomial(zeros({2, 2}), 1); }, {"multinomial", "row 0", "sum"});
  expect_error<ValueError>([] { multinomial(ones({2}), 0); }, {"multinomial", "0"});
  expect_error<ShapeError>([] { multinomial(ones({2, 2, 2}), 1); }, {"multinomial", "[2, 2, 2]"});
  expect_error<ValueError>([] { categorical(full({2, 2}, -std::numeric_limits<double>::infinity())); }, {"categorical", "row 0"});
  expect_error<DtypeError>([] { bernoulli(zeros({2}, i64)); }, {"bernoulli", "i64"});
  expect_error<DtypeError>([] { normal(zeros({2}), ones({2}, f64)); }, {"normal", "f32", "f64"});
  expect_error<ShapeError>([] { gamma(ones({2}), ones({3})); }, {"gamma", "[2]", "[3]"});
  expect_error<ShapeError>([] { dirichlet(tensor(1)); }, {"dirichlet", "scalar"});
  expect_error<GraphError>([] { normal(Tensor(), zeros({2})); }, {"normal", "mean"});
}

}  // namespace gradus::distributions_test
