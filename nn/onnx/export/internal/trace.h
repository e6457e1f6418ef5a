// What a model does with a sample: every operation that it calls, with its options, in order; what they take and give are values, known by
// the arrays that they are. Called twice, with other numbers and another batch, it also shows which sizes follow the batch.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gradus/autograd/tape/internal/described.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn::onnx {

struct TracedValue {
  enum class Kind { constant, input, weight, result } kind = Kind::constant;
  Array array;
  std::string name = {};        // of an input or a weight
};

struct TracedStep {
  std::string name, path;       // of the operation, and of the layer inside which it was called
  gradus::detail::OpOptions options;
  std::vector<int> inputs, outputs;              // numbers of values; -1: undefined
  std::vector<int> of_options = {};              // for each option the value that its array is, -1 for the others
  int same_as = -1;                              // a value that the first result already was: the operation changes nothing but gradients,
                                                 // or has made it by operations of its own
  bool changes_gradients_alone() const { return name == "straight_through" || name == "scale_gradient" || name == "flip_gradient"; }
};

struct Trace {
  std::vector<TracedValue> values;
  std::vector<TracedStep> steps;
  std::vector<int> outputs;
};

// A model's call with its type forgotten: all tensors of what it returns, undefined ones left out.
struct TracedCall {
  std::vector<Tensor> (*call)(const void* context, std::span<const Tensor> inputs);
  const void* context;
};

// In evaluation, unrecorded; modes, buffers and streams of random numbers are as before afterwards.
Trace trace(const ConstModuleRef& net, const TracedCall& call, std::span<const Tensor> inputs, std::span<const std::string> names);

}  // namespace gradus::nn::onnx
