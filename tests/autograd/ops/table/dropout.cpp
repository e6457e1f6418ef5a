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
    {.name = "dropout1d", .f = of([](auto& x) { Generator g(5); return square(dropout1d(x, 0.4, g)); }), .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { Generator g; dropout1d(zeros({2}), 0.5, g); }, .says = {"dropout1d", "[2]", "[C, L]"}, .shapes = "5x3; 0x3x2; 2x3x0"},
    {.name = "dropout2d", .f = of([](auto& x) { Generator g(5); return square(dropout2d(x, 0.4, g)); }),
     .inputs = {{.shape = {2, 3, 2, 1}}},
     .mistake = [] { Generator g; dropout2d(zeros({2, 3}), 0.5, g); }, .says = {"dropout2d", "[2, 3]"}, .shapes = "2x3x2; 0x3x2x2"},
    {.name = "dropout3d", .f = of([](auto& x) { Generator g(5); return square(dropout3d(x, 0.4, g)); }),
     .inputs = {{.shape = {2, 3, 1, 2, 2}}},
     .mistake = [] { Generator g; dropout3d(zeros({2, 3}), 0.5, g); }, .says = {"dropout3d", "[2, 3]"}, .shapes = "3x1x2x2; 1x2x0x1x1"},
    {.name = "alpha_dropout", .f = of([](auto& x) { Generator g(5); return square(alpha_dropout(x, 0.4, g)); }),
     .inputs = {{.shape = {4, 3}}}, .mistake = [] { Generator g; alpha_dropout(zeros({2}), -1, g); }, .says = {"alpha_dropout", "-1"},
     .shapes = "0x3; 1; ()"},
    {.name = "feature_alpha_dropout", .f = of([](auto& x) { Generator g(5); return square(feature_alpha_dropout(x, 0.4, g)); }),
     .inputs = {{.shape = {2, 3, 2}}}, .mistake = [] { Generator g; feature_alpha_dropout(zeros({2}), 0.5, g); },
     .says = {"feature_alpha_dropout", "[2]"}, .shapes = "4x3; 0x3x2; 2x3x0"},
};

}  // namespace gradus::dropout_table
