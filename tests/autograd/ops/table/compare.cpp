// Comparisons, logic and where.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>

#include "autograd/ops/op_table.h"

namespace gradus::compare_table {

Row logic(std::string name, Functions f) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}, .low = 0, .high = 2, .dtype = boolean},
                                           {.shape = {3}, .low = -1, .high = 2, .dtype = i64}},
          .differentiable = false, .mistake = [f] { f({zeros({2}, boolean), zeros({3}, u8)}); },
              .says = {"logical_", "[2]", "[3]", "do not broadcast"}};
}
Row comparison(std::string name, Functions f) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}}, {.shape = {3}}}, .elementwise = true, .differentiable = false,
          .mistake = [f] { f({zeros({2}), zeros({2}, f64)}); }, .says = {"dtypes differ", "f32", "f64"}};
}

Row property(std::string name, Functions f) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}}}, .elementwise = true, .differentiable = false,
          .mistake = [f] { f({Tensor()}); },
          .says = {name, "undefined"}};
}

const Rows family{
    {.name = "where", .f = of([](auto& condition, auto& a, auto& b) { return where(condition, a, b); }),
     .inputs = {{.shape = {2, 3}, .low = 0, .high = 2, .dtype = boolean}, {.shape = {2, 3}}, {.shape = {3}}},
     .mistake = [] { where(zeros({2}), zeros({2}), zeros({2})); }, .says = {"where", "bool", "f32"}, .shapes = "2x0 2x0 1; 1x1 2x3 ()"},
    {.name = "where", .f = of([](auto& condition, auto& a) { return where(condition, a, 0.5) * where(condition, 0.25, a); }),
     .inputs = {{.shape = {2, 3}, .low = 0, .high = 2, .dtype = boolean}, {.shape = {2, 3}}},
     .mistake = [] { where(zeros({2}, boolean), zeros({2}), zeros({2}, f64)); }, .says = {"where", "dtypes differ"}},
    {.name = "where", .f = of([](auto& condition) { return where(condition, 1.0, 0.0); }),
     .inputs = {{.shape = {2, 3}, .low = 0, .high = 2, .dtype = boolean}}, .differentiable = false,
     .mistake = [] { where(zeros({2}, boolean), 0.5, 1.0, i64); }, .says = {"where", "0.5 is no i64"}},
    logic("logical_and", of([](auto& a, auto& b) { return logical_and(a, b); })),
    logic("logical_or", of([](auto& a, auto& b) { return logical_or(a, b); })),
    logic("logical_xor", of([](auto& a, auto& b) { return logical_xor(a, b); })),
    logic("operator&&", of([](auto& a, auto& b) { return a && b; })),
    logic("operator||", of([](auto& a, auto& b) { return a || b; })),
    {.name = "logical_not", .f = of([](auto& x) { return logical_not(x); }), .inputs = {{.shape = {2, 3}}}, .differentiable = false,
     .mistake = [] { logical_not(Tensor()); }, .says = {"logical_not", "undefined"}},
    {.name = "operator!", .f = of([](auto& x) { return !x; }), .inputs = {{.shape = {2, 3}, .low = 0, .high = 2, .dtype = boolean}},
     .differentiable = false, .mistake = [] { !Tensor(); }, .says = {"logical_not", "undefined"}},
    property("isnan", of([](auto& x) { return isnan(x); })),
    property("isinf", of([](auto& x) { return isinf(x); })),
    property("isfinite", of([](auto& x) { return isfinite(x); })),
    property("signbit", of([](auto& x) { return signbit(x); })),
    comparison("isclose", of([](auto& a, auto& b) { return isclose(a, b, 0.5, 0.1, true); })),
    comparison("heaviside", of([](auto& a, auto& b) { return heaviside(a, b); })),
    {.name = "isclose", .f = of([](auto& a, auto& b) { return isclose(a, b); }), .inputs = {{.shape = {2}}, {.shape = {2}}},
     .differentiable = false, .mistake = [] { isclose(zeros({2}), zeros({2}), -1); },
     .says = {"isclose", "must not be negative", "rtol -1"}},
    comparison("operator==", of([](auto& a, auto& b) { return a == b; })),
    comparison("operator!=", of([](auto& a, auto& b) { return a != b; })),
    comparison("operator<", of([](auto& a, auto& b) { return a < b; })),
    comparison("operator<=", of([](auto& a, auto& b) { return a <= b; })),
    comparison("operator>", of([](auto& a, auto& b) { return a > b; })),
    comparison("operator>=", of([](auto& a, auto& b) { return a >= b; })),
};

}  // namespace gradus::compare_table
