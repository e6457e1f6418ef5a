#include <algorithm>
#include <cmath>

#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>

#include <gradus/autograd/array/xtensor.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

#include "autograd/ops/xtensor_oracle.h"

namespace gradus {
namespace {

using X = xt::xarray<double>;
using Tensors = std::vector<Tensor>;

Tensors broadcast(const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "broadcast");
  return {expand(a, shape), expand(b, shape)};
}

// xtensor broadcasts, walks and lays out what is a function of numbers by <cmath>. By pointers, so that it is compiled once for all.
using OfOne = double (*)(double);
using OfTwo = double (*)(double, double);

OracleRow unary(std::string name, Tensor (*f)(const Tensor&), OfOne oracle, OracleInput input = {}) {
  const auto by_xtensor = [oracle](const std::vector<Array>& in) {
    return from_xtensor(X(xt::make_lambda_xfunction(oracle, as_xtensor<double>(in[0]))));
  };
  return {std::move(name), [f](const Tensors& in) { return f(in[0]); }, by_xtensor, {input}};
}
OracleRow binary(std::string name, Tensor (*f)(const Tensor&, const Tensor&), OfTwo oracle, OracleInput a = {}, OracleInput b = {}) {
  const auto by_xtensor = [oracle](const std::vector<Array>& in) {
    return from_xtensor(X(xt::make_lambda_xfunction(oracle, as_xtensor<double>(in[0]), as_xtensor<double>(in[1]))));
  };
  return {std::move(name), [f](const Tensors& in) { return f(in[0], in[1]); }, by_xtensor, {a, b}};
}

const OracleInput positive{0.1, 3}, whole{-3, 3, true}, divisor{1, 4, true};

void add_functions(std::vector<OracleRow>& rows) {
  rows.push_back(unary("exp", exp, [](double x) { return std::exp(x); }));
  rows.push_back(unary("log", log, [](double x) { return std::log(x); }, positive));
  rows.push_back(unary("log1p", log1p, [](double x) { return std::log1p(x); }, {-0.9, 2}));
  rows.push_back(unary("sqrt", sqrt, [](double x) { return std::sqrt(x); }, positive));
  rows.push_back(unary("square", square, [](double x) { return x * x; }));
  rows.push_back(unary("abs", abs, [](double x) { return std::abs(x); }));
  rows.push_back(unary("sign", sign, [](double x) { return double((x > 0) - (x < 0)); }, whole));
  rows.push_back(unary("tanh", tanh, [](double x) { return std::tanh(x); }));
  rows.push_back(unary("sigmoid", sigmoid, [](double x) { return 1. / (1. + std::exp(-x)); }, {-9, 9}));
  rows.push_back(unary("softplus", softplus, [](double x) { return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.); }, {-20, 20}));
  rows.push_back(unary("erf", erf, [](double x) { return std::erf(x); }));
  rows.push_back(unary("relu", relu, [](double x) { return std::max(x, 0.); }));
  rows.push_back(unary("gelu", gelu, [](double x) { return 0.5 * x * (1. + std::erf(x / std::sqrt(2.))); }));
  rows.push_back(unary("gelu_tanh", gelu_tanh,
                       [](double x) { return 0.5 * x * (1. + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }));
  rows.push_back(unary("silu", silu, [](double x) { return x / (1. + std::exp(-x)); }, {-9, 9}));
  rows.push_back(unary("mish", mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, {-9, 9}));
  rows.push_back(unary("neg", neg, [](double x) { return -x; }));
  rows.push_back(unary("operator-", [](const Tensor& x) { return -x; }, [](double x) { return -x; }));
  rows.push_back(unary("operator+", [](const Tensor& x) { return +x; }, [](double x) { return x; }));
  rows.push_back(unary("clamp", [](const Tensor& x) { return clamp(x, -0.5, 1); }, [](double x) { return std::clamp(x, -0.5, 1.); }));
  rows.push_back(unary("exp2", exp2, [](double x) { return std::exp2(x); }));
  rows.push_back(unary("expm1", expm1, [](double x) { return std::expm1(x); }));
  rows.push_back(unary("log2", log2, [](double x) { return std::log2(x); }, positive));
  rows.push_back(unary("log10", log10, [](double x) { return std::log10(x); }, positive));
  rows.push_back(unary("rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, positive));
  rows.push_back(unary("reciprocal", reciprocal, [](double x) { return 1 / x; }, positive));
  rows.push_back(binary("logaddexp", logaddexp, [](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }));
  rows.push_back(binary("logaddexp2", logaddexp2, [](double a, double b) { return std::log2(std::exp2(a) + std::exp2(b)); }));
  rows.push_back(binary("hypot", hypot, [](double a, double b) { return std::hypot(a, b); }));
  rows.push_back(binary("copysign", [](const Tensor& a, const Tensor& b) { return copysign(a, b); },
                        [](double a, double b) { return std::copysign(a, b); }));
  rows.push_back(binary("ldexp", ldexp, [](double a, double b) { return a * std::exp2(b); }));
}

void add_activations(std::vector<OracleRow>& rows) {
  const OracleInput wide{-9, 9};
  rows.push_back(unary("logsigmoid", logsigmoid, [](double x) { return -std::log1p(std::exp(-x)); }));
  rows.push_back(unary("relu6", relu6, [](double x) { return std::clamp(x, 0., 6.); }, wide));
  rows.push_back(unary("leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.1); }, [](double x) { return x > 0 ? x : 0.1 * x; }));
  rows.push_back(unary("prelu", [](const Tensor& x) { return prelu(x, Tensor(Array::full({1}, 0.25, x.dtype()))); },
                       [](double x) { return x > 0 ? x : 0.25 * x; }));
  rows.push_back(unary("rrelu", [](const Tensor& x) { return rrelu(x, 0.25, 0.75); }, [](double x) { return x > 0 ? x : 0.5 * x; }));
  rows.push_back(unary("elu", [](const Tensor& x) { return elu(x, 2); }, [](double x) { return x > 0 ? x : 2 * std::expm1(x); }));
  rows.push_back(unary("celu", [](const Tensor& x) { return celu(x, 2); }, [](double x) { return x > 0 ? x : 2 * std::expm1(x / 2); }));
  rows.push_back(unary("selu", selu, [](double x) {
    return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
  }));
  rows.push_back(unary("hardtanh", [](const Tensor& x) { return hardtanh(x); }, [](double x) { return std::clamp(x, -1., 1.); }));
  rows.push_back(unary("hardsigmoid", hardsigmoid, [](double x) { return std::clamp(x + 3, 0., 6.) / 6; }, wide));
  rows.push_back(unary("hardswish", hardswish, [](double x) { return x * std::clamp(x + 3, 0., 6.) / 6; }, wide));
  rows.push_back(unary("hardshrink", [](const Tensor& x) { return hardshrink(x); }, [](double x) { return std::abs(x) > 0.5 ? x : 0; }));
  rows.push_back(unary("softshrink", [](const Tensor& x) { return softshrink(x); },
                       [](double x) { return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0; }));
  rows.push_back(unary("tanhshrink", tanhshrink, [](double x) { return x - std::tanh(x); }));
  rows.push_back(unary("softsign", softsign, [](double x) { return x / (1 + std::abs(x)); }));
  rows.push_back(unary("threshold", [](const Tensor& x) { return threshold(x, 0.5, -1); }, [](double x) { return x > 0.5 ? x : -1; }));
  rows.push_back(binary("glu", [](const Tensor& a, const Tensor& b) { return squeeze(glu(stack(broadcast(a, b), 0), 0), 0); },
                        [](double a, double b) { return a / (1 + std::exp(-b)); }));
}

void add_arithmetic(std::vector<OracleRow>& rows) {
  const auto sum = [](double a, double b) { return a + b; };
  const auto difference = [](double a, double b) { return a - b; };
  const auto product = [](double a, double b) { return a * b; };
  const auto ratio = [](double a, double b) { return a / b; };
  rows.push_back(binary("add", [](const Tensor& a, const Tensor& b) { return add(a, b); }, sum));
  rows.push_back(binary("sub", [](const Tensor& a, const Tensor& b) { return sub(a, b); }, difference));
  rows.push_back(binary("mul", [](const Tensor& a, const Tensor& b) { return mul(a, b); }, product));
  rows.push_back(binary("div", [](const Tensor& a, const Tensor& b) { return div(a, b); }, ratio, {}, positive));
  rows.push_back(binary("operator+", [](const Tensor& a, const Tensor& b) { return a + b; }, sum));
  rows.push_back(binary("operator-", [](const Tensor& a, const Tensor& b) { return a - b; }, difference));
  rows.push_back(binary("operator*", [](const Tensor& a, const Tensor& b) { return a * b; }, product));
  rows.push_back(binary("operator/", [](const Tensor& a, const Tensor& b) { return a / b; }, ratio, {}, positive));
  rows.push_back(unary("operator-", [](const Tensor& x) { return 2.5 - x; }, [](double x) { return 2.5 - x; }));
  rows.push_back(unary("operator/", [](const Tensor& x) { return 2.5 / x; }, [](double x) { return 2.5 / x; }, positive));
  rows.push_back(unary("add", [](const Tensor& x) { return add(x, 0.5); }, [](double x) { return x + 0.5; }));
  rows.push_back(unary("mul", [](const Tensor& x) { return mul(x, -3); }, [](double x) { return x * -3.; }));
  const auto power = [](double a, double b) { return std::pow(a, b); };
  rows.push_back(binary("pow", [](const Tensor& a, const Tensor& b) { return pow(a, b); }, power, positive));
  rows.push_back(unary("pow", [](const Tensor& x) { return pow(x, 2.5); }, [](double x) { return std::pow(x, 2.5); }, positive));
  rows.push_back(unary("pow", [](const Tensor& x) { return pow(1.5, x); }, [](double x) { return std::pow(1.5, x); }));
  rows.push_back(binary("maximum", [](const Tensor& a, const Tensor& b) { return maximum(a, b); },
                        [](double a, double b) { return std::max(a, b); }));
  rows.push_back(binary("minimum", [](const Tensor& a, const Tensor& b) { return minimum(a, b); },
                        [](double a, double b) { return std::min(a, b); }));
  rows.push_back(binary("floor_divide", [](const Tensor& a, const Tensor& b) { return floor_divide(a.to(i64), b.to(i64)); },
                        [](double a, double b) { return std::floor(a / b); }, {-20, 20, true}, divisor));
  rows.push_back(binary("remainder", [](const Tensor& a, const Tensor& b) { return remainder(a.to(i64), b.to(i64)); },
                        [](double a, double b) { return a - b * std::floor(a / b); }, {-20, 20, true}, divisor));
}

void add_logic(std::vector<OracleRow>& rows) {
  const auto row = [&](const char* name, Tensor (*f)(const Tensor&, const Tensor&), OfTwo oracle) {
    rows.push_back(binary(name, f, oracle, whole, whole));
  };
  row("operator==", [](const Tensor& a, const Tensor& b) { return a == b; }, [](double a, double b) { return double(a == b); });
  row("operator!=", [](const Tensor& a, const Tensor& b) { return a != b; }, [](double a, double b) { return double(a != b); });
  row("operator<", [](const Tensor& a, const Tensor& b) { return a < b; }, [](double a, double b) { return double(a < b); });
  row("operator<=", [](const Tensor& a, const Tensor& b) { return a <= b; }, [](double a, double b) { return double(a <= b); });
  row("operator>", [](const Tensor& a, const Tensor& b) { return a > b; }, [](double a, double b) { return double(a > b); });
  row("operator>=", [](const Tensor& a, const Tensor& b) { return a >= b; }, [](double a, double b) { return double(a >= b); });
  const auto both = [](double a, double b) { return double(a && b); };
  const auto either = [](double a, double b) { return double(a || b); };
  row("logical_and", [](const Tensor& a, const Tensor& b) { return logical_and(a, b); }, both);
  row("logical_or", [](const Tensor& a, const Tensor& b) { return logical_or(a, b); }, either);
  row("logical_xor", [](const Tensor& a, const Tensor& b) { return logical_xor(a, b); },
      [](double a, double b) { return double((a != 0) != (b != 0)); });
  row("operator&&", [](const Tensor& a, const Tensor& b) { return a && b; }, both);
  row("operator||", [](const Tensor& a, const Tensor& b) { return a || b; }, either);
  rows.push_back(unary("logical_not", logical_not, [](double x) { return double(!x); }, whole));
  rows.push_back(unary("operator!", [](const Tensor& x) { return !x; }, [](double x) { return double(!x); }, whole));
  row("where", [](const Tensor& a, const Tensor& b) { return where(a > b, a, b * 2); },
      [](double a, double b) { return a > b ? a : b * 2; });
  row("isclose", [](const Tensor& a, const Tensor& b) { return isclose(a, b, 0, 1.5); },
      [](double a, double b) { return double(std::abs(a - b) <= 1.5); });
  row("heaviside", [](const Tensor& a, const Tensor& b) { return heaviside(a, b); },
      [](double a, double b) { return a == 0 ? b : double(a > 0); });
  rows.push_back(unary("isnan", [](const Tensor& x) { return isnan(x); }, [](double x) { return double(std::isnan(x)); }));
  rows.push_back(unary("isinf", [](const Tensor& x) { return isinf(1 / x); }, [](double x) { return double(x == 0); }, whole));
  rows.push_back(unary("isfinite", [](const Tensor& x) { return isfinite(1 / x); }, [](double x) { return double(x != 0); }, whole));
  rows.push_back(unary("signbit", [](const Tensor& x) { return signbit(x); }, [](double x) { return double(x < 0); }));
  row("where", [](const Tensor& a, const Tensor& b) { return where(a > b, 7, b); },
      [](double a, double b) { return a > b ? 7 : b; });
}

}  // namespace

std::vector<OracleRow> elementwise_oracle() {
  std::vector<OracleRow> rows;
  add_functions(rows);
  add_activations(rows);
  add_arithmetic(rows);
  add_logic(rows);
  return rows;
}

}  // namespace gradus
