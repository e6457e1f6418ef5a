#include <gradus/autograd/ops/special.h>
#include <gradus/autograd/ops/arithmetic.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::special_table {

const Rows family{
    elementwise("erfc", of([](auto& x) { return erfc(x); })),
    elementwise("erfinv", of([](auto& x) { return erfinv(x); }), {.low = -0.9, .high = 0.9}),
    elementwise("lgamma", of([](auto& x) { return lgamma(x); }), {.low = 0.3, .high = 5}),
    elementwise("lgamma", of([](auto& x) { return lgamma(x); }), {.low = -1.9, .high = -1.1}),
    elementwise("digamma", of([](auto& x) { return digamma(x); }), {.low = 0.3, .high = 5}),
    elementwise("digamma", of([](auto& x) { return digamma(x); }), {.low = -1.9, .high = -1.1}),
    elementwise("polygamma", of([](auto& x) { return polygamma(2, x); }), {.low = 0.5, .high = 5}),
    elementwise("polygamma", of([](auto& x) { return polygamma(0, x) + polygamma(1, x); }), {.low = 0.5, .high = 5}),
    elementwise("mvlgamma", of([](auto& x) { return mvlgamma(x, 3); }), {.low = 1.4, .high = 5}),
    elementwise("expit", of([](auto& x) { return expit(x); })),
    elementwise("logit", of([](auto& x) { return logit(x); }), {.low = 0.1, .high = 0.9}),
    elementwise("logit", of([](auto& x) { return logit(x, 0.25); }), {.low = 0.1, .high = 0.9}),
    elementwise2("xlogy", of([](auto& a, auto& b) { return xlogy(a, b); }), {.low = 0.3, .high = 2}),
    elementwise("xlogy", of([](auto& x) { return xlogy(x, 2.5) * xlogy(1.5, x); }), {.low = 0.3, .high = 2}),
    {.name = "polygamma", .f = of([](auto& x) { return polygamma(1, x); }), .inputs = {{.shape = {2}, .low = 1, .high = 2}},
     .mistake = [] { polygamma(-1, ones({2})); }, .says = {"polygamma", "must not be negative: -1"}},
    {.name = "mvlgamma", .f = of([](auto& x) { return mvlgamma(x, 1); }), .inputs = {{.shape = {2}, .low = 1, .high = 2}},
     .mistake = [] { mvlgamma(ones({2}), 3); }, .says = {"mvlgamma", "x must be above 1", "[2] f32"}},
    {.name = "mvlgamma", .f = of([](auto& x) { return mvlgamma(x, 1); }), .inputs = {{.shape = {0}}},
     .mistake = [] { mvlgamma(ones({2}), 0); }, .says = {"mvlgamma", "must be positive: 0"}},
    {.name = "logit", .f = of([](auto& x) { return logit(x, 0.0); }), .inputs = {{.shape = {2}, .low = 0.1, .high = 0.9}},
     .mistake = [] { logit(ones({2}), 2); }, .says = {"logit", "[0, 0.5]", "2"}},
};

}  // namespace gradus::special_table
