#include <cmath>

#include <xtensor/xmath.hpp>

#include <gradus/autograd/array/xtensor.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>

#include "autograd/ops/xtensor_oracle.h"

namespace gradus {
namespace {

using X = xt::xarray<double>;
using Tensors = std::vector<Tensor>;

template <class F>
auto one(F f) {
  return [f](const std::vector<Array>& in) {
    const X x = as_xtensor<double>(in[0]);
    return from_xtensor(X(f(x)));
  };
}
template <class F>
auto two(F f) {
  return [f](const std::vector<Array>& in) {
    const X a = as_xtensor<double>(in[0]), b = as_xtensor<double>(in[1]);
    return from_xtensor(X(f(a, b)));
  };
}

OracleRow unary(std::string name, Tensor (*f)(const Tensor&), auto oracle, OracleInput input = {}) {
  return {std::move(name), [f](const Tensors& in) { return f(in[0]); }, one(oracle), {input}};
}
// Against a plain number, which the function has inside.
OracleRow with_number(std::string name, auto f, auto oracle, OracleInput input = {}) {
  return {std::move(name), [f](const Tensors& in) { return f(in[0]); }, one(oracle), {input}};
}
OracleRow binary(std::string name, auto f, auto oracle, OracleInput a = {}, OracleInput b = {}) {
  return {std::move(name), [f](const Tensors& in) { return f(in[0], in[1]); }, two(oracle), {a, b}};
}

const OracleInput positive{0.1, 3}, whole{-3, 3, true}, divisor{1, 4, true};

void add_functions(std::vector<OracleRow>& rows) {
  const double root2 = std::sqrt(2.), root2pi = std::sqrt(2 / M_PI);
  rows.push_back(unary("exp", exp, [](const X& x) { return xt::exp(x); }));
  rows.push_back(unary("log", log, [](const X& x) { return xt::log(x); }, positive));
  rows.push_back(unary("log1p", log1p, [](const X& x) { return xt::log1p(x); }, {-0.9, 2}));
  rows.push_back(unary("sqrt", sqrt, [](const X& x) { return xt::sqrt(x); }, positive));
  rows.push_back(unary("square", square, [](const X& x) { return xt::square(x); }));
  rows.push_back(unary("abs", abs, [](const X& x) { return xt::abs(x); }));
  rows.push_back(unary("sign", sign, [](const X& x) { return xt::sign(x); }, whole));
  rows.push_back(unary("tanh", tanh, [](const X& x) { return xt::tanh(x); }));
  rows.push_back(unary("sigmoid", sigmoid, [](const X& x) { return 1. / (1. + xt::exp(-x)); }, {-9, 9}));
  rows.push_back(unary("softplus", softplus, [](const X& x) { return xt::log1p(xt::exp(-xt::abs(x))) + xt::maximum(x, 0.); }, {-20, 20}));
  rows.push_back(unary("erf", erf, [](const X& x) { return xt::erf(x); }));
  rows.push_back(unary("relu", relu, [](const X& x) { return xt::maximum(x, 0.); }));
  rows.push_back(unary("gelu", gelu, [=](const X& x) { return 0.5 * x * (1. + xt::erf(x / root2)); }));
  rows.push_back(unary("gelu_tanh", gelu_tanh,
                       [=](const X& x) { return 0.5 * x * (1. + xt::tanh(root2pi * (x + 0.044715 * x * x * x))); }));
  rows.push_back(unary("silu", silu, [](const X& x) { return x / (1. + xt::exp(-x)); }, {-9, 9}));
  rows.push_back(unary("mish", mish, [](const X& x) { return x * xt::tanh(xt::log1p(xt::exp(x))); }, {-9, 9}));
  rows.push_back(unary("neg", neg, [](const X& x) { return -x; }));
  rows.push_back(unary("operator-", [](const Tensor& x) { return -x; }, [](const X& x) { return -x; }));
  rows.push_back(unary("operator+", [](const Tensor& x) { return +x; }, [](const X& x) { return x; }));
  rows.push_back(with_number("clamp", [](const Tensor& x) { return clamp(x, -0.5, 1); }, [](const X& x) { return xt::clip(x, -0.5, 1.); }));
}

void add_arithmetic(std::vector<OracleRow>& rows) {
  const auto sum = [](const X& a, const X& b) { return a + b; };
  const auto difference = [](const X& a, const X& b) { return a - b; };
  const auto product = [](const X& a, const X& b) { return a * b; };
  const auto ratio = [](const X& a, const X& b) { return a / b; };
  rows.push_back(binary("add", [](const Tensor& a, const Tensor& b) { return add(a, b); }, sum));
  rows.push_back(binary("sub", [](const Tensor& a, const Tensor& b) { return sub(a, b); }, difference));
  rows.push_back(binary("mul", [](const Tensor& a, const Tensor& b) { return mul(a, b); }, product));
  rows.push_back(binary("div", [](const Tensor& a, const Tensor& b) { return div(a, b); }, ratio, {}, positive));
  rows.push_back(binary("operator+", [](const Tensor& a, const Tensor& b) { return a + b; }, sum));
  rows.push_back(binary("operator-", [](const Tensor& a, const Tensor& b) { return a - b; }, difference));
  rows.push_back(binary("operator*", [](const Tensor& a, const Tensor& b) { return a * b; }, product));
  rows.push_back(binary("operator/", [](const Tensor& a, const Tensor& b) { return a / b; }, ratio, {}, positive));
  rows.push_back(with_number("operator-", [](const Tensor& x) { return 2.5 - x; }, [](const X& x) { return 2.5 - x; }));
  rows.push_back(with_number("operator/", [](const Tensor& x) { return 2.5 / x; }, [](const X& x) { return 2.5 / x; }, positive));
  rows.push_back(with_number("add", [](const Tensor& x) { return add(x, 0.5); }, [](const X& x) { return x + 0.5; }));
  rows.push_back(with_number("mul", [](const Tensor& x) { return mul(x, -3); }, [](const X& x) { return x * -3.; }));
  const auto power = [](const X& a, const X& b) { return xt::pow(a, b); };
  rows.push_back(binary("pow", [](const Tensor& a, const Tensor& b) { return pow(a, b); }, power, positive));
  rows.push_back(with_number("pow", [](const Tensor& x) { return pow(x, 2.5); }, [](const X& x) { return xt::pow(x, 2.5); }, positive));
  rows.push_back(with_number("pow", [](const Tensor& x) { return pow(1.5, x); }, [](const X& x) { return xt::pow(1.5, x); }));
  rows.push_back(binary("maximum", [](const Tensor& a, const Tensor& b) { return maximum(a, b); },
                        [](const X& a, const X& b) { return xt::maximum(a, b); }));
  rows.push_back(binary("minimum", [](const Tensor& a, const Tensor& b) { return minimum(a, b); },
                        [](const X& a, const X& b) { return xt::minimum(a, b); }));
  rows.push_back(binary("floor_divide", [](const Tensor& a, const Tensor& b) { return floor_divide(a.to(i64), b.to(i64)); },
                        [](const X& a, const X& b) { return xt::floor(a / b); }, {-20, 20, true}, divisor));
  rows.push_back(binary("remainder", [](const Tensor& a, const Tensor& b) { return remainder(a.to(i64), b.to(i64)); },
                        [](const X& a, const X& b) { return a - b * xt::floor(a / b); }, {-20, 20, true}, divisor));
}

void add_logic(std::vector<OracleRow>& rows) {
  const auto row = [&](const char* name, auto f, auto oracle) { rows.push_back(binary(name, f, oracle, whole, whole)); };
  row("operator==", [](const Tensor& a, const Tensor& b) { return a == b; }, [](const X& a, const X& b) { return xt::equal(a, b); });
  row("operator!=", [](const Tensor& a, const Tensor& b) { return a != b; }, [](const X& a, const X& b) { return xt::not_equal(a, b); });
  row("operator<", [](const Tensor& a, const Tensor& b) { return a < b; }, [](const X& a, const X& b) { return a < b; });
  row("operator<=", [](const Tensor& a, const Tensor& b) { return a <= b; }, [](const X& a, const X& b) { return a <= b; });
  row("operator>", [](const Tensor& a, const Tensor& b) { return a > b; }, [](const X& a, const X& b) { return a > b; });
  row("operator>=", [](const Tensor& a, const Tensor& b) { return a >= b; }, [](const X& a, const X& b) { return a >= b; });
  const auto both = [](const X& a, const X& b) { return a && b; };
  const auto either = [](const X& a, const X& b) { return a || b; };
  row("logical_and", [](const Tensor& a, const Tensor& b) { return logical_and(a, b); }, both);
  row("logical_or", [](const Tensor& a, const Tensor& b) { return logical_or(a, b); }, either);
  row("logical_xor", [](const Tensor& a, const Tensor& b) { return logical_xor(a, b); },
      [](const X& a, const X& b) { return xt::not_equal(xt::not_equal(a, 0.), xt::not_equal(b, 0.)); });
  row("operator&&", [](const Tensor& a, const Tensor& b) { return a && b; }, both);
  row("operator||", [](const Tensor& a, const Tensor& b) { return a || b; }, either);
  rows.push_back(unary("logical_not", logical_not, [](const X& x) { return !x; }, whole));
  rows.push_back(unary("operator!", [](const Tensor& x) { return !x; }, [](const X& x) { return !x; }, whole));
  row("where", [](const Tensor& a, const Tensor& b) { return where(a > b, a, b * 2); },
      [](const X& a, const X& b) { return xt::where(a > b, a, b * 2.); });
  row("where", [](const Tensor& a, const Tensor& b) { return where(a > b, 7, b); },
      [](const X& a, const X& b) { return xt::where(a > b, 7., b); });
}

}  // namespace

std::vector<OracleRow> elementwise_oracle() {
  std::vector<OracleRow> rows;
  add_functions(rows);
  add_arithmetic(rows);
  add_logic(rows);
  return rows;
}

}  // namespace gradus
