// Arithmetic and elementwise mathematics.
#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/rounding.h>
#include <gradus/autograd/ops/trigonometry.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

template <Tensor (*f)(const Tensor&)>
Run unary(NodeReader&) {
  return one([](In x) { return f(x[0]); });
}
template <Tensor (*f)(const Tensor&, const Tensor&)>
Run binary(NodeReader&) {
  return one([](In x) { return f(x[0], x[1]); });
}
template <Tensor (*f)(const Tensor&, const Tensor&)>
Run chain(NodeReader& node) {
  node.expect(node.inputs() >= 1, "no inputs");
  return one([](In x) {
    Tensor y = x[0];
    for (std::size_t i = 1; i < x.size(); ++i) y = f(y, x[i]);
    return y;
  });
}

Tensor identity_of(const Tensor& x) { return x; }
// Whole numbers stay what they are where these of ours are of floats alone.
template <Tensor (*f)(const Tensor&)>
Tensor of_floats(const Tensor& x) { return is_floating(x.dtype()) ? f(x) : x; }
Tensor quotient(const Tensor& a, const Tensor& b) { return is_floating(a.dtype()) ? div(a, b) : div(a, b, Rounding::trunc); }
Tensor round_half_even(const Tensor& x) { return round(x); }

Tensor power(const Tensor& x, const Tensor& exponent) {
  if (exponent.size() == 1 && !exponent.requires_grad() && exponent.rank() <= x.rank()) {   // one pass, and exact for squares
    const double e = only_number(exponent);
    if (is_floating(x.dtype()) || (e >= 0 && e == std::floor(e))) return pow(x, e);
  }
  if (exponent.dtype() == x.dtype()) return pow(x, exponent);
  if (is_floating(x.dtype())) return pow(x, exponent.to(x.dtype()));
  return pow(x.to(f64), exponent.to(f64)).to(x.dtype());
}

Run modulo(NodeReader& node) {
  if (node.flag("fmod", false)) return one([](In x) { return fmod(x[0], x[1]); });
  return one([](In x) { return remainder(x[0], x[1]); });
}

Run mean_of_all(NodeReader& node) {
  node.expect(node.inputs() >= 1, "no inputs");
  return one([](In x) {
    Tensor y = x[0];
    for (std::size_t i = 1; i < x.size(); ++i) y = y + x[i];
    return y / static_cast<double>(x.size());
  });
}

Tensor at_least(const Tensor& x, const Tensor& low) { return low.defined() ? clamp_min(x, low) : x; }
Tensor at_most(const Tensor& x, const Tensor& high) { return high.defined() ? clamp_max(x, high) : x; }
Run clip(NodeReader&) {
  return one([](In x) { return at_most(at_least(x[0], x[1]), x[2]); });
}
Run clip_by_attributes(NodeReader& node) {
  const double low = node.number("min", -INFINITY), high = node.number("max", INFINITY);
  return one([low, high](In x) { return clamp_max(clamp_min(x[0], low), high); });
}

constexpr Operator elementwise_rows[] = {
    {"Abs", 6, 1, 1, 1, unary<abs>, 0, folds},
    {"Acos", 7, 1, 1, 1, unary<acos>},
    {"Acosh", 9, 1, 1, 1, unary<acosh>},
    {"Add", 7, 2, 2, 1, binary<add>, 0, folds},
    {"Asin", 7, 1, 1, 1, unary<asin>},
    {"Asinh", 9, 1, 1, 1, unary<asinh>},
    {"Atan", 7, 1, 1, 1, unary<atan>},
    {"Atanh", 9, 1, 1, 1, unary<atanh>},
    {"Ceil", 6, 1, 1, 1, unary<of_floats<ceil>>, 0, folds},
    {"Clip", 6, 1, 1, 1, clip_by_attributes},
    {"Clip", 11, 1, 3, 1, clip, 0b110},
    {"Cos", 7, 1, 1, 1, unary<cos>, 0, folds},
    {"Cosh", 9, 1, 1, 1, unary<cosh>},
    {"Div", 7, 2, 2, 1, binary<quotient>, 0, folds},
    {"Erf", 9, 1, 1, 1, unary<erf>},
    {"Exp", 6, 1, 1, 1, unary<exp>, 0, folds},
    {"Floor", 6, 1, 1, 1, unary<of_floats<floor>>, 0, folds},
    {"Identity", 1, 1, 1, 1, unary<identity_of>, 0, folds},
    {"Log", 6, 1, 1, 1, unary<log>, 0, folds},
    {"Max", 8, 1, any, 1, chain<maximum>, 0, folds},
    {"Mean", 8, 1, any, 1, mean_of_all},
    {"Min", 8, 1, any, 1, chain<minimum>, 0, folds},
    {"Mod", 10, 2, 2, 1, modulo, 0, folds},
    {"Mul", 7, 2, 2, 1, binary<mul>, 0, folds},
    {"Neg", 6, 1, 1, 1, unary<neg>, 0, folds},
    {"Pow", 7, 2, 2, 1, binary<power>, 0, folds},
    {"Reciprocal", 6, 1, 1, 1, unary<reciprocal>, 0, folds},
    {"Round", 11, 1, 1, 1, unary<round_half_even>},
    {"Sign", 9, 1, 1, 1, unary<sign>},
    {"Sin", 7, 1, 1, 1, unary<sin>, 0, folds},
    {"Sinh", 9, 1, 1, 1, unary<sinh>},
    {"Sqrt", 6, 1, 1, 1, unary<sqrt>, 0, folds},
    {"Sub", 7, 2, 2, 1, binary<sub>, 0, folds},
    {"Sum", 8, 1, any, 1, chain<add>, 0, folds},
    {"Tan", 7, 1, 1, 1, unary<tan>},
    {"Tanh", 6, 1, 1, 1, unary<tanh>},
};

}  // namespace

std::span<const Operator> elementwise_operators() { return elementwise_rows; }

}  // namespace gradus::nn::onnx
