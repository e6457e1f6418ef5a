// What xtensor makes of the same numbers: an independent opinion about elementwise operations, reductions, shape operations and products.
// xtensor_oracle_test.cpp compares; an operation declared in the headers of these families without a row here fails it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct OracleInput {
  double low = -2, high = 2;
  bool whole = false;             // whole numbers in [low, high)
};

struct OracleRow {
  std::string name;               // as declared
  std::function<Tensor(const std::vector<Tensor>&)> f;
  std::function<Array(const std::vector<Array>&)> oracle;   // f64 to f64
  std::vector<OracleInput> inputs;
  std::vector<std::vector<Shape>> shapes = {};              // of the inputs, case by case; none: those of elementwise operations
};

std::vector<OracleRow> elementwise_oracle();                // activation.h, arithmetic.h, compare.h, math.h
std::vector<OracleRow> structure_oracle();  // reduce.h, scan.h, sort.h, statistics.h, shape.h, rearrange.h, diagonal.h, softmax.h, matmul.h

}  // namespace gradus
