// Rows of elementwise operations, which differ in little.
#pragma once
#include "autograd/ops/op_table.h"

namespace gradus {

struct Domain { double low = -2, high = 2; };

inline Row elementwise(std::string name, Functions f, Domain d = {}) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}, .low = d.low, .high = d.high}}, .elementwise = true,
          .mistake = [f] { f({zeros({2}, i64)}); }, .says = {name, "f32 or f64", "i64"}};
}
inline Row elementwise2(std::string name, Functions f, Domain d = {}) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}, .low = d.low, .high = d.high},
                                           {.shape = {2, 3}, .low = d.low, .high = d.high}},
          .elementwise = true, .mistake = [f] { f({zeros({2, 3}), zeros({2, 4})}); },
              .says = {name, "[2, 3]", "[2, 4]", "do not broadcast"}};
}
// Those that whole numbers have as well.
inline Row elementwise_of_numbers(std::string name, Functions f) {
  return {.name = name, .f = f, .inputs = {{.shape = {2, 3}}}, .elementwise = true, .mistake = [f] { f({zeros({2}, boolean)}); },
          .says = {name, "not for bool", "[2] bool"}};
}

}  // namespace gradus
