#include <gradus/nn/onnx/import/internal/branches.h>

#include <map>
#include <set>
#include <unordered_map>

#include <gradus/autograd/base/error.h>
#include <gradus/nn/onnx/internal/stored_tensor.h>

namespace gradus::nn::onnx {
namespace {

const Attribute* attribute_of(const Node& node, std::string_view name, Attribute::Type type) {
  for (const Attribute& a : node.attributes)
    if (a.name == name && a.type == type) return &a;
  return nullptr;
}

class Branches {
 public:
  explicit Branches(Graph& graph) : graph_(graph) {
    std::set<std::string> inputs;
    for (const ValueInfo& input : graph.inputs) inputs.insert(input.name);
    for (const NamedArray& tensor : graph.initializers)
      if (!inputs.contains(tensor.name)) know(tensor.name, tensor.value);
  }

  void run() {
    std::vector<Node> nodes = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node& node : nodes) place(std::move(node));
  }

 private:
  void know(const std::string& name, const Array& value) {
    if (value.dtype() == boolean && value.size() == 1) known_[name] = value.item() != 0;
  }

  // As deep as graphs stand in each other, which their reader has limited. Each node of the file is placed once at most.
  void place(Node node) {
    const auto known = node.op_type == "If" && node.domain.empty() && node.inputs.size() == 1 ? known_.find(node.inputs[0]) : known_.end();
    const Attribute* branch =
        known == known_.end() ? nullptr : attribute_of(node, known->second ? "then_branch" : "else_branch", Attribute::graph);
    if (!branch) {
      if (const Attribute* value = node.op_type == "Constant" ? attribute_of(node, "value", Attribute::tensor) : nullptr)
        if (node.outputs.size() == 1) know(node.outputs[0], std::get<NamedArray>(value->value).value);
      graph_.nodes.push_back(std::move(node));
      return;
    }
    take(node, *std::get<std::shared_ptr<const Graph>>(branch->value));
  }

  void take(const Node& node, const Graph& branch) {
    const std::string where = text("node ", in_quotes(node.name), " (If)"), prefix = text("if", count_++, "/");
    check<FileError>(branch.inputs.empty(), where, ": a branch with inputs of its own");
    check<FileError>(branch.outputs.size() == node.outputs.size(), where, ": ", node.outputs.size(), " results of a branch that has ",
                     branch.outputs.size());
    Names names;
    for (const NamedArray& tensor : branch.initializers) {
      const std::string name = names[tensor.name] = prefix + tensor.name;
      know(name, tensor.value);
      graph_.initializers.push_back({name, tensor.value});
    }
    for (const Node& inner : branch.nodes)
      for (const std::string& made : inner.outputs)
        if (!made.empty()) names[made] = prefix + made;
    for (const Node& inner : branch.nodes) place(renamed(inner, names));
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      const std::string& from = branch.outputs[i].name;
      const auto made = names.find(from);
      graph_.nodes.push_back({.name = prefix + "result", .op_type = "Identity", .inputs = {made == names.end() ? from : made->second},
                              .outputs = {node.outputs[i]}});
    }
  }

  using Names = std::unordered_map<std::string, std::string>;
  // Inner graphs see the names around them, too.
  static Node renamed(Node node, const Names& names) {
    const auto to_new = [&](std::string& name) {
      if (const auto found = names.find(name); found != names.end()) name = found->second;
    };
    for (auto* list : {&node.inputs, &node.outputs})
      for (std::string& name : *list) to_new(name);
    for (Attribute& a : node.attributes) {
      if (a.type != Attribute::graph) continue;
      Graph inner = *std::get<std::shared_ptr<const Graph>>(a.value);
      Names visible = names;
      for (const NamedArray& tensor : inner.initializers) visible.erase(tensor.name);
      for (const Node& n : inner.nodes)
        for (const std::string& made : n.outputs) visible.erase(made);
      for (Node& n : inner.nodes) n = renamed(std::move(n), visible);
      for (ValueInfo& output : inner.outputs)
        if (const auto found = visible.find(output.name); found != visible.end()) output.name = found->second;
      a.value = std::make_shared<const Graph>(std::move(inner));
    }
    return node;
  }

  Graph& graph_;
  std::map<std::string, bool, std::less<>> known_;
  std::size_t count_ = 0;
};

}  // namespace

void take_known_branches(Graph& graph) { Branches(graph).run(); }

}  // namespace gradus::nn::onnx
