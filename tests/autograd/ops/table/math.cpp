#include <gradus/autograd/ops/math.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::math_table {

const Rows family{
    elementwise("exp", of([](auto& x) { return exp(x); })),
    elementwise("log", of([](auto& x) { return log(x); }), {.low = 0.3, .high = 3}),
    elementwise("log1p", of([](auto& x) { return log1p(x); }), {.low = -0.7, .high = 3}),
    elementwise("sqrt", of([](auto& x) { return sqrt(x); }), {.low = 0.3, .high = 3}),
    elementwise_of_numbers("square", of([](auto& x) { return square(x); })),
    elementwise_of_numbers("abs", of([](auto& x) { return abs(x); })),
    elementwise_of_numbers("sign", of([](auto& x) { return sign(x); })),
    elementwise("tanh", of([](auto& x) { return tanh(x); })),
    elementwise("erf", of([](auto& x) { return erf(x); })),
    elementwise("exp2", of([](auto& x) { return exp2(x); })),
    elementwise("expm1", of([](auto& x) { return expm1(x); })),
    elementwise("log2", of([](auto& x) { return log2(x); }), {.low = 0.3, .high = 3}),
    elementwise("log10", of([](auto& x) { return log10(x); }), {.low = 0.3, .high = 3}),
    elementwise("rsqrt", of([](auto& x) { return rsqrt(x); }), {.low = 0.3, .high = 3}),
    elementwise("reciprocal", of([](auto& x) { return reciprocal(x); }), {.low = 0.3, .high = 3}),
    elementwise2("logaddexp", of([](auto& a, auto& b) { return logaddexp(a, b); })),
    elementwise2("logaddexp2", of([](auto& a, auto& b) { return logaddexp2(a, b); })),
    elementwise2("hypot", of([](auto& a, auto& b) { return hypot(a, b); })),
    elementwise2("copysign", of([](auto& a, auto& b) { return copysign(a, b); })),
    elementwise("copysign", of([](auto& x) { return copysign(x, -1.0); })),
    {.name = "ldexp", .f = of([](auto& x, auto& e) { return ldexp(x, e); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {3}, .low = -3, .high = 4, .dtype = i64}},
     .mistake = [] { ldexp(zeros({2}), zeros({3}, i64)); }, .says = {"mul", "[2]", "[3]", "do not broadcast"},
     .shapes = "0x3 3; 2x1 1x3; () ()"},
};

}  // namespace gradus::math_table
