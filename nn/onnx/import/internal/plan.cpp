#include <gradus/nn/onnx/import/internal/plan.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/throw_again.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/nn/onnx/import/internal/branches.h>
#include <gradus/nn/onnx/import/internal/operands.h>
#include <gradus/nn/onnx/internal/stored_tensor.h>

namespace gradus::nn::onnx {
namespace {

std::string where_is(const Node& node) { return text("node ", in_quotes(node.name), " (", node.op_type, ")"); }

class Planner {
 public:
  Planner(Model model, std::optional<Dtype> floats) : model_(std::move(model)), graph_(model_.graph), floats_(floats) {}

  Planned plan() {
    check_opsets();
    list_names();
    find_live_nodes();
    make_runs();
    place_inputs_and_initializers();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (live_[i]) add_step(i);
    refuse_all();
    place_outputs();
    drop_after_last_use();
    describe();
    return {std::make_shared<const Plan>(std::move(made_)), std::move(weights_), std::move(buffers_)};
  }

 private:
  struct Made {
    Run run;
    const Operator* row = nullptr;
  };

  void check_opsets() {
    std::set<std::string> domains;
    for (const OperatorSet& set : model_.opsets) {
      check<FileError>(domains.insert(set.domain).second, "operator set ", in_quotes(set.domain), " twice");
      if (set.domain.empty()) made_.opset = set.version;
    }
    check<FileError>(domains.contains(""), "the model does not say which version of ai.onnx it uses");
    check<FileError>(made_.opset >= oldest_opset && made_.opset <= newest_opset, "version ", made_.opset, " of ai.onnx; gradus runs ",
                     oldest_opset, " to ", newest_opset);
  }

  // Who makes each name; one maker each.
  void list_names() {
    for (const NamedArray& tensor : graph_.initializers) {
      check<FileError>(!tensor.name.empty(), "an initialiser without a name");
      check<FileError>(initializers_.emplace(tensor.name, &tensor).second, "two initialisers are named ", in_quotes(tensor.name));
    }
    for (const ValueInfo& input : graph_.inputs)
      check<FileError>(inputs_.insert(input.name).second, "two inputs are named ", in_quotes(input.name));
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const std::string& name : graph_.nodes[i].outputs) {
        if (name.empty()) continue;
        const bool first = !inputs_.contains(name) && !initializers_.contains(name) && makers_.emplace(name, i).second;
        check<FileError>(first, where_is(graph_.nodes[i]), " makes ", in_quotes(name), ", which something else makes, too");
      }
    }
  }

  // Backwards from the outputs. A node takes what stands before it, so that nothing goes in a circle.
  void find_live_nodes() {
    check<FileError>(!graph_.outputs.empty(), "the graph has no outputs");
    live_.assign(graph_.nodes.size(), false);
    for (const ValueInfo& output : graph_.outputs) {
      const auto maker = makers_.find(output.name);
      check<FileError>(maker != makers_.end() || inputs_.contains(output.name) || initializers_.contains(output.name), "output ",
                       in_quotes(output.name), " is made by nothing");
      if (maker != makers_.end()) live_[maker->second] = true;
    }
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      if (!live_[i]) continue;
      for (const std::string& name : graph_.nodes[i].inputs) {
        if (name.empty()) continue;
        const auto maker = makers_.find(name);
        check<FileError>(maker != makers_.end() || inputs_.contains(name) || initializers_.contains(name), where_is(graph_.nodes[i]),
                         " takes ", in_quotes(name), ", which is no input, no initialiser and no node's result");
        if (maker == makers_.end()) continue;
        check<FileError>(maker->second < i, where_is(graph_.nodes[i]), " takes ", in_quotes(name),
                         ", which only a node behind it makes: nodes out of order, or in a circle");
        live_[maker->second] = true;
      }
    }
  }

  void make_runs() {
    runs_.resize(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!live_[i]) continue;
      try {
        runs_[i] = made(graph_.nodes[i]);
      } catch (const Refusal& e) {
        refused_.push_back(where_is(graph_.nodes[i]) + ": " + e.what());
      }
    }
  }

  Made made(const Node& node) const {
    NodeReader reader(node, made_.opset, floats_);
    reader.expect(node.domain.empty(), "operators of the domain ", in_quotes(node.domain), ", which gradus does not run");
    bool known = false;
    const Operator* row = find_operator(node.op_type, made_.opset, &known);
    reader.expect(row || !known, "version ", made_.opset, " of ai.onnx, in which gradus does not run it");
    const bool has_graphs = std::any_of(node.attributes.begin(), node.attributes.end(),
                                        [](const Attribute& a) { return a.type == Attribute::graph; });
    reader.expect(row, has_graphs ? "graphs inside a node" : "an operator", " that gradus does not run (ai.onnx ", made_.opset, ")");
    reader.expect(node.inputs.size() <= row->most_inputs, node.inputs.size(), " inputs, at most ", row->most_inputs);
    for (std::size_t i = 0; i < std::max(row->least_inputs, row->most_inputs == any ? node.inputs.size() : 0); ++i)
      reader.expect(reader.has_input(i), "input ", i, " is missing");
    reader.expect(!node.outputs.empty() && node.outputs.size() <= row->most_outputs, node.outputs.size(), " outputs");
    Made out{row->make(reader), row};
    reader.finish();
    return out;
  }

  int place_of(const std::string& name) {
    if (name.empty()) return -1;
    return places_.emplace(name, static_cast<int>(places_.size())).first->second;
  }

  // What is asked of an initialiser: that it is a number all know (a bound, a size), statistics, or a weight.
  enum class Use { none, fixed, statistics, weight };
  std::unordered_map<std::string, Use> uses() const {
    std::unordered_map<std::string, Use> all;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!live_[i] || !runs_[i].row) continue;
      const Node& node = graph_.nodes[i];
      for (std::size_t k = 0; k < node.inputs.size(); ++k) {
        if (!initializers_.contains(node.inputs[k])) continue;
        const bool fixed = k < 32 && runs_[i].row->fixed >> k & 1;
        Use& use = all[node.inputs[k]];
        use = std::max(use, !fixed ? Use::weight : node.op_type == "BatchNormalization" ? Use::statistics : Use::fixed);
      }
    }
    for (const ValueInfo& output : graph_.outputs)
      if (initializers_.contains(output.name)) all[output.name] = Use::weight;
    return all;
  }

  void place_inputs_and_initializers() {
    for (const ValueInfo& input : graph_.inputs) {
      if (initializers_.contains(input.name)) continue;
      check<FileError>(input.other.empty(), "input ", in_quotes(input.name), " is a ", input.other, ", and gradus's are tensors");
      const auto dtype = dtype_of_element(input.type);
      check<FileError>(dtype.has_value() && (dtype != f32 || input.type == ElementType::f32), "input ", in_quotes(input.name),
                       ": gradus has no dtype for ", name_of(input.type));
      if (dtype == i64 && input.type != ElementType::i64) widened_.insert(input.name);
      check<FileError>(!input.shape || input.shape->size() <= Shape::max_rank, "input ", in_quotes(input.name), " has more than ",
                       Shape::max_rank, " dimensions");
      if (!floats_ && is_small_float(*dtype)) small_.insert(input.name);
      made_.inputs.push_back({input, place_of(input.name)});
    }
    const auto used = uses();
    for (NamedArray& tensor : model_.graph.initializers) {
      const auto found = used.find(tensor.name);
      const Array stored = std::exchange(tensor.value, {});   // let go of, so that a model is not in memory in two dtypes
      if (found == used.end()) continue;
      const Dtype dtype = stored.dtype();
      const Array value = floats_ && is_floating(dtype) ? stored.to(*floats_) : stored;
      if (!floats_ && is_small_float(dtype)) small_.insert(tensor.name);
      const bool trains = is_floating(dtype) && value.rank() > 0;
      if (trains && found->second == Use::weight) {
        weights_.push_back({tensor.name, value});
        made_.weights.push_back(place_of(tensor.name));
      } else if (trains && found->second == Use::statistics) {
        buffers_.push_back({tensor.name, value});
        made_.buffers.push_back(place_of(tensor.name));
      } else {
        known_.emplace(tensor.name, value);
      }
    }
  }

  // Known values that are computed while loading are small, so that no product or broadcast of a few makes much of little.
  bool folds_now(const Node& node, const Operator& row) const {
    constexpr std::int64_t most = std::int64_t{1} << 20;
    if (!row.folds) return false;
    std::int64_t product = 1, sum = 0;
    for (const std::string& name : node.inputs) {
      if (name.empty()) continue;
      const auto known = known_.find(name);
      if (known == known_.end()) return false;
      const std::int64_t size = std::max<std::int64_t>(known->second.size(), 1);
      product = std::min(most + 1, product * std::min(size, most + 1));
      sum += size;
    }
    return node.op_type == "Constant" || (node.op_type == "Concat" ? sum : product) <= most;
  }

  std::vector<Tensor> inputs_of(const Node& node, const Operator& row) const {
    std::vector<Tensor> in;
    for (const std::string& name : node.inputs) in.push_back(name.empty() ? Tensor() : known_.at(name));
    if (row.most_inputs != any) in.resize(row.most_inputs);
    return in;
  }

  void add_step(std::size_t i) {
    const Node& node = graph_.nodes[i];
    const Made& made = runs_[i];
    if (!made.row) return;
    if (!check_types(node)) return;
    if (folds_now(node, *made.row)) {
      try {
        const NoGrad unrecorded;
        const Folding small;
        const std::vector<Tensor> out = made.run(inputs_of(node, *made.row));
        for (std::size_t k = 0; k < node.outputs.size() && k < out.size(); ++k)
          if (!node.outputs[k].empty()) known_.emplace(node.outputs[k], out[k].value().as_contiguous());
        return;
      } catch (const TooLarge&) {
      } catch (const Error& e) {
        refused_.push_back(where_is(node) + ": " + e.what());
        return;
      }
    }
    Plan::Step step{where_is(node), made.run, {}, {}, {}};
    for (const std::string& name : node.inputs) {
      if (!name.empty() && !places_.contains(name) && !known_.contains(name)) return;   // of a node that was refused
      step.in.push_back(use(name));
    }
    if (made.row->most_inputs != any) step.in.resize(made.row->most_inputs, -1);
    for (const std::string& name : node.outputs) step.out.push_back(place_of(name));
    made_.steps.push_back(std::move(step));
  }

  // What gradus has not in the file's own type: arithmetic of f16 and bf16 (moving them is all right), the bits of unsigned numbers that
  // are i64 here.
  bool check_types(const Node& node) {
    static const std::set<std::string, std::less<>> moves{
        "Cast", "CastLike", "Concat", "Expand", "Flatten", "Gather", "Identity", "Reshape", "Shape", "Size", "Slice", "Split", "Squeeze",
        "Transpose", "Unsqueeze"};
    for (const std::string& name : node.inputs) {
      if (widened_.contains(name) && node.op_type == "BitwiseNot") {
        refused_.push_back(text(where_is(node), ": ", in_quotes(name), " is of unsigned numbers, which are i64 here and have other bits"));
        return false;
      }
      if (!small_.contains(name)) continue;
      if (!moves.contains(node.op_type)) {
        refused_.push_back(text(where_is(node), ": ", in_quotes(name), " is f16 or bf16, in which gradus does not compute; load_onnx(",
                                "file, {.dtype = f32}) reads it as f32"));
        return false;
      }
      if (!node.op_type.starts_with("Cast") && node.op_type != "Shape" && node.op_type != "Size")
        small_.insert(node.outputs.begin(), node.outputs.end());
    }
    return true;
  }

  // The place of a value that is needed while running; one that is known becomes a constant of the plan.
  int use(const std::string& name) {
    if (const auto known = known_.find(name); known != known_.end() && !places_.contains(name))
      made_.constants.emplace_back(place_of(name), known->second);
    return place_of(name);
  }

  void refuse_all() const {
    if (refused_.empty()) return;
    std::string all;
    for (const std::string& each : refused_) all += "\n  " + each;
    fail<FileError>(refused_.size(), refused_.size() == 1 ? " node cannot be run:" : " nodes cannot be run:", all);
  }

  void place_outputs() {
    std::set<std::string> names;
    for (const ValueInfo& output : graph_.outputs) {
      check<FileError>(names.insert(output.name).second, "two outputs are named ", in_quotes(output.name));
      made_.outputs.push_back({output, use(output.name)});
    }
  }

  void drop_after_last_use() {
    made_.places = static_cast<int>(places_.size());
    std::vector<bool> used(places_.size(), false);
    for (const PlannedValue& output : made_.outputs) used[static_cast<std::size_t>(output.place)] = true;
    for (auto step = made_.steps.rbegin(); step != made_.steps.rend(); ++step) {
      for (const auto* list : {&step->in, &step->out})
        for (const int place : *list)
          if (place >= 0 && !used[static_cast<std::size_t>(place)]) {
            used[static_cast<std::size_t>(place)] = true;
            step->drop.push_back(place);
          }
    }
  }

  void describe() {
    made_.producer = model_.producer + (model_.producer_version.empty() ? "" : " " + model_.producer_version);
    std::map<std::string, std::int64_t> counts;
    for (const Node& node : graph_.nodes) ++counts[node.op_type];
    made_.operators.assign(counts.begin(), counts.end());
  }

  Model model_;
  const Graph& graph_;
  const std::optional<Dtype> floats_;
  std::unordered_map<std::string, const NamedArray*> initializers_;
  std::set<std::string> inputs_, small_, widened_;
  std::unordered_map<std::string, std::size_t> makers_;
  std::vector<bool> live_;
  std::vector<Made> runs_;
  std::unordered_map<std::string, Tensor> known_;
  std::unordered_map<std::string, int> places_;
  std::vector<std::string> refused_;
  std::vector<NamedArray> weights_, buffers_;
  Plan made_;
};

}  // namespace

std::vector<Tensor> Plan::run(std::span<const Tensor> given, std::span<const Tensor> weight_values,
                              std::span<const Tensor> buffer_values) const {
  std::vector<Tensor> values(static_cast<std::size_t>(places));
  const auto at = [&](int place) -> Tensor& { return values[static_cast<std::size_t>(place)]; };
  for (std::size_t i = 0; i < inputs.size(); ++i) at(inputs[i].place) = given[i];
  for (std::size_t i = 0; i < weights.size(); ++i) at(weights[i]) = weight_values[i];
  for (std::size_t i = 0; i < buffers.size(); ++i) at(buffers[i]) = buffer_values[i];
  for (const auto& [place, value] : constants) at(place) = value;
  std::vector<Tensor> in;
  for (const Step& step : steps) {
    in.clear();
    for (const int place : step.in) in.push_back(place < 0 ? Tensor() : at(place));
    try {
      std::vector<Tensor> out = step.run(in);
      check<ValueError>(out.size() >= step.out.size(), step.out.size(), " results are wanted, and there are ", out.size());
      for (std::size_t i = 0; i < step.out.size(); ++i)
        if (step.out[i] >= 0) at(step.out[i]) = std::move(out[i]);
    } catch (const Error& error) {
      gradus::detail::throw_again(error, step.where + ": ");
      throw;
    }
    for (const int place : step.drop) at(place) = {};
  }
  std::vector<Tensor> out;
  for (const PlannedValue& output : outputs) out.push_back(at(output.place));
  return out;
}

Planned make_plan(Model model, std::optional<Dtype> floats) {
  take_known_branches(model.graph);
  return Planner(std::move(model), floats).plan();
}

}  // namespace gradus::nn::onnx
