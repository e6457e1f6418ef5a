// onnx_operators, onnx_layers, onnx_models FOLDER, and each with _f64: files for onnx_operators.py to run, NAME.onnx and NAME.safetensors
// with x0, x1, … and what gradus makes of them, y0, y1, …, for batches of another size than the sample's where they may be of any. Prints
// a line a case: "written NAME", "fixed NAME WHY" (its batch is the sample's), "refused NAME WHY".
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>

#include <gradus/gradus.h>
#include <gradus/nn/onnx/export_onnx.h>

#include "autograd/ops/op_table.h"
#include "models/gpt2.h"
#include "models/resnet.h"
#include "nn/layers/table.h"
#include "plain_models.h"
#include "subject.h"

namespace gradus {

static std::vector<LayerRow>& rows_of_layers() {
  static std::vector<LayerRow> all;
  return all;
}
LayerRows::LayerRows(std::initializer_list<LayerRow> added) { rows_of_layers().insert(rows_of_layers().end(), added); }
const std::vector<LayerRow>& layer_table() { return rows_of_layers(); }

}  // namespace gradus

namespace clients::onnx_cases {

using namespace gradus;
using namespace plain_models;
using Call = std::function<Tensors(std::span<const Tensor>)>;

Tensor first_rows_again(const Tensor& x, int axis) { return cat({slice(x, axis, 0, 1), x, slice(x, axis, 0, 1)}, axis); }

// What a case is made of, and where it goes.
struct Case {
  std::string folder, name;
  nn::ConstModuleRef net;
  Call call;
  Tensors x;
  int batch_axis = -1;   // -1: there is none
  int opset = 20;

  void write(std::set<std::string>& taken) {
    std::string file = name;
    for (char& c : file)
      if (c == '/' || c == ' ') c = '_';
    for (int i = 1; !taken.insert(file).second; ++i) file = name + "_" + std::to_string(i);
    name = file;
    std::string fixed;
    if (batch_axis >= 0) {
      try {
        write_as(true);
        return say("written", "");
      } catch (const Error& error) {
        fixed = error.what();
      }
    }
    try {
      write_as(false);
    } catch (const Error& error) {
      return say("refused", error.what());
    }
    fixed.empty() ? say("written", "") : say("fixed", fixed);
  }

  void say(const char* what, std::string why) const {
    std::replace(why.begin(), why.end(), '\n', ' ');
    std::cout << what << ' ' << name << ' ' << why << '\n';
  }
  void write_as(bool dynamic) const {
    const std::string path = folder + "/" + name;
    const auto forward = [](const void* context, std::span<const Tensor> given) { return (*static_cast<const Call*>(context))(given); };
    nn::detail::export_onnx(path + ".onnx", net, forward, &call, x,
                            {.dynamic_batch = dynamic, .batch_axis = std::max(batch_axis, 0), .opset = opset});
    Safetensors file;
    Tensors given = x;
    if (dynamic)
      for (Tensor& each : given) each = first_rows_again(each, batch_axis);
    const NoGrad constant;
    Tensors y, turned;
    for (const Tensor& each : given) turned.push_back(each.rank() == 0 ? each : flip(each, Axes()));
    try {                  // other numbers than those that the export has seen
      y = call(turned);
      given = turned;
    } catch (const Error&) {
      y = call(given);
    }
    for (std::size_t i = 0; i < given.size(); ++i) file.arrays["x" + std::to_string(i)] = given[i].value().as_contiguous();
    std::size_t k = 0;
    for (const Tensor& each : y)
      if (each.defined()) file.arrays["y" + std::to_string(k++)] = each.value().as_contiguous();
    save_safetensors(path + ".safetensors", file);
  }
};

Tensor in_f32(const Tensor& x) { return x.dtype() == f64 ? x.detach().to(f32) : x.detach(); }
Tensor in_f64(const Tensor& x) { return x.dtype() == f32 ? x.detach().to(f64) : x.detach(); }

struct Nothing {};

void operators(const std::string& folder, Tensor (*in)(const Tensor&) = in_f32) {
  std::set<std::string> taken;
  for (const Row& row : op_table()) {
    Tensors x = draw(row.inputs, 5);
    bool empty = false;
    for (Tensor& each : x) each = in(each), empty |= each.size() == 0;
    if (empty) continue;   // onnxruntime has few operators for nothing
    const Nothing net;
    const auto call = [&](std::span<const Tensor> given) { return row.f({given.begin(), given.end()}); };
    for (const int opset : {17, 20}) Case{folder, row.name + "." + std::to_string(opset), net, call, x, -1, opset}.write(taken);
  }
}

void layers(const std::string& folder, Dtype dtype = f32) {
  std::map<std::string, Array> golden;
  for (const auto& entry : std::filesystem::directory_iterator(GRADUS_GOLDEN "/layers"))
    if (entry.path().extension() == ".safetensors")
      for (auto& [name, value] : load_safetensors(entry.path().string()).arrays) golden.emplace(name, value);
  std::set<std::string> taken;
  for (const LayerRow& row : layer_table()) {
    const std::string step = golden.contains(row.golden + ".eval.y0") ? ".eval." : ".train0.";
    Tensors x;
    const std::string at = row.golden + step + "x";
    for (auto i = golden.find(at + "0"); i != golden.end(); i = golden.find(at + std::to_string(x.size())))
      x.push_back(dtype == f32 ? in_f32(Tensor(i->second)) : in_f64(Tensor(i->second)));
    const auto net = row.make();
    nn::to(*net, f64);
    nn::State state;
    const std::string prefix = row.golden + ".state.";
    for (auto i = golden.lower_bound(prefix); i != golden.end() && i->first.starts_with(prefix); ++i)
      state.arrays.emplace(i->first.substr(prefix.size()), i->second);
    nn::load_state(*net, state);
    nn::to(*net, dtype), nn::eval(*net);
    const auto call = [&](std::span<const Tensor> given) { return (*net)({given.begin(), given.end()}); };
    Case{folder, row.golden, *net, call, x, row.batch, 17}.write(taken);
  }
}

// ---- whole models

void whole_models(const std::string& folder, Dtype dtype = f32) {
  manual_seed(3);
  std::set<std::string> taken;
  const auto write = [&](const std::string& name, auto net, Tensors x) {
    nn::to(net, dtype), nn::eval(net);
    for (Tensor& each : x) each = dtype == f32 ? in_f32(each) : in_f64(each);
    const auto call = [&](std::span<const Tensor> given) { return nn::detail::call_with_all(net, given); };
    for (const int opset : {17, 20}) Case{folder, name + "." + std::to_string(opset), net, call, x, 0, opset}.write(taken);
  };
  const auto words = [](const Shape& shape) { return floor(rand(shape) * 20).to(i64); };
  write("mlp", Mlp{}, {randn({2, 6})});
  write("lenet", LeNet{}, {randn({3, 1, 28, 28})});
  write("lstm", Lstm{}, {words({2, 7})});
  write("projected", Projected{}, {randn({2, 7, 8}), randn({2, 2, 5})});
  write("seq2seq", Seq2Seq{}, {randn({2, 5, 16}), randn({2, 4, 16})});
  write("gpt2", models::gpt2({.words = 40, .context = 16, .width = 24, .layers = 3, .heads = 4}), {words({2, 9})});
  write("resnet18", models::resnet(models::resnet18), {randn({2, 3, 32, 32})});
}

const Subject of_operators{"onnx_operators", "FOLDER: the rows of the table of operations as ONNX",
                           [](const Arguments& a) { operators(a.at(0)); }};
const Subject of_operators_in_f64{"onnx_operators_f64", "FOLDER: the same in f64", [](const Arguments& a) { operators(a.at(0), in_f64); }};
const Subject of_layers{"onnx_layers", "FOLDER: the rows of the table of layers as ONNX", [](const Arguments& a) { layers(a.at(0)); }};
const Subject of_layers_in_f64{"onnx_layers_f64", "FOLDER: the same in f64", [](const Arguments& a) { layers(a.at(0), f64); }};
const Subject of_models{"onnx_models", "FOLDER: whole models as ONNX", [](const Arguments& a) { whole_models(a.at(0)); }};
const Subject of_models_in_f64{"onnx_models_f64", "FOLDER: the same in f64", [](const Arguments& a) { whole_models(a.at(0), f64); }};

}  // namespace clients::onnx_cases
