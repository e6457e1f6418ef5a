// Running sums and their like, sorting and searching, statistics.
#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/linear_scan.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/scan.h>
#include <gradus/autograd/ops/search.h>
#include <gradus/autograd/ops/sort.h>
#include <gradus/autograd/ops/statistics.h>

#include "autograd/ops/op_table.h"

namespace gradus::scan_table {

const Rows scans{
    {.name = "cumsum",
     .f = of([](auto& x) { return square(cumsum(x, 1)); }),
     .inputs = {{.shape = {2, 5, 2}}},
     .mistake = [] { cumsum(zeros({2}), 1); },
     .says = {"cumsum", "axis 1"}, .shapes = "2x0x2; 1x1x1; 0x5"},
    {.name = "cumsum", .f = of([](auto& x) { return square(cumsum(x, -1)); }), .inputs = {{.shape = {2, 6}}}, .shapes = "(); 0"},
    {.name = "cumprod",
     .f = of([](auto& x) { return cumprod(x, 1); }),
     .inputs = {{.shape = {2, 4}}},
     .mistake = [] { cumprod(zeros({}), -2); },
     .says = {"cumprod", "axis -2", "scalar"}, .shapes = "2x0; 1x1; 0x4"},
    {.name = "cumprod",
     .f = of([](auto& x) { return cumprod(x.defined() ? where(x > -1, x, 0.0) : x, 0); }),
     .inputs = {{.shape = {5, 2}}}},  // zeros
    {.name = "logcumsumexp",
     .f = of([](auto& x) { return logcumsumexp(x, 1); }),
     .inputs = {{.shape = {2, 5, 2}}},
     .mistake = [] { logcumsumexp(zeros({2}, i64), 0); },
     .says = {"logcumsumexp", "i64"}, .shapes = "2x0x2; 1x1x1"},
    {.name = "linear_scan",
     .f = of([](auto& a, auto& b) {
       check_defined("linear_scan", a), check_defined("linear_scan", b);
       return detail::linear_scan(a, b, 1, false);
     }),
     .inputs = {{.shape = {2, 4}}, {.shape = {2, 4}}},
     .mistake = [] { detail::linear_scan(zeros({2}, i64), zeros({2}, i64), 0, true); },
     .says = {"linear_scan", "i64"}},
    {.name = "linear_scan",
     .f = of([](auto& a, auto& b) {
       check_defined("linear_scan", a), check_defined("linear_scan", b);
       return detail::linear_scan(a, b, 0, true);
     }),
     .inputs = {{.shape = {4, 2}}, {.shape = {4, 2}}}},
    {.name = "cummax",
     .f = of([](auto& x) { return square(cummax(x, 1).values); }),
     .inputs = {{.shape = {2, 5, 2}}},
     .mistake = [] { cummax(zeros({2}), 1); },
     .says = {"cummax", "axis 1"}, .shapes = "2x0x2; 1x1x1"},
    {.name = "cummin",
     .f = of([](auto& x) { return square(cummin(x, -1).values); }),
     .inputs = {{.shape = {2, 5}}},
     .mistake = [] { cummin(zeros({2}), 1); },
     .says = {"cummin", "axis 1"}, .shapes = "(); 0x5"},
    {.name = "diff",
     .f = of([](auto& x) { return square(diff(x, 2, 0)); }),
     .inputs = {{.shape = {5, 2}}},
     .mistake = [] { diff(zeros({2}), -1); },
     .says = {"diff", "-1", "negative"}, .shapes = "2x2; 5x0; 1x2"},
    {.name = "diff",
     .f = of([](auto& x, auto& before, auto& behind) { return square(diff(x, 2, 1, before, behind)); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 2}}, {.shape = {2, 1}}},
     .mistake = [] { diff(zeros({2}), 1, 0, zeros({2, 1})); },
     .says = {"diff", "prepend [2, 1]", "axis 0"},
     .optional_from = 1, .shapes = "2x0 2x2 2x1; 0x3 0x2 0x1"},
    {.name = "diff",
     .f = of([](auto& x, auto& behind) { return square(diff(x, 1, 0, {}, behind)); }),
     .inputs = {{.shape = {3, 2}}, {.shape = {2, 2}}},
     .optional_from = 1},
    {.name = "trapezoid",
     .f = of([](auto& y) { return square(trapezoid(y, 0.5, 0)); }),
     .inputs = {{.shape = {4, 2}}},
     .mistake =
         [] {
           trapezoid(zeros({2, 3}), zeros({2}));
         },
     .says = {"trapezoid", "[2]", "[2, 3]", "axis 1"}, .shapes = "1x2; 0x2; 4x0"},
    {.name = "trapezoid", .f = of([](auto& y, auto& x) { return trapezoid(y, x, 0); }), .inputs = {{.shape = {4, 2}}, {.shape = {4}}},
     .shapes = "1x2 1; 4x0 4"},
    {.name = "trapezoid", .f = of([](auto& y, auto& x) { return trapezoid(y, x); }), .inputs = {{.shape = {2, 4}}, {.shape = {2, 4}}},
     .shapes = "2x1 2x1; 0x4 0x4"},
    {.name = "cumulative_trapezoid",
     .f = of([](auto& y) { return square(cumulative_trapezoid(y, 2)); }),
     .inputs = {{.shape = {2, 4}}},
     .mistake = [] { cumulative_trapezoid(zeros({2}, i64)); },
     .says = {"cumulative_trapezoid", "i64"}, .shapes = "2x1; 0x4"},
    {.name = "cumulative_trapezoid",
     .f = of([](auto& y, auto& x) { return cumulative_trapezoid(y, x, 0); }),
     .inputs = {{.shape = {4, 2}}, {.shape = {4, 1}}}},
};

const Rows sorts{
    {.name = "sort",
     .f = of([](auto& x) { return square(sort(x).values); }),
     .inputs = {{.shape = {2, 5}}},
     .mistake = [] { sort(zeros({2}), 1); },
     .says = {"sort", "axis 1"}, .shapes = "0x5; 2x0; (); 1x1"},
    {.name = "sort", .f = of([](auto& x) { return square(sort(x, 1, true).values); }), .inputs = {{.shape = {2, 5, 2}}}},
    {.name = "argsort",
     .f = of([](auto& x) { return argsort(x, 0, true); }),
     .inputs = {{.shape = {5, 2}}},
     .differentiable = false,
     .mistake = [] { argsort(zeros({}), 1); },
     .says = {"argsort", "axis 1", "scalar"}},
    {.name = "topk",
     .f = of([](auto& x) { return square(topk(x, 3).values); }),
     .inputs = {{.shape = {2, 5}}},
     .mistake = [] { topk(zeros({2}), 3); },
     .says = {"topk", "k = 3", "2 elements", "[2]"}, .shapes = "0x5"},
    {.name = "topk", .f = of([](auto& x) { return square(topk(x, 2, 0, false).values); }), .inputs = {{.shape = {5, 2}}},
     .shapes = "5x0; 2x1"},
    {.name = "kthvalue",
     .f = of([](auto& x) { return square(kthvalue(x, 2, 1).values); }),
     .inputs = {{.shape = {2, 5, 2}}},
     .mistake = [] { kthvalue(zeros({2}), 0); },
     .says = {"kthvalue", "k = 0", "the smallest one has k = 1"}, .shapes = "0x5x2; 1x2"},
    {.name = "kthvalue", .f = of([](auto& x) { return square(kthvalue(x, 4, -1, true).values); }), .inputs = {{.shape = {2, 5}}}},
    {.name = "median",
     .f = of([](auto& x) { return square(median(x)); }),
     .inputs = {{.shape = {2, 5}}},
     .mistake =
         [] {
           median(zeros({2, 0}), 1);
         },
     .says = {"median", "no elements", "[2, 0]"}, .shapes = "(); 1x1"},
    {.name = "median", .f = of([](auto& x) { return square(median(x, 1).values); }), .inputs = {{.shape = {2, 5, 2}}},
     .shapes = "0x5; 2x1"},
    {.name = "median",
     .f = of([](auto& x) {
       return square(median(x, {0, 2}, true));
     }),
     .inputs = {{.shape = {2, 5, 2}}}, .shapes = "2x0x2; 1x1x1"},
};

Row without_gradient(std::string name, Functions f, std::vector<Input> inputs, std::function<void()> mistake = {},
                     std::vector<std::string> says = {}) {
  return {.name = name, .f = f, .inputs = inputs, .differentiable = false, .mistake = mistake, .says = says};
}

const Rows searches{
    without_gradient("searchsorted", of([](auto& a, auto& b) { return searchsorted(a, b, true); }),
                     {{.shape = {4}, .low = 0, .high = 1}, {.shape = {2, 3}}},
                     [] {
                       searchsorted(zeros({2, 3}), zeros({3, 3}));
                     },
                     {"searchsorted", "[2, 3]", "[3, 3]"}),
    without_gradient("bucketize", of([](auto& a, auto& b) { return bucketize(a, b, true); }),
                     {{.shape = {2, 3}}, {.shape = {4}, .low = 0, .high = 1}}, [] { bucketize(zeros({2}), zeros({3}, f64)); },
                     {"bucketize", "dtypes differ", "f32", "f64"}),
    without_gradient("unique", of([](auto& x) {
                       const auto [values, inverse, counts] = unique(x);
                       return std::array<Tensor, 3>{values, inverse, counts};
                     }),
                     {{.shape = {3, 4}, .low = 0, .high = 4, .dtype = i64}}, [] { unique(Tensor()); }, {"unique", "undefined"}),
    without_gradient("unique", of([](auto& x) {
                       const auto [values, inverse, counts] = unique(x, 1);
                       return std::array<Tensor, 3>{values, inverse, counts};
                     }),
                     {{.shape = {2, 6, 2}, .low = 0, .high = 2, .dtype = i64}}, [] { unique(zeros({2}), 1); }, {"unique", "axis 1"}),
    without_gradient("unique_consecutive", of([](auto& x) { return unique_consecutive(x, 0).inverse; }),
                     {{.shape = {9, 1}, .low = 0, .high = 2, .dtype = i64}}),
    without_gradient("unique_consecutive", of([](auto& x) { return unique_consecutive(x).inverse; }),
                     {{.shape = {9}, .low = 0, .high = 2, .dtype = i64}}, [] { unique_consecutive(Tensor()); },
                     {"unique_consecutive", "undefined"}),
};

const Rows statistics{
    {.name = "var",
     .f = of([](auto& x) {
       return var(x, {0, 2});
     }),
     .inputs = {{.shape = {2, 3, 4}}},
     .mistake = [] { var(zeros({2}, i64)); },
     .says = {"var", "i64"}, .shapes = "2x0x4; 1x1x2"},
    {.name = "var", .f = of([](auto& x) { return var(x); }), .inputs = {{.shape = {2, 3}}}},
    {.name = "var", .f = of([](auto& x) { return var(x, 1, 0, true); }), .inputs = {{.shape = {2, 3, 2}}}, .shapes = "2x1; 0x3"},
    {.name = "std",
     .f = of([](auto& x) { return std(x, 0, 0.5, true); }),
     .inputs = {{.shape = {4, 2}}},
     .mistake = [] { gradus::std(zeros({2}), 1); },
     .says = {"std", "axis 1"}, .shapes = "4x0; 2x1"},
    {.name = "std", .f = of([](auto& x) { return std(x); }), .inputs = {{.shape = {4, 2}}}},
    {.name = "var_mean",
     .f = of([](auto& x) {
       return var_mean(x, {1, 2}, 0, true);
     }),
     .inputs = {{.shape = {2, 3, 4}}},
     .mistake = [] { var_mean(zeros({2}, i64)); },
     .says = {"var_mean", "i64"}, .shapes = "0x3x4; 2x1x2"},
    {.name = "var_mean", .f = of([](auto& x) { return square(var_mean(x)[1]); }), .inputs = {{.shape = {2, 3}}}},
    {.name = "std_mean",
     .f = of([](auto& x) { return std_mean(x, -1, 0, true); }),
     .inputs = {{.shape = {2, 4}}},
     .mistake = [] { std_mean(zeros({2}), 0, NAN); },
     .says = {"std_mean", "correction"}, .shapes = "0x4"},
    {.name = "std_mean", .f = of([](auto& x) { return std_mean(x); }), .inputs = {{.shape = {2, 4}}}},
    {.name = "cov",
     .f = of([](auto& x) { return cov(x, 0); }),
     .inputs = {{.shape = {3, 5}}},
     .mistake =
         [] {
           cov(zeros({2, 3, 4}));
         },
     .says = {"cov", "[variables, observations]", "[2, 3, 4]"}, .shapes = "1x5; 0x5"},
    {.name = "cov", .f = of([](auto& x) { return cov(x); }), .inputs = {{.shape = {5}}}, .shapes = "2"},
    {.name = "cov",
     .f = of([](auto& x, auto& weights) { return cov(x, 1, {}, weights); }),
     .inputs = {{.shape = {3, 5}}, {.shape = {5}, .low = 0.5}},
     .optional_from = 1},
    {.name = "cov",
     .f = of([](auto& x, auto& times, auto& weights) { return cov(x, 0.5, times, weights); }),
     .inputs = {{.shape = {5}}, {.shape = {5}, .low = 1, .high = 4, .dtype = i64}, {.shape = {5}, .low = 0.5}},
     .optional_from = 1},
    {.name = "corrcoef",
     .f = of([](auto& x) {
       const Tensor r = corrcoef(x);
       return where(r < 0.999, r, 0.0);   // the ones on the diagonal are where clamp has its kink
     }),
     .inputs = {{.shape = {3, 5}}},
     .mistake =
         [] {
           corrcoef(zeros({2, 3, 4}));
         },
     .says = {"corrcoef", "[variables, observations]", "[2, 3, 4]"}, .shapes = "1x5"},
    without_gradient("histc", of([](auto& x) { return histc(x, 5, -1, 1); }), {{.shape = {4, 5}}}, [] { histc(zeros({2}), 0); },
                     {"histc", "0 bins"}),
    {.name = "bincount",
     .f = of([](auto& x, auto& weights) { return bincount(x, weights, 7); }),
     .inputs = {{.shape = {9}, .low = 0, .high = 5, .dtype = i64}, {.shape = {9}}},
     .differentiable = false,
     .mistake = [] { bincount(Tensor(Array::full({2}, -1, i64))); },
     .says = {"bincount", "-1", "negative"},
     .optional_from = 1},
};

}  // namespace gradus::scan_table
