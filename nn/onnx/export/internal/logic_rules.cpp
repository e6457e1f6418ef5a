// Comparisons, conditions, conversions, and whole numbers, which are told (described.h) under names of their own where those of formulas
// mean something else.
#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

// ONNX compares and computes not all types everywhere; bool and the narrow ones go by i32.
std::string widened_input(Conversion& c, std::size_t i) {
  const Dtype d = c.dtype(i);
  return d == boolean || d == i8 || d == i16 || d == u8 ? c.cast(c.in(i), i32) : c.in(i);
}
template <bool negated>
void compare(Conversion& c, const char* op) {
  const std::string y = c.node(op, {widened_input(c, 0), widened_input(c, 1)});
  c.out(negated ? c.node("Not", {y}) : y);
}
void equal(Conversion& c) { compare<false>(c, "Equal"); }
void not_equal(Conversion& c) { compare<true>(c, "Equal"); }
void less(Conversion& c) { compare<false>(c, "Less"); }
void less_equal(Conversion& c) { compare<false>(c, "LessOrEqual"); }
void greater(Conversion& c) { compare<false>(c, "Greater"); }
void greater_equal(Conversion& c) { compare<false>(c, "GreaterOrEqual"); }

void where_rule(Conversion& c) { c.out("Where", {c.in(0), c.in(1), c.in(2)}); }
void to_rule(Conversion& c) { c.out(c.cast(c.in(0), c.out_dtype())); }
void nothing(Conversion& c) { c.out(c.in(0)); }
// What it gives is what was there: the same value with another gradient.
void other_gradient(Conversion& c) {
  if (c.same_as() < 0) c.refuse("has made its result itself");
  c.out(c.value(c.same_as()));
}
void from_front(Conversion& c) {   // indices from the back
  const Term i = term(c, 0);
  give(choose(i < 0, i + c.number("size"), i));
}

// Of narrow types in i32, of bool by the logic that it is.
template <class F>
void of_whole(Conversion& c, F f) {
  const bool narrow = c.dtype(0) != i64 && c.dtype(0) != i32;
  const Dtype d = narrow ? i32 : c.dtype(0);
  const Term a{&c, narrow ? c.cast(c.in(0), d) : c.in(0), d}, b{&c, narrow ? c.cast(c.in(1), d) : c.in(1), d};
  const Term y = f(a, b);
  c.out(narrow ? c.cast(y.name, c.dtype(0)) : y.name);
}
template <const char* const& op>
void whole_operator(Conversion& c) {
  of_whole(c, [](const Term& a, const Term& b) { return a.made(op, b); });
}
constexpr const char *pow_op = "Pow";
void trunc_divide(Conversion& c) { of_whole(c, [](const Term& a, const Term& b) { return a / b; }); }
void whole_power(Conversion& c) { whole_operator<pow_op>(c); }
template <const char* const& of_bool, const char* const& of_numbers>
void bits(Conversion& c) {
  if (c.dtype(0) == boolean) return c.out(of_bool, {c.in(0), c.in(1)});
  if (c.opset() < 18) c.refuse("of whole numbers is there from opset 18 on; export with opset = 18");
  c.out(of_numbers, {c.in(0), c.in(1)});
}
constexpr const char *and_op = "And", *or_op = "Or", *xor_op = "Xor", *bit_and_op = "BitwiseAnd", *bit_or_op = "BitwiseOr",
                     *bit_xor_op = "BitwiseXor";
void shift(Conversion& c) {
  if (c.dtype(0) != u8) c.refuse("is there for numbers without a sign alone");
  c.out("BitShift", {c.in(0), c.in(1)}, {{"direction", c.op() == "left_shift" ? "LEFT" : "RIGHT"}});
}

}  // namespace

// Whole numbers under the names of formulas: what differs.
bool convert_whole(Conversion& c) {
  if (c.inputs() < 2 || is_floating(c.dtype(0))) return false;
  const std::string& op = c.op();
  const bool truth = c.dtype(0) == boolean;
  const auto rest = [](const Term& a, const Term& b) { return a.made("Mod", b); };   // with the sign of b
  if (op == "maximum" && truth) c.out("Or", {c.in(0), c.in(1)});
  else if (op == "minimum" && truth) c.out("And", {c.in(0), c.in(1)});
  else if (op == "add" && truth) c.out("Or", {c.in(0), c.in(1)});
  else if (op == "mul" && truth) c.out("And", {c.in(0), c.in(1)});
  else if (op == "add") of_whole(c, [](const Term& a, const Term& b) { return a + b; });
  else if (op == "sub") of_whole(c, [](const Term& a, const Term& b) { return a - b; });
  else if (op == "mul") of_whole(c, [](const Term& a, const Term& b) { return a * b; });
  else if (op == "maximum") of_whole(c, [](const Term& a, const Term& b) { return a.made("Max", b); });
  else if (op == "minimum") of_whole(c, [](const Term& a, const Term& b) { return a.made("Min", b); });
  else if (op == "remainder") of_whole(c, rest);
  else if (op == "floor_divide") of_whole(c, [&](const Term& a, const Term& b) { return (a - rest(a, b)) / b; });
  else if (op == "fmod") of_whole(c, [](const Term& a, const Term& b) {
    return Term{a.c, a.c->node("Mod", {a.name, b.name}, {{"fmod", 1}}), a.dtype};
  });
  else return false;
  return true;
}

void add_logic_rules(Rules& r) {
  r["=="] = equal, r["!="] = not_equal, r["<"] = less, r["<="] = less_equal, r[">"] = greater, r[">="] = greater_equal;
  r["where"] = where_rule, r["to"] = to_rule, r["contiguous"] = nothing, r["alias"] = nothing, r["from_front"] = from_front;
  r["straight_through"] = r["scale_gradient"] = r["flip_gradient"] = other_gradient;
  r["trunc_divide"] = trunc_divide, r["power"] = whole_power, r["left_shift"] = r["right_shift"] = shift;
  r["bit_and"] = bits<and_op, bit_and_op>, r["bit_or"] = bits<or_op, bit_or_op>, r["bit_xor"] = bits<xor_op, bit_xor_op>;
}

}  // namespace gradus::nn::onnx
