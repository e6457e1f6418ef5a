#include <gradus/autograd/ops/trigonometry.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::trigonometry_table {

const Rows family{
    elementwise("sin", of([](auto& x) { return sin(x); })),
    elementwise("cos", of([](auto& x) { return cos(x); })),
    elementwise("tan", of([](auto& x) { return tan(x); }), {.low = -1.3, .high = 1.3}),
    elementwise("asin", of([](auto& x) { return asin(x); }), {.low = -0.9, .high = 0.9}),
    elementwise("acos", of([](auto& x) { return acos(x); }), {.low = -0.9, .high = 0.9}),
    elementwise("atan", of([](auto& x) { return atan(x); })),
    elementwise("sinh", of([](auto& x) { return sinh(x); })),
    elementwise("cosh", of([](auto& x) { return cosh(x); })),
    elementwise("asinh", of([](auto& x) { return asinh(x); })),
    elementwise("acosh", of([](auto& x) { return acosh(x); }), {.low = 1.2, .high = 4}),
    elementwise("atanh", of([](auto& x) { return atanh(x); }), {.low = -0.9, .high = 0.9}),
    elementwise("sinc", of([](auto& x) { return sinc(x); })),
    elementwise("deg2rad", of([](auto& x) { return deg2rad(x); })),
    elementwise("rad2deg", of([](auto& x) { return rad2deg(x); })),
    elementwise2("atan2", of([](auto& y, auto& x) { return atan2(y, x); })),
};

}  // namespace gradus::trigonometry_table
