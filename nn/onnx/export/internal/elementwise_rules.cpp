// Formulas: arithmetic, functions, activations.
#include <cmath>
#include <numbers>

#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

template <int n>
struct OpName {
  char text[n]{};
  constexpr OpName(const char (&from)[n]) {
    for (int i = 0; i < n; ++i) text[i] = from[i];
  }
};
template <OpName op>
void same_operator(Conversion& c) {
  Conversion::Names inputs;
  for (std::size_t i = 0; i < c.inputs(); ++i) inputs.push_back(c.in(i));
  c.out(op.text, inputs);
}

// ---- arithmetic, in which the second operand may be a number

void add(Conversion& c) {
  const Term a = term(c, 0);
  if (c.says("number")) return give(a + c.number("number"));
  give(c.says("alpha") ? a + term(c, 1) * c.number("alpha") : a + term(c, 1));
}
void sub(Conversion& c) {
  const Term a = term(c, 0);
  give(c.says("alpha") ? a + term(c, 1) * c.number("alpha") : a - term(c, 1));
}
void mul(Conversion& c) {
  const Term a = term(c, 0);
  if (c.says("number") && c.number("number") == -1) return c.out("Neg", {a.name});
  give(c.says("number") ? a * c.number("number") : a * term(c, 1));
}
void div(Conversion& c) {
  const Term a = term(c, 0);
  if (c.says("number")) return give(c.number("number") / a);
  const Term quotient = a / term(c, 1);
  give(c.says("variant") ? truncated(quotient) : quotient);
}
void power(Conversion& c) {
  const Term a = term(c, 0);
  give(a.made("Pow", c.says("exponent") ? a.number(c.number("exponent")) : term(c, 1)));
}
Term rest_of(const Term& a, const Term& b) {   // with the sign of b
  const Term rest{a.c, a.c->node("Mod", {a.name, b.name}, {{"fmod", 1}}), a.dtype};
  return choose(rest * b < 0, rest + b, rest);
}
void fmod(Conversion& c) { c.out("Mod", {c.in(0), c.in(1)}, {{"fmod", 1}}); }
void remainder(Conversion& c) { give(rest_of(term(c, 0), term(c, 1))); }
void floor_divide(Conversion& c) {
  const Term a = term(c, 0), b = term(c, 1);
  give(apply("Round", (a - rest_of(a, b)) / b));
}
void clamp(Conversion& c) {
  if (c.inputs() == 3) {
    const std::string low = c.node("Max", {c.in(0), c.in(1)});
    return c.out("Min", {low, c.in(2)});
  }
  const double low = c.number("low"), high = c.number("high");
  c.out("Clip", {c.in(0), std::isinf(low) ? "" : c.like(low), std::isinf(high) ? "" : c.like(high)});
}
void lerp(Conversion& c) {
  const Term a = term(c, 0), b = term(c, 1);
  give(c.says("weight") ? a + (b - a) * c.number("weight") : a + (b - a) * term(c, 2));
}
void addcmul(Conversion& c) { give(term(c, 0) + c.number("factor") * (term(c, 1) * term(c, 2))); }
void addcdiv(Conversion& c) { give(term(c, 0) + c.number("factor") * (term(c, 1) / term(c, 2))); }
void fmax(Conversion& c) {
  const Term a = term(c, 0), b = term(c, 1);
  give(choose(a >= b || apply("IsNaN", b), a, b));
}
void fmin(Conversion& c) {
  const Term a = term(c, 0), b = term(c, 1);
  give(choose(b >= a || apply("IsNaN", b), a, b));
}
void nan_to_num(Conversion& c) {
  const Term x = term(c, 0), up = apply("IsInf", x, {{"detect_negative", 0}}), down = apply("IsInf", x, {{"detect_positive", 0}});
  give(choose(apply("IsNaN", x), c.number("nan"), choose(up, c.number("above"), choose(down, c.number("below"), x))));
}

// ---- functions

void log1p(Conversion& c) { give(apply("Log", term(c, 0) + 1)); }
void expm1(Conversion& c) { give(apply("Exp", term(c, 0)) - 1); }
void exp2(Conversion& c) { give(term(c, 0).number(2).made("Pow", term(c, 0))); }
void log2(Conversion& c) { give(apply("Log", term(c, 0)) * std::numbers::log2e); }
void log10(Conversion& c) { give(apply("Log", term(c, 0)) * std::numbers::log10e); }
void square(Conversion& c) { give(term(c, 0) * term(c, 0)); }
void rsqrt(Conversion& c) { give(apply("Reciprocal", apply("Sqrt", term(c, 0)))); }
void erfc(Conversion& c) { give(1 - apply("Erf", term(c, 0))); }
void hypot(Conversion& c) {
  const Term a = term(c, 0), b = term(c, 1);
  give(apply("Sqrt", a * a + b * b));
}
void copysign(Conversion& c) {
  const Term size = apply("Abs", term(c, 0));
  give(choose(term(c, 1) < 0, apply("Neg", size), size));
}
Term sum_of_powers(const Term& a, const Term& b, double of_base) {   // log(baseᵃ + baseᵇ) to that base
  const Term apart = apply("Neg", apply("Abs", a - b)) * of_base;
  return a.made("Max", b) + apply("Log", 1 + apply("Exp", apart)) * (1 / of_base);
}
void logaddexp(Conversion& c) { give(sum_of_powers(term(c, 0), term(c, 1), 1)); }
void logaddexp2(Conversion& c) { give(sum_of_powers(term(c, 0), term(c, 1), std::numbers::ln2)); }
void xlogy(Conversion& c) {
  const Term a = term(c, 0), b = term(c, 1);
  give(choose(a == 0, 0, a * apply("Log", b)));
}
void logit(Conversion& c) {
  Term x = term(c, 0);
  const double eps = c.number("eps");
  if (eps >= 0) x = {&c, c.node("Clip", {x.name, c.like(eps), c.like(1 - eps)}), x.dtype};
  give(apply("Log", x / (1 - x)));
}
void atan2(Conversion& c) {
  constexpr double pi = std::numbers::pi;
  const Term y = term(c, 0), x = term(c, 1), flat = apply("Atan", y / x);
  const Term behind = choose(y < 0, flat - pi, flat + pi);
  give(choose(x > 0, flat, choose(x < 0, behind, apply("Sign", y) * (pi / 2))));
}
void sinc(Conversion& c) {
  const Term x = term(c, 0) * std::numbers::pi;
  give(choose(x == 0, 1, apply("Sin", x) / x));
}
void trunc(Conversion& c) { give(truncated(term(c, 0))); }
void frac(Conversion& c) { give(term(c, 0) - truncated(term(c, 0))); }
void round(Conversion& c) {
  const Term x = term(c, 0);
  if (!c.says("power")) return give(apply("Round", x));
  const Term power = x.number(c.number("power"));
  give(c.whole("whole") ? apply("Round", x / power) * power : apply("Round", x * power) / power);
}

// ---- activations

Term softplus_of(const Term& x) { return apply("Softplus", x); }
void softplus(Conversion& c) {
  const Term x = term(c, 0);
  if (!c.says("beta")) return give(softplus_of(x));
  const Term steep = x * c.number("beta");
  give(choose(steep > c.number("threshold"), x, softplus_of(steep) * (1 / c.number("beta"))));
}
void logsigmoid(Conversion& c) { give(apply("Neg", softplus_of(apply("Neg", term(c, 0))))); }
void gelu(Conversion& c) {
  if (c.opset() >= 20) return c.out("Gelu", {c.in(0)});
  const Term x = term(c, 0);
  give(0.5 * x * (1 + apply("Erf", x * std::numbers::sqrt2 * 0.5)));
}
void gelu_tanh(Conversion& c) {
  if (c.opset() >= 20 && c.dtype(0) != f64) return c.out("Gelu", {c.in(0)}, {{"approximate", "tanh"}});   // constants of f32, in f64 too
  const Term x = term(c, 0);
  give(0.5 * x * (1 + apply("Tanh", (x + 0.044715 * (x * x * x)) * 0.7978845608028654)));
}
void silu(Conversion& c) { give(term(c, 0) * apply("Sigmoid", term(c, 0))); }
void mish(Conversion& c) {
  if (c.opset() >= 18) return c.out("Mish", {c.in(0)});
  give(term(c, 0) * apply("Tanh", softplus_of(term(c, 0))));
}
void leaky_relu(Conversion& c) {
  const double slope = c.number("slope");
  if (fit_attributes(c.dtype(0), slope)) return c.out("LeakyRelu", {c.in(0)}, {{"alpha", slope}});
  const Term x = term(c, 0);
  give(choose(x > 0, x, x * slope));
}
void prelu(Conversion& c) {
  if (c.out_shape() == c.shape(0) && c.rank(1) <= c.rank(0)) return c.out("PRelu", {c.in(0), c.in(1)});
  const Term x = term(c, 0);
  give(choose(x > 0, x, x * term(c, 1)));
}
void rrelu(Conversion& c) { c.says("slope") ? leaky_relu(c) : prelu(c); }
void elu(Conversion& c) {
  const double alpha = c.number("alpha"), scale = c.number("scale"), rate = c.number("rate");
  const bool fits = fit_attributes(c.dtype(0), alpha, scale);
  if (fits && scale == 1 && rate == 1) return c.out("Elu", {c.in(0)}, {{"alpha", alpha}});
  if (scale == 1 && c.op() == "celu" && alpha > 0 && c.dtype(0) == f32) return c.out("Celu", {c.in(0)}, {{"alpha", alpha}});
  if (fits && rate == 1) return c.out("Selu", {c.in(0)}, {{"alpha", alpha}, {"gamma", scale}});
  const Term x = term(c, 0);
  give(choose(x > 0, x, alpha * (apply("Exp", x * rate) - 1)) * scale);
}
// A sixth is no f32, which attributes are, so f64 gets the formula.
Term sixths(const Term& x) { return {x.c, x.c->node("Clip", {(x + 3.0).name, x.number(0).name, x.number(6).name}), x.dtype}; }
void hardsigmoid(Conversion& c) {
  if (c.dtype(0) == f64) return give(sixths(term(c, 0)) / 6.0);
  c.out("HardSigmoid", {c.in(0)}, {{"alpha", 1. / 6}, {"beta", 0.5}});
}
void hardswish(Conversion& c) {
  if (c.dtype(0) == f64) return give(term(c, 0) * sixths(term(c, 0)) / 6.0);
  c.out("HardSwish", {c.in(0)});
}
void shrunk(Conversion& c, double lambda, double bias) {
  // onnxruntime's is of f32 whatever it is given.
  if (c.dtype(0) != f64) return c.out("Shrink", {c.in(0)}, {{"lambd", lambda}, {"bias", bias}});
  const Term x = term(c, 0);
  give(choose(x > lambda, x - bias, choose(x < -lambda, x + bias, x * 0)));
}
void hardshrink(Conversion& c) { shrunk(c, c.number("lambda"), 0); }
void softshrink(Conversion& c) { shrunk(c, c.number("lambda"), c.number("lambda")); }
void tanhshrink(Conversion& c) { give(term(c, 0) - apply("Tanh", term(c, 0))); }
void threshold(Conversion& c) { give(choose(term(c, 0) > c.number("limit"), term(c, 0), c.number("otherwise"))); }
void glu(Conversion& c) { give(term(c, 0) * apply("Sigmoid", term(c, 1))); }

}  // namespace

void add_elementwise_rules(Rules& r) {
  r["add"] = add, r["sub"] = sub, r["mul"] = r["deg2rad"] = r["rad2deg"] = mul, r["div"] = div, r["pow"] = power;
  r["maximum"] = same_operator<"Max">, r["minimum"] = same_operator<"Min">;
  r["fmod"] = fmod, r["remainder"] = remainder, r["floor_divide"] = floor_divide;
  r["clamp"] = r["clamp_min"] = r["clamp_max"] = r["relu6"] = r["hardtanh"] = clamp;
  r["lerp"] = lerp, r["addcmul"] = addcmul, r["addcdiv"] = addcdiv, r["fmax"] = fmax, r["fmin"] = fmin, r["nan_to_num"] = nan_to_num;

  r["exp"] = same_operator<"Exp">, r["log"] = same_operator<"Log">, r["sqrt"] = same_operator<"Sqrt">, r["abs"] = same_operator<"Abs">;
  r["sign"] = same_operator<"Sign">, r["tanh"] = same_operator<"Tanh">, r["erf"] = same_operator<"Erf">;
  r["reciprocal"] = same_operator<"Reciprocal">, r["floor"] = same_operator<"Floor">, r["ceil"] = same_operator<"Ceil">;
  r["sin"] = same_operator<"Sin">, r["cos"] = same_operator<"Cos">, r["tan"] = same_operator<"Tan">, r["asin"] = same_operator<"Asin">;
  r["acos"] = same_operator<"Acos">, r["atan"] = same_operator<"Atan">, r["sinh"] = same_operator<"Sinh">;
  r["cosh"] = same_operator<"Cosh">;
  r["asinh"] = same_operator<"Asinh">, r["acosh"] = same_operator<"Acosh">, r["atanh"] = same_operator<"Atanh">;
  r["log1p"] = log1p, r["expm1"] = expm1, r["exp2"] = exp2, r["log2"] = log2, r["log10"] = log10, r["square"] = square, r["rsqrt"] = rsqrt;
  r["erfc"] = erfc, r["hypot"] = hypot, r["copysign"] = copysign, r["logaddexp"] = logaddexp, r["logaddexp2"] = logaddexp2;
  r["xlogy"] = xlogy, r["logit"] = logit, r["atan2"] = atan2, r["sinc"] = sinc, r["trunc"] = trunc, r["frac"] = frac, r["round"] = round;

  r["relu"] = same_operator<"Relu">, r["sigmoid"] = same_operator<"Sigmoid">, r["softsign"] = same_operator<"Softsign">;
  r["hardswish"] = hardswish, r["softplus"] = softplus, r["logsigmoid"] = logsigmoid, r["gelu"] = gelu;
  r["gelu_tanh"] = gelu_tanh, r["silu"] = silu, r["mish"] = mish, r["leaky_relu"] = leaky_relu, r["prelu"] = prelu, r["rrelu"] = rrelu;
  r["elu"] = r["celu"] = r["selu"] = elu, r["hardsigmoid"] = hardsigmoid, r["hardshrink"] = hardshrink, r["softshrink"] = softshrink;
  r["tanhshrink"] = tanhshrink, r["threshold"] = threshold, r["glu"] = glu;
}

}  // namespace gradus::nn::onnx
