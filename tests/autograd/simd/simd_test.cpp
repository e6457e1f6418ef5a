// The SIMD loops at their edges: rows of every length, which may neither read nor write a byte beyond their end, and elementary functions
// against long doubles over all magnitudes, subnormal results included.
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/kernels/axes/softmax.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>

#include "autograd/reference.h"
#include "autograd/simd/last_elements.h"

namespace gradus::simd_test {

constexpr float inf = std::numeric_limits<float>::infinity();

// Below 0, which loads fill in.
template <class T>
LastElements<T> below_zero(std::int64_t n) {
  return {n, [n](std::int64_t i) { return static_cast<T>(std::sin(static_cast<double>(3 * i + n)) - 2); }};
}

template <class T>
void check_rows(std::int64_t n) {
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
  LastElements<T> x = below_zero<T>(n), g = below_zero<T>(n), y = below_zero<T>(n), dx = below_zero<T>(n);
  y[-1] = dx[-1] = 42;
  double largest = -inf, total = 0, sum = 0;
  for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, double(x[i])), sum += double(x[i]);
  for (std::int64_t i = 0; i < n; ++i) total += std::exp(double(x[i]) - largest);
  const auto& reduce = kernels::reduce_loops().of(T{});
  EXPECT_NEAR(reduce.sum(x.data(), n), sum, n * tolerance);
  EXPECT_EQ(double(reduce.max(x.data(), n)), largest);
  const auto& rows = kernels::softmax_loops().of(T{});
  T top, log_sum;
  rows.log_sum(x.data(), n, top, log_sum);
  EXPECT_EQ(double(top), largest);
  EXPECT_NEAR(double(log_sum), std::log(total), 4 * tolerance);
  for (const bool logarithm : {false, true}) {
    rows.forward(x.data(), 1, n, logarithm, y.data());
    rows.backward(y.data(), g.data(), 1, n, logarithm, dx.data(), false);
    double slopes = 0;
    for (std::int64_t i = 0; i < n; ++i) slopes += double(g[i]) * (logarithm ? 1 : double(y[i]));
    for (std::int64_t i = 0; i < n; ++i) {
      const double p = std::exp(double(x[i]) - largest) / total;
      EXPECT_NEAR(double(y[i]), logarithm ? std::log(p) : p, 4 * tolerance) << n << " " << i;
      EXPECT_NEAR(double(dx[i]), logarithm ? double(g[i]) - p * slopes : p * (double(g[i]) - slopes), n * 8 * tolerance) << n << " " << i;
    }
  }
  kernels::add_loops().of(T{})(x.data(), g.data(), n, y.data());
  for (std::int64_t i = 0; i < n; ++i) EXPECT_EQ(y[i], x[i] + g[i]);
  EXPECT_EQ(y[-1], T{42});
  EXPECT_EQ(dx[-1], T{42});
}

TEST(Simd, RowsOfEveryLengthStayWithinTheirMemory) {
  for (std::int64_t n = 1; n <= 80; ++n) {
    check_rows<float>(n);
    check_rows<double>(n);
  }
}

TEST(Simd, MaxFindsNaNInEveryPlace) {
  for (std::int64_t n : {1, 3, 7, 8, 15, 16, 17, 33, 70})
    for (std::int64_t at = 0; at < n; ++at) {
      LastElements<float> x = below_zero<float>(n);
      x.data()[at] = std::numeric_limits<float>::quiet_NaN();
      EXPECT_TRUE(std::isnan(kernels::reduce_loops().of(float{}).max(x.data(), n))) << n << " " << at;
    }
}

// Units in the last place between a result and the exact value: near a subnormal number, those of the smallest ones.
template <class T>
double units(T got, long double exact) {
  using Limits = std::numeric_limits<T>;
  const auto size = std::abs(exact);
  if (std::isinf(got) || std::isinf(static_cast<T>(exact)))   // whoever rounds up here is right to be infinite
    return std::isinf(got) && size > static_cast<long double>(Limits::max()) * (1 - static_cast<long double>(Limits::epsilon())) ? 0 : 1e9;
  const int exponent = std::max(std::ilogb(size), Limits::min_exponent - 1);
  const long double unit = std::ldexp(1.0L, exponent - Limits::digits + 1);
  return static_cast<double>(std::abs(static_cast<long double>(got) - exact) /
                             (size == 0 ? std::ldexp(1.0L, Limits::min_exponent - Limits::digits) : unit));
}

// About `count` numbers in [low, high], as many of each magnitude, and as many more evenly spread.
template <class T>
std::vector<T> numbers(double low, double high, std::uint64_t count = 60000) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  std::vector<T> points;
  const auto all = static_cast<std::uint64_t>(std::numeric_limits<Bits>::max());
  for (std::uint64_t bits = 0, step = all / (4 * count); bits < all - step; bits += step)
    if (const T x = std::bit_cast<T>(static_cast<Bits>(bits)); x >= low && x <= high) points.push_back(x);
  for (std::uint64_t i = 0; i < count; ++i)
    points.push_back(static_cast<T>(low + (high - low) * static_cast<double>(i) / static_cast<double>(count)));
  return points;
}

template <class T>
Tensor column(const std::vector<T>& x) { return Tensor(Array::from(x, {static_cast<std::int64_t>(x.size())})); }

using Exact = long double (*)(long double);

template <class T>
void expect_exact(const char* name, Tensor (*f)(const Tensor&), Exact exact, double low, double high, double most) {
  const auto x = numbers<T>(low, high);
  const Tensor y = f(column(x));
  double worst = 0, at = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (const double u = units(y.value().span<T>()[i], exact(static_cast<long double>(x[i]))); !(u <= worst))
      worst = u, at = static_cast<double>(x[i]);
  EXPECT_LE(worst, most) << name << " of f" << 8 * sizeof(T) << " at " << at;
}

long double exact_sigmoid(long double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
long double exact_softplus(long double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))); }

template <class T>
void expect_exact_functions() {
  constexpr bool narrow = sizeof(T) == 4;
  const double low = narrow ? -106 : -750, high = narrow ? 89 : 711, all = static_cast<double>(std::numeric_limits<T>::max());
  expect_exact<T>("exp", exp, [](long double x) { return std::exp(x); }, low, high, 2);
  expect_exact<T>("exp", exp, [](long double x) { return std::exp(x); }, -1, 1, 2);
  expect_exact<T>("sigmoid", sigmoid, exact_sigmoid, low, all, 4);
  expect_exact<T>("sigmoid", sigmoid, exact_sigmoid, low, 40, 4);
  expect_exact<T>("softplus", softplus, exact_softplus, low, 40, 3);
  expect_exact<T>("erf", erf, [](long double x) { return std::erf(x); }, -6.5, 6.5, 2);
  expect_exact<T>("erf", erf, [](long double x) { return std::erf(x); }, -all / 2, all / 2, 2);
  expect_exact<T>("tanh", tanh, [](long double x) { return std::tanh(x); }, -20, 20, narrow ? 7 : 3);
  expect_exact<T>("log", log, [](long double x) { return std::log(x); }, static_cast<double>(std::numeric_limits<T>::denorm_min()), all, 2);
  expect_exact<T>("log", log, [](long double x) { return std::log(x); }, 0.3, 3, 2);
  expect_exact<T>("log1p", log1p, [](long double x) { return std::log1p(x); }, -0.9999, all, 2);
  expect_exact<T>("log1p", log1p, [](long double x) { return std::log1p(x); }, -0.9999, 3, 2);
}

TEST(Simd, ElementaryFunctionsOfF32AreExactToAFewUnits) { expect_exact_functions<float>(); }
TEST(Simd, ElementaryFunctionsOfF64AreExactToAFewUnits) { expect_exact_functions<double>(); }

// Powers x^y over all results, and of numbers close to 1.
template <class T>
void expect_exact_powers() {
  const double low = sizeof(T) == 4 ? -105 : -748, high = sizeof(T) == 4 ? 88.7 : 709.7;
  auto x = numbers<T>(static_cast<double>(std::numeric_limits<T>::denorm_min()), static_cast<double>(std::numeric_limits<T>::max()));
  for (const T near : numbers<T>(0.5, 2)) x.push_back(near);
  std::vector<T> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double logarithm = low + (high - low) * static_cast<double>(i * 7919 % 10007) / 10007;   // of the power
    y.push_back(x[i] == 1 ? T{3} : static_cast<T>(logarithm / std::log(static_cast<double>(x[i]))));
  }
  const Tensor powers = pow(column(x), column(y));
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, units(powers.value().span<T>()[i], std::pow(static_cast<long double>(x[i]), static_cast<long double>(y[i]))));
  EXPECT_LE(worst, 4) << "f" << 8 * sizeof(T);
}

TEST(Simd, PowersAreExactToFourUnits) {
  expect_exact_powers<float>();
  expect_exact_powers<double>();
}

template <class T>
void expect_special_powers() {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> some{0, -T(0), 1, -1, 2, -2, 0.5, -0.5, 3, -3, 2.5, -7, Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),
                            Limits::max(), -Limits::max(), Limits::min(), -Limits::min(), Limits::denorm_min(), T(1e7) + 1};
  std::vector<T> x, y;
  for (const T a : some)
    for (const T b : some) x.push_back(a), y.push_back(b);
  const Tensor powers = pow(column(x), column(y));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const T got = powers.value().span<T>()[i], wanted = std::pow(x[i], y[i]);
    const bool near = std::isfinite(wanted) && std::abs(got - wanted) <= 4 * Limits::epsilon() * std::abs(wanted);
    const bool same = std::isnan(wanted) ? std::isnan(got) : got == wanted || near;
    EXPECT_TRUE(same && (std::isnan(wanted) || std::signbit(got) == std::signbit(wanted)))
        << x[i] << "^" << y[i] << ": " << got << ", not " << wanted;
  }
}

TEST(Simd, PowersOfZerosInfinitiesAndNegativeNumbersAreTheStandardLibrarys) {
  expect_special_powers<float>();
  expect_special_powers<double>();
}

TEST(Simd, ExpGoesDownToTheSubnormalNumbersAndSoftmaxToTheNormalOnes) {
  const auto p = softmax(tensor({{0., -100., -87.3, -1.}}, f32), 1).value().to_vector();
  const double total = 1 + std::exp(-1.);
  EXPECT_NEAR(p[2] / (std::exp(-87.3) / total), 1, 1e-5);
  EXPECT_GE(p[1], 0);
  EXPECT_LE(p[1], 1.05 * std::exp(-100.) / total);   // beside 1 it may be nothing
  const auto ends = exp(tensor({-87.3, -103.9, -104.1}, f32)).value().to_vector();
  EXPECT_NEAR(ends[0] / std::exp(-87.3), 1, 1e-5);
  EXPECT_EQ(ends[1], static_cast<double>(std::numeric_limits<float>::denorm_min()));
  EXPECT_EQ(ends[2], 0);
}

TEST(Simd, ExponentialFunctionsAtTheirLimits) {
  const float nan = std::bit_cast<float>(0x7FC12345u), denormal = 1e-40f;
  const Array x = Array::from({0.f, -0.f, inf, -inf, 88.72f, 88.73f, -104.f, denormal, nan, 3e38f, -3e38f}, {11});
  const Array e = exp(Tensor(x)).value(), t = tanh(Tensor(x)).value(), r = erf(Tensor(x)).value();
  const auto values = e.span<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.begin() + 4), (std::vector<float>{1, 1, inf, 0}));
  EXPECT_NEAR(values[4], std::exp(static_cast<double>(88.72f)), 1e32);
  EXPECT_EQ(values[5], inf);
  EXPECT_EQ(values[6], 0);
  EXPECT_EQ(values[7], 1);
  EXPECT_EQ(values[9], inf);
  EXPECT_EQ(values[10], 0);
  for (const Array& a : {e, t, r}) EXPECT_TRUE(std::isnan(a.span<float>()[8]));
  for (const Array& a : {t, r}) {
    const auto odd = a.span<float>();
    EXPECT_EQ(std::vector<float>({odd[2], odd[3], odd[9], odd[10]}), (std::vector<float>{1, -1, 1, -1}));
    EXPECT_TRUE(odd[0] == 0 && !std::signbit(odd[0]) && odd[1] == 0 && std::signbit(odd[1]));
  }
  EXPECT_EQ(t.span<float>()[7], denormal);
  const Array close = tanh(linspace(-20, 20, 40001)).value();
  for (float y : close.span<float>()) EXPECT_LE(std::abs(y), 1);
}

}  // namespace gradus::simd_test
