#include <gradus/autograd/ops/rounding.h>
#include <gradus/autograd/ops/arithmetic.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::rounding_table {

// Of whole numbers, by zero.
Row division(std::string name, Functions f) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}}, {.shape = {3}, .low = 0.4, .high = 1.7}}, .elementwise = true,
          .mistake = [f] { f({arange(6, i64), zeros({6}, i64)}); }, .says = {name, "division by zero", "[6] i64"}};
}
Row whole_numbers(std::string name, Functions f) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}, .low = -7, .high = 8, .dtype = i64},
                                           {.shape = {3}, .low = 1, .high = 5, .dtype = i64}},
          .differentiable = false, .mistake = [f] { f({zeros({2}, boolean), zeros({2}, boolean)}); }, .says = {name, "not for bool"}};
}

const Rows family{
    elementwise_of_numbers("floor", of([](auto& x) { return floor(x); })),
    elementwise_of_numbers("ceil", of([](auto& x) { return ceil(x); })),
    elementwise_of_numbers("trunc", of([](auto& x) { return trunc(x); })),
    elementwise_of_numbers("round", of([](auto& x) { return round(x); })),
    elementwise("frac", of([](auto& x) { return frac(x); })),
    {.name = "round", .f = of([](auto& x) { return round(x, {.decimals = 1}) * round(x, {.decimals = -1}); }),
     .inputs = {{.shape = {2, 3}}},
     .elementwise = true, .mistake = [] { round(zeros({2}, i64), {.decimals = -1}); }, .says = {"round", "to -1 decimals", "i64"}},
    division("floor_divide", of([](auto& a, auto& b) { return floor_divide(a, b); })),
    division("div", of([](auto& a, auto& b) { return div(a, b, Rounding::trunc); })),
    division("remainder", of([](auto& a, auto& b) { return remainder(a, b); })),
    division("fmod", of([](auto& a, auto& b) { return fmod(a, b); })),
    elementwise("floor_divide",
                of([](auto& x) { return floor_divide(x, 0.7) * div(x, 0.6, Rounding::trunc) * div(x, 0.9, Rounding::floor); }),
                {.low = 1, .high = 3}),
    elementwise("remainder", of([](auto& x) { return remainder(x, -0.7); })),
    elementwise("fmod", of([](auto& x) { return fmod(x, -0.7); })),
    whole_numbers("floor_divide", of([](auto& a, auto& b) { return floor_divide(a, b); })),
    whole_numbers("remainder", of([](auto& a, auto& b) { return remainder(a, b); })),
    whole_numbers("fmod", of([](auto& a, auto& b) { return fmod(a, b); })),
    whole_numbers("div", of([](auto& a, auto& b) { return div(a, b, Rounding::trunc); })),
};

}  // namespace gradus::rounding_table
