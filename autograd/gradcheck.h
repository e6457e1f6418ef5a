// Are the gradients right? Compares them, and the tangents of forward mode, with central differences in f64.
//   check_gradients([](const auto& x) { return tanh(x[0] * x[1]); }, {a, b});       // throws GraphError that says where and by how much
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct GradcheckOptions {
  double step = 1e-6;                    // of the central differences
  double atol = 1e-5, rtol = 1e-3;       // |analytic − numeric| <= atol + rtol·|numeric|
  bool second_order = true;              // also check the gradient of the gradient
  bool forward_mode = true;              // also check the tangents, the ones that operations give and those from transposed backwards
  std::uint64_t seed = 1;                // of the random weights of the outputs
};

using Function = std::function<Tensor(const std::vector<Tensor>&)>;
using Functions = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;   // several results

// The largest excess is reported by throwing GraphError (input, index, both numbers, order). The inputs must be f64 (DtypeError);
// those of other dtypes are passed on and not checked. f must be a pure function and smooth at the given point.
void check_gradients(const Function& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});
void check_gradients(const Functions& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});

}  // namespace gradus
