#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/arithmetic.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::blend_table {

Row of_three(std::string name, Functions f, Domain third = {}) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}}, {.shape = {2, 3}, .low = third.low, .high = third.high}},
          .elementwise = true, .mistake = [f] { f({zeros({2, 3}), zeros({2, 3}), zeros({2, 4})}); },
          .says = {name, "[2, 3]", "[2, 4]", "do not broadcast"}};
}

const Rows family{
    of_three("lerp", of([](auto& a, auto& b, auto& w) { return lerp(a, b, w); })),
    of_three("addcmul", of([](auto& x, auto& a, auto& b) { return addcmul(x, a, b) * addcmul(x, a, b, -0.5); })),
    of_three("addcdiv", of([](auto& x, auto& a, auto& b) { return addcdiv(x, a, b) * addcdiv(x, a, b, -0.5); }), {.low = 0.5, .high = 2}),
    of_three("clamp", of([](auto& x, auto& low, auto& high) { return clamp(x, low, high); })),
    elementwise2("lerp", of([](auto& a, auto& b) { return lerp(a, b, 0.3) * lerp(a, b, 1.7); })),
    elementwise2("fmax", of([](auto& a, auto& b) { return fmax(a, b); })),
    elementwise2("fmin", of([](auto& a, auto& b) { return fmin(a, b); })),
    elementwise2("clamp_min", of([](auto& a, auto& b) { return clamp_min(a, b); })),
    elementwise2("clamp_max", of([](auto& a, auto& b) { return clamp_max(a, b); })),
    elementwise_of_numbers("clamp_min", of([](auto& x) { return clamp_min(x, 0.3); })),
    elementwise_of_numbers("clamp_max", of([](auto& x) { return clamp_max(x, 0.3); })),
    {.name = "nan_to_num", .f = of([](auto& x) { return nan_to_num(x, 1, 2, 3); }), .inputs = {{.shape = {2, 3}}}, .elementwise = true,
     .mistake = [] { nan_to_num(zeros({2}, f16)); }, .says = {"nan_to_num", "f32 or f64", "f16"}},
};

}  // namespace gradus::blend_table
