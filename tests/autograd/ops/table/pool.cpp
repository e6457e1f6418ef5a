#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/pool.h>

#include "autograd/ops/op_table.h"

namespace gradus::pool_table {

const Rows family{
    {.name = "max_pool2d", .f = of([](auto& x) { return max_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1}); }),
     .inputs = {{.shape = {2, 2, 5, 6}}}, .mistake = [] { max_pool2d(zeros({1, 1, 2, 2}), {.kernel = 3}); },
         .says = {"max_pool2d", "[1, 1, 2, 2]"}},
    {.name = "avg_pool2d", .f = of([](auto& x) { return square(avg_pool2d(x, {.kernel = 2, .padding = 1, .count_include_pad = false})); }),
     .inputs = {{.shape = {2, 2, 5, 4}}}, .mistake = [] { avg_pool2d(zeros({4, 4}), {}); }, .says = {"avg_pool2d", "[4, 4]"}},
    {.name = "adaptive_avg_pool2d", .f = of([](auto& x) { return square(adaptive_avg_pool2d(x, {2, 3})); }),
     .inputs = {{.shape = {2, 2, 5, 4}}},
     .mistake = [] { adaptive_avg_pool2d(zeros({1, 1, 4, 4}), 0); }, .says = {"adaptive_avg_pool2d"}},
};

}  // namespace gradus::pool_table
