// A graph as a list of steps that can be run: names resolved to places, dead nodes gone, what is known computed, each value dropped after
// its last use. Everything that cannot be run is refused here, all of it at once.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/internal/messages.h>

namespace gradus::nn::onnx {

inline constexpr std::int64_t oldest_opset = 7, newest_opset = 28;

struct PlannedValue {
  ValueInfo info;
  int place = -1;
};

class Plan {
 public:
  std::vector<PlannedValue> inputs, outputs;
  std::vector<int> weights, buffers;                     // the places of what changes, in the order of Planned's lists
  std::vector<std::pair<int, Tensor>> constants;
  struct Step {
    std::string where;                                   // node "conv1" (Conv)
    Run run;
    std::vector<int> in, out, drop;                      // places; -1: left out
  };
  std::vector<Step> steps;
  int places = 0;
  std::string producer;
  std::int64_t opset = 0;
  std::vector<std::pair<std::string, std::int64_t>> operators;   // how often each, as in the file

  // The outputs for inputs, weights and buffers in the order of these lists. Errors are those of the operations, with the node's name.
  std::vector<Tensor> run(std::span<const Tensor> inputs, std::span<const Tensor> weights, std::span<const Tensor> buffers) const;
};

struct Planned {
  std::shared_ptr<const Plan> plan;
  std::vector<NamedArray> weights, buffers;
};

// `floats`: all floating types of the model become this one. FileError names every node that cannot be run, or what is wrong with the
// graph.
Planned make_plan(Model model, std::optional<Dtype> floats);

}  // namespace gradus::nn::onnx
