#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/math.h>

#include "autograd/ops/op_table.h"

namespace gradus::dropout_table {

const Rows family{
    {.name = "dropout",
     .f = of([](auto& x) {
       Generator g(5);
       return square(dropout(x, 0.4, g));
     }),
     .inputs = {{.shape = {4, 3}}},
     .mistake =
         [] {
           Generator g;
           dropout(zeros({2}), 1.5, g);
         },
     .says = {"dropout", "1.5"}, .shapes = "0x3; 1; ()"},
};

}  // namespace gradus::dropout_table
