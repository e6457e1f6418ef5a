// Level plain, the loops without SIMD registers that WebAssembly and unknown processors have: every formula on them against the same on
// doubles.
#ifndef GRADUS_PLAIN
#define GRADUS_PLAIN
#endif
#define GRADUS_SIMD_LEVEL plain
#include <gradus/autograd/formula/rows.h>

#include <cmath>
#include <limits>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/formulas/words.h>

#include "support.h"

namespace gradus::kernels::plain::plain_test {

void expect_same(double ours, double reference, double tolerance, std::string_view name, double at) {
  if (std::isnan(reference)) EXPECT_TRUE(std::isnan(ours)) << name << "(" << at << ") is " << ours;
  else if (std::isinf(reference)) EXPECT_EQ(ours, reference) << name << "(" << at << ")";
  else EXPECT_NEAR(ours, reference, tolerance * (1 + std::abs(reference))) << name << "(" << at << ")";
}

template <class F>
double slope_at_output(const F& f, double y) {
  if constexpr (PullsAtOutput<F>) return f.pull_at_output(1.0, y);
  else return f.slope_at_output(y);
}

template <class F, class T>
void check_rows() {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  constexpr std::size_t inputs = operands_of<F>;
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
  const F f{};
  std::vector<T> x, y;
  for (const double a : {-inf, -3., -0.5, -0., 0., 0.25, 1., 2., 30., inf, nan})
    for (const double b : {-2., 0., 0.25, 2., nan}) x.push_back(static_cast<T>(a)), y.push_back(static_cast<T>(b));
  const auto n = static_cast<std::int64_t>(x.size());
  std::vector<T> value(x.size()), slope(x.size()), ones(x.size(), T(1));

  const void* in[] = {x.data(), y.data(), x.data()};
  const bool moves[] = {true, true, true};
  void* out[] = {value.data()};
  value_row<F, T, inputs>(&f, in, moves, out, n);
  for (std::size_t i = 0; i < x.size(); ++i) {
    double reference;
    if constexpr (inputs == 1) reference = f.value(static_cast<double>(x[i]));
    else if constexpr (inputs == 2) reference = f.value(static_cast<double>(x[i]), static_cast<double>(y[i]));
    else reference = f.value(static_cast<double>(x[i]), static_cast<double>(y[i]), static_cast<double>(x[i]));
    expect_same(value[i], static_cast<double>(static_cast<T>(reference)), tolerance, f.name, x[i]);
  }
  if constexpr (ReadsOutput<F>) {
    const void* output_and_gradient[] = {value.data(), ones.data()};
    void* to[] = {slope.data()};
    output_slope_row<F, T>(&f, output_and_gradient, moves, to, n);
    for (std::size_t i = 0; i < x.size(); ++i)
      expect_same(slope[i], static_cast<T>(slope_at_output(f, static_cast<double>(value[i]))), 100 * tolerance, f.name, x[i]);
  }
}

template <class... F>
void check_all(formulas::List<F...>) { (check_rows<F, float>(), ...), (check_rows<F, double>(), ...); }

TEST(Plain, EveryFormula) {
  check_all(formulas::Activation{});
  check_all(formulas::Arithmetic{});
  check_all(formulas::Math{});
  check_all(formulas::Trigonometry{});
  check_all(formulas::Rounding{});
  check_all(formulas::Blend{});
  check_all(formulas::Special{});
}

}  // namespace gradus::kernels::plain::plain_test
