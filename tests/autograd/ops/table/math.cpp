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
};

}  // namespace gradus::math_table
