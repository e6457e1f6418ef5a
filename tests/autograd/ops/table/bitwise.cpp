#include <gradus/autograd/ops/bitwise.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::bitwise_table {

Row bits(std::string name, Functions f) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}, .low = -9, .high = 9, .dtype = i64}, {.shape = {3}, .low = 0, .high = 5,
          .dtype = i64}},
          .differentiable = false, .mistake = [f] { f({zeros({2}), zeros({2})}); },
            .says = {"bitwise_", "needs whole numbers, not [2] f32"}};
}

const Rows family{
    bits("bitwise_and", of([](auto& a, auto& b) { return bitwise_and(bitwise_and(a, b), 2); })),
    bits("bitwise_or", of([](auto& a, auto& b) { return bitwise_or(bitwise_or(a, b), 2); })),
    bits("bitwise_xor", of([](auto& a, auto& b) { return bitwise_xor(bitwise_xor(a, b), 2); })),
    bits("bitwise_left_shift", of([](auto& a, auto& b) { return bitwise_left_shift(bitwise_left_shift(a, b), 2); })),
    bits("bitwise_right_shift", of([](auto& a, auto& b) { return bitwise_right_shift(bitwise_right_shift(a, b), 2); })),
    bits("operator&", of([](auto& a, auto& b) { return a & b; })),
    bits("operator|", of([](auto& a, auto& b) { return a | b; })),
    bits("operator^", of([](auto& a, auto& b) { return a ^ b; })),
    {.name = "bitwise_not", .f = of([](auto& x) { return bitwise_not(x); }), .inputs = {{.shape = {2, 3}, .low = -9, .high = 9,
     .dtype = i64}},
     .differentiable = false, .mistake = [] { bitwise_not(zeros({2})); }, .says = {"bitwise_not", "needs whole numbers, not [2] f32"}},
    {.name = "operator~", .f = of([](auto& x) { return ~x; }), .inputs = {{.shape = {2, 3}, .low = 0, .high = 2, .dtype = boolean}},
     .differentiable = false, .mistake = [] { ~zeros({2}); }, .says = {"bitwise_not", "needs whole numbers"}},
    {.name = "bitwise_left_shift", .f = of([](auto& a, auto& b) { return bitwise_left_shift(a, b); }),
     .inputs = {{.shape = {2}, .low = 0, .high = 9, .dtype = i64}, {.shape = {2}, .low = 0, .high = 3, .dtype = i64}},
       .differentiable = false,
     .mistake = [] { bitwise_left_shift(zeros({2}, boolean), zeros({2}, boolean)); }, .says = {"bitwise_left_shift", "not for bool"}},
    {.name = "bitwise_and", .f = of([](auto& x) { return bitwise_and(x, 6); }), .inputs = {{.shape = {2}, .low = 0, .high = 9,
     .dtype = i64}},
     .differentiable = false, .mistake = [] { bitwise_and(zeros({2}, u8), 300); }, .says = {"bitwise_and", "300 is no u8"}},
};

}  // namespace gradus::bitwise_table
