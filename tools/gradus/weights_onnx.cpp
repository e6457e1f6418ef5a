// onnx: the initialisers of a model's graph, and what there is beside them.
#include <algorithm>

#include <gradus/autograd/base/error.h>
#include <gradus/nn/onnx/internal/model_file.h>

#include "weights_of.h"

namespace gradus::tool {
namespace {

std::string described(const nn::onnx::ValueInfo& value) {
  if (!value.other.empty()) return value.other;
  std::string out = nn::onnx::name_of(value.type);
  if (!value.shape) return out;
  out += " [";
  for (std::size_t i = 0; i < value.shape->size(); ++i) {
    const nn::onnx::Dimension& d = (*value.shape)[i];
    out += (i == 0 ? "" : ", ") + (d.size >= 0 ? std::to_string(d.size) : d.name.empty() ? "?" : d.name);
  }
  return out + "]";
}

class OnnxWeights final : public Weights {
 public:
  explicit OnnxWeights(const FileName& name) : model_(nn::onnx::read_model(name)) {
    format = "onnx";
    files = {name.string()};
    const nn::onnx::Graph& g = model_.graph;
    for (std::size_t i = 0; i < g.initializers.size(); ++i) {
      const auto& [tensor, value] = g.initializers[i];
      places_.emplace(tensor, i);
      Entry e{.name = tensor, .dtype = text(value.dtype()), .loads_as = value.dtype()};
      for (const std::int64_t size : value.shape()) e.shape.push_back(static_cast<std::uint64_t>(size));
      e.bytes = static_cast<std::uint64_t>(value.size()) * size_of(value.dtype());
      entries.push_back(std::move(e));
    }
    for (const auto& [key, value] : model_.metadata) metadata.emplace(key, value);
    graph.emplace();
    graph->facts.emplace_back("ir version", std::to_string(model_.ir_version));
    for (const auto& set : model_.opsets)
      graph->facts.emplace_back(set.domain.empty() ? "opset" : "opset of " + set.domain, std::to_string(set.version));
    if (!model_.producer.empty())
      graph->facts.emplace_back("producer", model_.producer + (model_.producer_version.empty() ? "" : " " + model_.producer_version));
    graph->facts.emplace_back("nodes", std::to_string(g.nodes.size()));
    for (const auto& value : g.inputs)
      if (!places_.contains(value.name)) graph->inputs.emplace_back(value.name, described(value));  // old files list weights there, too
    for (const auto& value : g.outputs) graph->outputs.emplace_back(value.name, described(value));
    for (const auto& node : g.nodes) ++graph->operators[node.domain.empty() ? node.op_type : node.domain + "." + node.op_type];
  }

  Array load(std::string_view name) const override {
    const auto at = places_.find(name);
    check<ValueError>(at != places_.end(), "onnx: no initialiser ", name);
    return model_.graph.initializers[at->second].value;
  }

 private:
  nn::onnx::Model model_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace

std::unique_ptr<Weights> onnx_weights(const FileName& file) { return std::make_unique<OnnxWeights>(file); }

}  // namespace gradus::tool
