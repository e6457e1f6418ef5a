#include <gradus/nn/onnx/export_onnx.h>

#include <algorithm>
#include <optional>

#include <gradus/nn/onnx/export/internal/export_graph.h>
#include <gradus/nn/onnx/internal/model_file.h>

namespace gradus::nn {
namespace {

using onnx::Dimension, onnx::ExportedGraph, onnx::Trace, onnx::TracedCall;

std::vector<std::string> names_for(const std::vector<std::string>& given, const char* what, std::size_t n) {
  if (given.empty()) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < n; ++i) names.push_back(n == 1 ? what : what + std::to_string(i));
    return names;
  }
  check<ValueError>(given.size() == n, "export_onnx: ", given.size(), " ", what, "_names for ", n, " tensors");
  for (std::size_t i = 0; i < n; ++i)
    check<ValueError>(!given[i].empty() && std::count(given.begin(), given.end(), given[i]) == 1, "export_onnx: the ", what, " name \"",
                      given[i], "\" is empty or there twice");
  return given;
}

// x with its rows along the axis, `rows` of them, from the last one on, and, if `mixed`, all elements the other way round: other numbers of
// the same kind.
Tensor other_sample(const Tensor& x, int axis, std::int64_t rows, bool mixed) {
  Array from = x.value().as_contiguous();
  if (mixed && from.size() > 1) {
    Array turned(from.shape(), from.dtype());
    visit(from.dtype(), [&]<class T>(T) { std::reverse_copy(from.data<T>(), from.data<T>() + from.size(), turned.mutable_data<T>()); });
    from = turned;
  }
  if (rows < 0 || from.rank() <= axis || from.dim(axis) == rows) return Tensor(from);
  Shape shape = from.shape();
  const std::int64_t had = shape[axis];
  shape[axis] = rows;
  Array out(shape, from.dtype());
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < shape.rank(); ++i) (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  visit(from.dtype(), [&]<class T>(T) {
    const T* in = from.data<T>();
    T* to = out.mutable_data<T>();
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t r = 0; r < rows; ++r) to = std::copy_n(in + (o * had + r % had) * inner, inner, to);
  });
  return Tensor(out);
}

struct BothTraces {
  Trace one, other;
  std::int64_t batch = 0, other_batch = 0;
};

class Exporting {
 public:
  Exporting(const ConstModuleRef& net, const TracedCall& call, std::span<const Tensor> samples, const OnnxExportOptions& options)
      : net_(net), call_(call), samples_(samples), o_(options), names_(names_for(options.input_names, "input", samples.size())) {
    check<ValueError>(!samples.empty(), "export_onnx: needs at least one sample");
    for (const Tensor& x : samples) check_defined("export_onnx", x, "a sample");
    check<ValueError>(17 <= o_.opset && o_.opset <= 20, "export_onnx: opset must be 17 to 20, not ", o_.opset);
    if (!o_.dynamic_batch) return;
    for (const Tensor& x : samples) {
      check<ShapeError>(0 <= o_.batch_axis && o_.batch_axis < x.rank() && x.dim(o_.batch_axis) == samples[0].dim(o_.batch_axis),
                        "export_onnx: a dynamic batch is the axis ", o_.batch_axis, " of all inputs, and they are ", samples[0].shape(),
                        " and ", x.shape(), "; set batch_axis, or dynamic_batch = false");
      check<ShapeError>(x.dim(o_.batch_axis) > 0, "export_onnx: the sample ", x.shape(), " is empty");
    }
  }

  onnx::Model model() {
    const BothTraces both = traces();
    onnx::check_same_steps(both.one, both.other);
    ExportedGraph to(both.one, both.other, both.batch, both.other_batch);
    to.opset = o_.opset, to.batch_axis = o_.batch_axis, to.batch_input = names_[0];
    to.graph.name = "gradus";
    for (const std::string& name : names_) to.used.insert(name);
    const auto output_names = names_for(o_.output_names, "output", both.one.outputs.size());
    for (const std::string& name : output_names)
      check<ValueError>(to.used.insert(name).second, "export_onnx: \"", name, "\" is the name of an input and of an output");
    std::size_t next = 0;
    for (std::size_t i = 0; i < both.one.values.size(); ++i)
      if (both.one.values[i].kind == onnx::TracedValue::Kind::input) {
        to.names[static_cast<int>(i)] = names_[next++];
        to.graph.inputs.push_back(info(to, static_cast<int>(i), to.names[static_cast<int>(i)]));
      }
    onnx::convert_steps(to);
    give_outputs(to, output_names);
    onnx::Model model;
    model.ir_version = o_.opset <= 18 ? 8 : 9;
    model.opsets = {{"", o_.opset}};
    model.producer = "gradus";
    model.graph = std::move(to.graph);
    return model;
  }

 private:
  Trace trace(std::int64_t rows, bool mixed) const {
    std::vector<Tensor> inputs;
    for (const Tensor& x : samples_) inputs.push_back(other_sample(x, o_.batch_axis, rows, mixed));
    return onnx::trace(net_, call_, inputs, names_);
  }

  // A batch of one can hide what is repeated, so that there are two then. Numbers in another order show what hangs from them; where the
  // model refuses these, say lengths that must descend, the same numbers must do.
  BothTraces traces() const {
    BothTraces both;
    if (o_.dynamic_batch) both.batch = std::max<std::int64_t>(samples_[0].dim(o_.batch_axis), 2), both.other_batch = both.batch + 1;
    const auto rows = [&](std::int64_t n) { return o_.dynamic_batch ? n : -1; };
    both.one = trace(rows(both.batch), false);
    check<ValueError>(!both.one.outputs.empty(), "export_onnx: the model returns no tensor");
    try {
      both.other = trace(rows(both.other_batch), true);
    } catch (const Error&) {
      both.other = trace(rows(both.other_batch), false);
    }
    return both;
  }

  onnx::ValueInfo info(const ExportedGraph& to, int value, const std::string& name) const {
    const Array& array = to.one.values[static_cast<std::size_t>(value)].array;
    std::vector<Dimension> shape;
    const bool loose = to.loose.contains(value);
    for (const onnx::Size& size : to.sizes(value)) {
      if (loose) shape.emplace_back();
      else if (!size.follows()) shape.emplace_back(size.here);
      else if (size.per == 1 && size.offset == 0) shape.emplace_back("batch");
      else if (size.offset == 0) shape.emplace_back(text(size.per, "*batch"));
      else shape.emplace_back(text(size.per, "*batch", size.offset > 0 ? "+" : "", size.offset));
    }
    return {name, onnx::element_type(array.dtype()), shape};
  }

  // The last nodes' results by the names that were asked for.
  void give_outputs(ExportedGraph& to, const std::vector<std::string>& names) const {
    for (std::size_t k = 0; k < names.size(); ++k) {
      const int value = to.one.outputs[k];
      std::string from;
      const auto there = to.names.find(value);
      if (there != to.names.end()) from = there->second;
      else {
        const onnx::TracedValue& constant = to.one.values[static_cast<std::size_t>(value)];
        check<ValueError>(constant.kind == onnx::TracedValue::Kind::weight ||
                              onnx::same_elements(constant.array, to.other.values[static_cast<std::size_t>(value)].array),
                          "export_onnx: the output \"", names[k], "\" hangs from the sample and is made by no operation that ONNX has");
        from = to.unique(constant.name.empty() ? "constant" : constant.name);
        to.graph.initializers.push_back({from, constant.array.as_contiguous()});
      }
      to.graph.outputs.push_back(info(to, value, names[k]));
      to.graph.nodes.push_back({.name = to.unique("Identity"), .op_type = "Identity", .inputs = {from}, .outputs = {names[k]}});
    }
    rename_identities(to);
  }

  // A node's result that is one output alone takes its name.
  static void rename_identities(ExportedGraph& to) {
    auto& nodes = to.graph.nodes;
    for (const onnx::ValueInfo& output : to.graph.outputs) {
      const auto identity = std::find_if(nodes.begin(), nodes.end(), [&](const onnx::Node& n) { return n.outputs[0] == output.name; });
      const std::string from = identity->inputs[0];
      const auto maker = std::find_if(nodes.begin(), nodes.end(), [&](const onnx::Node& n) {
        return std::find(n.outputs.begin(), n.outputs.end(), from) != n.outputs.end();
      });
      const bool is_output = std::any_of(to.graph.outputs.begin(), to.graph.outputs.end(), [&](const auto& o) { return o.name == from; });
      if (maker == nodes.end() || is_output) continue;
      nodes.erase(identity);
      for (onnx::Node& node : nodes)
        for (auto* list : {&node.inputs, &node.outputs}) std::replace(list->begin(), list->end(), from, output.name);
    }
  }

  const ConstModuleRef& net_;
  TracedCall call_;
  std::span<const Tensor> samples_;
  const OnnxExportOptions& o_;
  std::vector<std::string> names_;
};

}  // namespace

void detail::export_onnx(const FileName& file, const ConstModuleRef& net, std::vector<Tensor> (*call)(const void*, std::span<const Tensor>),
                         const void* context, std::span<const Tensor> samples, const OnnxExportOptions& options) {
  onnx::write_model(file, Exporting(net, {call, context}, samples, options).model(), {.external_data = options.external_data});
}

}  // namespace gradus::nn
