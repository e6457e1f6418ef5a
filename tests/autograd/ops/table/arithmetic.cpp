#include <gradus/autograd/ops/arithmetic.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::arithmetic_table {

const Rows arithmetic{
    elementwise2("add", of([](auto& a, auto& b) { return add(a, b); })),
    elementwise2("sub", of([](auto& a, auto& b) { return sub(a, b); })),
    elementwise2("mul", of([](auto& a, auto& b) { return mul(a, b); })),
    elementwise2("div", of([](auto& a, auto& b) { return div(a, b); }), {.low = 0.5, .high = 2}),
    elementwise2("maximum", of([](auto& a, auto& b) { return maximum(a, b); })),
    elementwise2("minimum", of([](auto& a, auto& b) { return minimum(a, b); })),
    elementwise2("pow", of([](auto& a, auto& b) { return pow(a, b); }), {.low = 0.3, .high = 2.5}),
    elementwise("add", of([](auto& x) { return add(x, 1.5); })),
    elementwise("mul", of([](auto& x) { return mul(x, -0.7); })),
    elementwise2("add", of([](auto& a, auto& b) { return add(a, b, -2.5); })),
    elementwise2("sub", of([](auto& a, auto& b) { return sub(a, b, 0.3) * sub(b, a, 2); })),
    elementwise("sub", of([](auto& x) { return sub(x, 1.5); })),
    elementwise("div", of([](auto& x) { return div(x, 1.5); })),
    elementwise("maximum", of([](auto& x) { return maximum(x, 0.25) * maximum(0.5, x); })),
    elementwise("minimum", of([](auto& x) { return minimum(x, 0.25) * minimum(0.5, x); })),
    elementwise_of_numbers("neg", of([](auto& x) { return neg(x); })),
    {.name = "pow", .f = of([](auto& x) { return pow(2.5, x); }), .inputs = {{.shape = {2, 3}}}, .elementwise = true,
     .mistake = [] { pow(0.5, zeros({2}, i64)); }, .says = {"pow", "0.5", "i64"}},
    elementwise("pow", of([](auto& x) { return pow(x, 2.5); }), {.low = 0.3, .high = 2}),
    elementwise("pow", of([](auto& x) { return pow(x, -3.0); }), {.low = 0.5, .high = 2}),
    {.name = "operator-", .f = of([](auto& x) { return 2 - x; }), .inputs = {{.shape = {2, 3}}}, .elementwise = true,
     .mistake = [] { 2 - zeros({2}, boolean); }, .says = {"sub", "not for bool"}},
    {.name = "operator/", .f = of([](auto& x) { return 2 / x; }), .inputs = {{.shape = {2, 3}, .low = 0.5, .high = 2}}, .elementwise = true,
     .mistake = [] { 2 / zeros({2}, u8); }, .says = {"div", "u8"}},
    {.name = "operator+", .f = of([](auto& a, auto& b) { return a + b; }), .inputs = {{.shape = {3}}, {.shape = {3}}}, .elementwise = true,
     .mistake = [] { zeros({2}) + zeros({2}, f64); }, .says = {"add", "f32", "f64", "nothing is promoted"}},
    {.name = "operator*", .f = of([](auto& a, auto& b) { return a * b; }), .inputs = {{.shape = {3}}, {.shape = {3}}}, .elementwise = true,
     .mistake = [] { Tensor() * zeros({2}, f64); }, .says = {"mul", "a is undefined", "default-constructed"}},
    {.name = "clamp", .f = of([](auto& x) { return clamp(x, -0.8, 0.9); }), .inputs = {{.shape = {2, 5}}}, .elementwise = true,
     .mistake = [] { clamp(zeros({1}), 2, 1); }, .says = {"clamp", "lower bound 2", "upper bound 1"}},
};

}  // namespace gradus::arithmetic_table
