// Values of a graph under construction with signs for arithmetic, so that a composition reads as its formula:
//   const Term x = term(c, 0);  c.out((x * sigmoid(x)).name);
#pragma once
#include <string>
#include <utility>

#include <gradus/nn/onnx/export/internal/conversion.h>

namespace gradus::nn::onnx {

struct Term {
  Conversion* c;
  std::string name;
  Dtype dtype;
  Term made(const char* op, const Term& other) const { return {c, c->node(op, {name, other.name}), dtype}; }
  Term number(double n) const { return {c, c->scalar(n, dtype), dtype}; }
};
inline Term term(Conversion& c, std::size_t i) { return {&c, c.in(i), c.dtype(i)}; }

inline Term operator+(const Term& a, const Term& b) { return a.made("Add", b); }
inline Term operator-(const Term& a, const Term& b) { return a.made("Sub", b); }
inline Term operator*(const Term& a, const Term& b) { return a.made("Mul", b); }
inline Term operator/(const Term& a, const Term& b) { return a.made("Div", b); }
inline Term operator+(const Term& a, double b) { return a + a.number(b); }
inline Term operator-(const Term& a, double b) { return a - a.number(b); }
inline Term operator*(const Term& a, double b) { return a * a.number(b); }
inline Term operator/(const Term& a, double b) { return a / a.number(b); }
inline Term operator+(double a, const Term& b) { return b.number(a) + b; }
inline Term operator-(double a, const Term& b) { return b.number(a) - b; }
inline Term operator*(double a, const Term& b) { return b.number(a) * b; }
inline Term operator/(double a, const Term& b) { return b.number(a) / b; }
inline Term operator<(const Term& a, const Term& b) { return a.made("Less", b); }
inline Term operator>(const Term& a, const Term& b) { return a.made("Greater", b); }
inline Term operator>=(const Term& a, const Term& b) { return a.made("GreaterOrEqual", b); }
inline Term operator==(const Term& a, const Term& b) { return a.made("Equal", b); }
inline Term operator||(const Term& a, const Term& b) { return a.made("Or", b); }
inline Term operator<(const Term& a, double b) { return a < a.number(b); }
inline Term operator>(const Term& a, double b) { return a > a.number(b); }
inline Term operator==(const Term& a, double b) { return a == a.number(b); }

// One input, one result of its dtype.
inline Term apply(const char* op, const Term& x, Conversion::Attributes attributes = {}) {
  return {x.c, x.c->node(op, {x.name}, std::move(attributes)), x.dtype};
}
inline Term choose(const Term& condition, const Term& a, const Term& b) {
  return {a.c, a.c->node("Where", {condition.name, a.name, b.name}), a.dtype};
}
inline Term choose(const Term& condition, const Term& a, double b) { return choose(condition, a, a.number(b)); }
inline Term choose(const Term& condition, double a, const Term& b) { return choose(condition, b.number(a), b); }

// Attributes are f32: whether an operator on this dtype may have these.
template <class... Numbers>
bool fit_attributes(Dtype dtype, Numbers... numbers) {
  return dtype != f64 || ((static_cast<double>(static_cast<float>(numbers)) == numbers) && ...);
}

// Towards zero, which ONNX has no operator for.
inline Term truncated(const Term& x) { return apply("Sign", x) * apply("Floor", apply("Abs", x)); }

inline void give(const Term& y) { y.c->out(y.name); }

}  // namespace gradus::nn::onnx
