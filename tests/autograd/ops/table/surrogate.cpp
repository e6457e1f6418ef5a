#include <gradus/autograd/ops/surrogate.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::surrogate_table {

// Where value and gradient agree; where they do not, see surrogate_test.cpp.
const Rows family{
    {.name = "straight_through", .f = of([](auto& x) { return straight_through(x.defined() ? x.detach() : zeros({}), x); }),
     .inputs = {{.shape = {2, 3}}}, .elementwise = true, .mistake = [] { straight_through(zeros({2}), zeros({3})); },
     .says = {"straight_through", "[2]", "has not the shape of x [3]"}},
    {.name = "scale_gradient", .f = of([](auto& x) { return scale_gradient(scale_gradient(x, 4), 0.25); }), .inputs = {{.shape = {2, 3}}},
     .elementwise = true, .mistake = [] { scale_gradient(Tensor(), 2); }, .says = {"scale_gradient", "undefined"}},
    {.name = "flip_gradient", .f = of([](auto& x) { return flip_gradient(flip_gradient(x, 2), 0.5); }), .inputs = {{.shape = {2, 3}}},
     .elementwise = true, .mistake = [] { flip_gradient(Tensor()); }, .says = {"flip_gradient", "undefined"}},
};

}  // namespace gradus::surrogate_table
