// The table of all differentiable operations: one row each. It drives the checks in op_table_test.cpp: gradients against central
// differences to second order, f32 against f64, broadcasting, empty and size-1 dimensions, views, repeated inputs, error messages.
// A public function in autograd/ops that returns a Tensor and has no row fails the tests.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Random numbers, or fixed labels and conditions, of one input.
struct Input {
  Shape shape;
  double low = -2, high = 2;
  Dtype dtype = f64;              // i64, bool: whole numbers in [low, high), not differentiated
};

struct Row {
  std::string name;               // as declared
  Function f;
  std::vector<Input> inputs;
  bool elementwise = false;       // also with other shapes, empty ones and broadcasting ones among them
  bool differentiable = true;
  std::function<void()> mistake = {};  // must throw an Error ...
  std::vector<std::string> says = {};  // ... that says all of this
  std::size_t optional_from = 99;      // inputs from here on may be left out: undefined
};

const std::vector<Row>& op_table();

}  // namespace gradus
