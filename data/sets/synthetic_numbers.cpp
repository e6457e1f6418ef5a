#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <gradus/data/sets/internal/drawn.h>
#include <gradus/data/sets/synthetic.h>

namespace gradus::data {
namespace {

constexpr double half_turn = std::numbers::pi;

// The coefficients, in doubles.
std::vector<double> coefficients(const RegressionOptions& o) {
  check<ValueError>(o.features * o.targets <= 1 << 26, "regression: ", o.features, " features for ", o.targets, " targets");
  Generator random(o.seed, detail::stream_of("coef"));
  std::vector<double> c(static_cast<std::size_t>(o.features * o.targets), 0.0);
  for (std::int64_t k = 0; k < std::min(o.informative, o.features) * o.targets; ++k)
    c[static_cast<std::size_t>(k)] = 100 * random.uniform();
  return c;
}

using FourNumbers = std::array<double, 4>;

template <class F>
TensorDataset<2> friedman(const char* name, std::int64_t n, const FriedmanOptions& o, F f) {
  detail::check_problem(name, n, o);
  Generator random(o.seed, detail::stream_of("frie"));
  return detail::drawn<float>(
      n, 4,
      [&](std::int64_t, float* x) {
        FourNumbers u{};
        for (double& v : u) v = random.uniform();
        u = {100 * u[0], half_turn * (40 + 520 * u[1]), u[2], 1 + 10 * u[3]};
        for (std::size_t k = 0; k < 4; ++k) x[k] = static_cast<float>(u[k]);
        return f(u[0], u[1] * u[2] - 1 / (u[1] * u[3])) + o.noise * random.normal();
      },
      true);
}

// A sheet: place(u) is t, and side(t) the two coordinates that it makes.
template <class Place, class Side>
TensorDataset<2> sheet(const char* name, std::int64_t n, const SheetOptions& o, double width, std::uint64_t stream, Place place,
                       Side side) {
  detail::check_problem(name, n, o);
  Generator random(o.seed, stream);
  return detail::drawn<float>(n, 3, [&](std::int64_t, float* x) {
    const double t = place(random.uniform()), across = width * random.uniform();
    const std::array<double, 2> at = side(t);
    for (const auto& [k, value] : {std::pair(0, at[0]), std::pair(1, across), std::pair(2, at[1])})
      x[k] = static_cast<float>(value + o.noise * random.normal());
    return t;
  });
}

}  // namespace

void RegressionOptions::describe(Describe& is) const {
  is(range::between(1, 1 << 20), features);
  is(range::between(0, 1 << 20), informative);
  is(range::between(1, 1 << 20), targets);
  is(range::finite, bias);
  is(range::at_least_zero, noise);
}
Tensor regression_coefficients(const RegressionOptions& o) {
  detail::check_problem("regression_coefficients", 0, o);
  return Array::from(coefficients(o), {o.features, o.targets}).to(f32);
}
TensorDataset<2> regression(std::int64_t n, const RegressionOptions& o) {
  detail::check_problem("regression", n, o);
  const std::vector<double> c = coefficients(o);
  Generator random(o.seed, detail::stream_of("regr"));
  Array x({n, o.features}, f32), y({n, o.targets}, f32);
  std::vector<double> sums(static_cast<std::size_t>(o.targets));
  for (std::int64_t i = 0; i < n; ++i) {
    float* const row = x.mutable_data<float>() + i * o.features;
    std::fill(sums.begin(), sums.end(), o.bias);
    for (std::int64_t k = 0; k < o.features; ++k) {
      row[k] = static_cast<float>(random.normal());
      for (std::size_t t = 0; t < sums.size(); ++t) sums[t] += row[k] * c[static_cast<std::size_t>(k * o.targets) + t];
    }
    for (std::size_t t = 0; t < sums.size(); ++t)
      y.mutable_data<float>()[i * o.targets + static_cast<std::int64_t>(t)] = static_cast<float>(sums[t] + o.noise * random.normal());
  }
  return TensorDataset(Tensor(std::move(x)), Tensor(std::move(y)));
}

void FriedmanOptions::describe(Describe& is) const {
  is(range::between(5, 1 << 20), features);
  is(range::at_least_zero, noise);
}
TensorDataset<2> friedman1(std::int64_t n, const FriedmanOptions& o) {
  detail::check_problem("friedman1", n, o);
  Generator random(o.seed, detail::stream_of("fri1"));
  std::vector<double> u(static_cast<std::size_t>(o.features));
  return detail::drawn<float>(
      n, o.features,
      [&](std::int64_t, float* x) {
        for (std::size_t k = 0; k < u.size(); ++k) u[k] = random.uniform(), x[k] = static_cast<float>(u[k]);
        const double bend = u[2] - 0.5;
        return 10 * std::sin(half_turn * u[0] * u[1]) + 20 * bend * bend + 10 * u[3] + 5 * u[4] + o.noise * random.normal();
      },
      true);
}
TensorDataset<2> friedman2(std::int64_t n, const FriedmanOptions& o) {
  return friedman("friedman2", n, o, [](double x, double z) { return std::hypot(x, z); });
}
TensorDataset<2> friedman3(std::int64_t n, const FriedmanOptions& o) {
  return friedman("friedman3", n, o, [](double x, double z) { return std::atan(z / x); });
}

void SheetOptions::describe(Describe& is) const { is(range::at_least_zero, noise); }
TensorDataset<2> s_curve(std::int64_t n, const SheetOptions& o) {
  return sheet(
      "s_curve", n, o, 2, detail::stream_of("scur"), [](double u) { return 3 * half_turn * (u - 0.5); },
      [](double t) { return std::array{std::sin(t), (t < 0 ? -1 : 1) * (std::cos(t) - 1)}; });
}
TensorDataset<2> swiss_roll(std::int64_t n, const SheetOptions& o) {
  return sheet(
      "swiss_roll", n, o, 21, detail::stream_of("roll"), [](double u) { return 1.5 * half_turn * (1 + 2 * u); },
      [](double t) { return std::array{t * std::cos(t), t * std::sin(t)}; });
}

}  // namespace gradus::data
