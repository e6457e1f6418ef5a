#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>

#include "autograd/ops/op_table.h"

namespace gradus::reduce_table {

// With zeros, and with NaN, where x is below −1; what is undefined stays so.
Tensor zeroed(const Tensor& x) { return x.defined() ? where(x > -1, x, 0.0) : x; }
Tensor spoiled(const Tensor& x) { return x.defined() ? where(x > -1, x, NAN) : x; }

const Rows family{
    {.name = "sum",
     .f = of([](auto& x) { return square(sum(x)); }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake =
         [] {
           sum(zeros({2, 3}), {1, -1});
         },
     .says = {"sum", "twice"}, .shapes = "0x3; (); 1"},
    {.name = "sum",
     .f = of([](auto& x) {
       return square(sum(x, {0, 2}));
     }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake =
         [] {
           sum(zeros({2, 3}), 2);
         },
     .says = {"sum", "axis 2"}, .shapes = "0x3x2; 2x0x2; 1x1x1"},
    {.name = "sum", .f = of([](auto& x) { return square(sum(x, -1, true)); }), .inputs = {{.shape = {2, 3, 2}}},
     .shapes = "(); 2x0; 2x1"},
    {.name = "sum",
     .f = of([](auto& x) {
       return square(sum(x, std::vector<std::size_t>{0, 2}));
     }),
     .inputs = {{.shape = {3, 4, 2}}}},
    {.name = "mean",
     .f = of([](auto& x) { return square(mean(x)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { mean(zeros({2}, i64)); },
     .says = {"mean", "i64"}, .shapes = "(); 1x1"},
    {.name = "mean",
     .f = of([](auto& x) { return square(mean(x, 0, true)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           mean(zeros({2, 3}), -3);
         },
     .says = {"mean", "axis -3"}, .shapes = "3x0; 1x1; ()"},
    {.name = "max",
     .f = of([](auto& x) { return square(max(x)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { max(zeros({0})); },
     .says = {"max", "[0]"}, .shapes = "(); 1x1"},
    {.name = "max",
     .f = of([](auto& x) { return square(max(x, 1)); }),
     .inputs = {{.shape = {3, 4}}},
     .mistake =
         [] {
           max(zeros({2, 0}), 1);
         },
     .says = {"max", "[2, 0]"}, .shapes = "0x4; 2x1"},
    {.name = "max",
     .f = of([](auto& x) {
       return square(max(x, {0, -1}, true));
     }),
     .inputs = {{.shape = {3, 4, 2}}}, .shapes = "1x1x1; 3x0x2"},
    {.name = "max", .f = of([](auto& x) { return square(max(x, {1})); }), .inputs = {{.shape = {3, 4}}}},
    {.name = "max", .f = of([](auto& x) { return square(max(x, -2, true).values); }), .inputs = {{.shape = {3, 4, 2}}}},
    {.name = "min",
     .f = of([](auto& x) { return square(min(x)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           min(zeros({2, 0}), 1);
         },
     .says = {"min", "no elements", "[2, 0]"}},
    {.name = "min", .f = of([](auto& x) { return square(min(x, 1).values); }), .inputs = {{.shape = {3, 4}}}, .shapes = "0x4; 1x1"},
    {.name = "min",
     .f = of([](auto& x) {
       return square(min(x, {0, -1}, true));
     }),
     .inputs = {{.shape = {3, 4, 2}}}},
    {.name = "amax",
     .f = of([](auto& x) {
       return square(amax(x, {0, 2}, true));
     }),
     .inputs = {{.shape = {3, 4, 2}}},
     .mistake = [] { amax(zeros({0})); },
     .says = {"amax", "no elements", "[0]"}, .shapes = "3x0x2; 1x1x1"},
    {.name = "amax", .f = of([](auto& x) { return square(amax(x)); }), .inputs = {{.shape = {3, 4}}}},
    {.name = "amin",
     .f = of([](auto& x) { return square(amin(x, -1, true)); }),
     .inputs = {{.shape = {3, 4, 2}}},
     .mistake =
         [] {
           amin(zeros({2, 3}), {1, 1});
         },
     .says = {"amin", "twice"}, .shapes = "(); 0x2"},
    {.name = "amin", .f = of([](auto& x) { return square(amin(x)); }), .inputs = {{.shape = {3, 4}}}},
    {.name = "nansum",
     .f = of([](auto& x) {
       return square(nansum(x, {0, 2}));
     }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { nansum(zeros({2}), 1); },
     .says = {"nansum", "axis 1"}, .shapes = "0x3x2; 1x1x1"},
    {.name = "nansum", .f = of([](auto& x) { return square(nansum(spoiled(x), -1, true)); }), .inputs = {{.shape = {2, 6}}}},
    {.name = "nanmean",
     .f = of([](auto& x) { return square(nanmean(x, 1, true)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { nanmean(zeros({2}, i64)); },
     .says = {"nanmean", "i64"}, .shapes = "0x3; 2x1"},
    {.name = "nanmean", .f = of([](auto& x) { return square(nanmean(x)); }), .inputs = {{.shape = {2, 3}}}},
    {.name = "prod",
     .f = of([](auto& x) {
       return prod(x, {0, 2});
     }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake =
         [] {
           prod(zeros({2}), {0, 0});
         },
     .says = {"prod", "twice"}, .shapes = "0x3x2; 1x1x1"},
    {.name = "prod", .f = of([](auto& x) { return prod(x); }), .inputs = {{.shape = {2, 2}}}, .shapes = "(); 0; 1"},
    {.name = "prod", .f = of([](auto& x) { return prod(zeroed(x), 1, true); }), .inputs = {{.shape = {4, 3}}}},  // zeros
    {.name = "logsumexp",
     .f = of([](auto& x) {
       return logsumexp(x, {0, 2});
     }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { logsumexp(zeros({2}, i64)); },
     .says = {"logsumexp", "i64"}, .shapes = "2x0x2; 1x1x1"},
    {.name = "logsumexp", .f = of([](auto& x) { return square(logsumexp(x, 0, true)); }), .inputs = {{.shape = {3, 4}}},
     .shapes = "3x0; ()"},
    {.name = "logsumexp", .f = of([](auto& x) { return square(logsumexp(x)); }), .inputs = {{.shape = {3, 4}}}},
    {.name = "norm",
     .f = of([](auto& x) { return norm(x); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           norm(zeros({2, 0}), -1, 1);
         },
     .says = {"norm", "p = -1", "axis 1", "[2, 0]"}, .shapes = "(); 0x3; 1"},
    {.name = "norm",
     .f = of([](auto& x) {
       return square(norm(x, 1, {0, 2}));
     }),
     .inputs = {{.shape = {2, 3, 2}}}, .shapes = "0x3x2; 1x1x1"},
    {.name = "norm", .f = of([](auto& x) { return norm(x, 3, -1, true); }), .inputs = {{.shape = {2, 3}}}, .shapes = "2x0; 2x1; ()"},
    {.name = "norm", .f = of([](auto& x) { return norm(x, 1.5, 0); }), .inputs = {{.shape = {2, 3}, .low = 0.3}}},
    {.name = "norm", .f = of([](auto& x) { return norm(x, -2, 0); }), .inputs = {{.shape = {2, 3}, .low = 0.3}}},
    {.name = "norm",
     .f = of([](auto& x) {
       return square(norm(x, INFINITY, {0, 1}));
     }),
     .inputs = {{.shape = {2, 3, 2}}}, .shapes = "1x1x2; 2x3x0"},
    {.name = "norm", .f = of([](auto& x) { return square(norm(x, -INFINITY, 1)); }), .inputs = {{.shape = {2, 3}}}},
    {.name = "norm", .f = of([](auto& x) { return norm(x, 0, 1); }), .inputs = {{.shape = {2, 3}}}, .differentiable = false},
    {.name = "all",
     .f = of([](auto& x) { return all(x, 1, true); }),
     .inputs = {{.shape = {3, 4}, .low = 0, .high = 2, .dtype = boolean}},
     .differentiable = false,
     .mistake = [] { all(zeros({2}), 1); },
     .says = {"all", "axis 1"}},
    {.name = "any",
     .f = of([](auto& x) { return any(x, 1, true); }),
     .inputs = {{.shape = {3, 4}, .low = 0, .high = 2, .dtype = boolean}},
     .differentiable = false,
     .mistake =
         [] {
           any(zeros({2}), {0, 0});
         },
     .says = {"any", "twice"}},
    {.name = "count_nonzero",
     .f = of([](auto& x) {
       return count_nonzero(x, {0, 2});
     }),
     .inputs = {{.shape = {3, 4, 2}, .low = 0, .high = 2, .dtype = i64}},
     .differentiable = false,
     .mistake = [] { count_nonzero(zeros({2}), 2); },
     .says = {"count_nonzero", "axis 2"}},
    {.name = "argmax",
     .f = of([](auto& x) { return argmax(x, 1); }),
     .inputs = {{.shape = {3, 4}}},
     .differentiable = false,
     .mistake =
         [] {
           argmax(zeros({2, 0}), 1);
         },
     .says = {"argmax", "[2, 0]"}},
    {.name = "argmax",
     .f = of([](auto& x) {
       return argmax(x, {0, 2}, true);
     }),
     .inputs = {{.shape = {3, 4, 2}}},
     .differentiable = false},
    {.name = "argmin",
     .f = of([](auto& x) { return argmin(x, -1, true); }),
     .inputs = {{.shape = {3, 4}}},
     .differentiable = false,
     .mistake = [] { argmin(zeros({}), 1); },
     .says = {"argmin", "axis 1", "scalar"}},
    {.name = "sum_to",
     .f = of([](auto& x) {
       return square(sum_to(x, {1, 3}));
     }),
     .inputs = {{.shape = {4, 2, 3}}},
     .mistake =
         [] {
           sum_to(zeros({2, 3}), {4});
         },
     .says = {"sum_to", "[2, 3]", "[4]"}, .shapes = "0x2x3; 1x3"},
    {.name = "expand",
     .f = of([](auto& x) {
       return square(expand(x, {4, 2, 3}));
     }),
     .inputs = {{.shape = {2, 1}}},
     .mistake = [] { expand(zeros({2}), {3}); },
     .says = {"expand", "[2]", "[3]"}, .shapes = "1x1; ()"},
};

}  // namespace gradus::reduce_table
