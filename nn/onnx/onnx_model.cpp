#include <gradus/nn/onnx/onnx_model.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/base/error.h>
#include <gradus/nn/model/buffer.h>
#include <gradus/nn/model/call.h>
#include <gradus/nn/onnx/import/internal/plan.h>
#include <gradus/nn/onnx/internal/model_file.h>
#include <gradus/nn/onnx/internal/stored_tensor.h>

namespace gradus::nn {
namespace {

template <class Thing>
struct Named {
  std::string name;
  Thing thing;
};

std::ostream& write_shape(std::ostream& out, const onnx::ValueInfo& value) {
  out << value.name;
  if (value.shape) {
    out << " [";
    for (std::size_t i = 0; i < value.shape->size(); ++i) {
      const onnx::Dimension& d = (*value.shape)[i];
      out << (i ? ", " : "");
      if (d.size >= 0) out << d.size;
      else out << (d.name.empty() ? "?" : d.name);
    }
    out << ']';
  }
  const auto dtype = onnx::dtype_of_element(value.type);
  return dtype ? out << ' ' << *dtype : out;
}

// Shapes as the file says them; a name stands for one number everywhere.
void check_input(const onnx::ValueInfo& input, const Tensor& x, Dtype wanted, std::map<std::string, std::int64_t>& sizes) {
  const std::string name = onnx::in_quotes(input.name);
  check_defined("OnnxModel", x, name);
  check<DtypeError>(x.dtype() == wanted, "input ", name, " is ", wanted, " in this model, not ", x.dtype());
  if (!input.shape) return;
  bool fits = static_cast<int>(input.shape->size()) == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) {
    const onnx::Dimension& d = (*input.shape)[static_cast<std::size_t>(i)];
    if (d.size >= 0) fits = d.size == x.shape()[i];
    else if (!d.name.empty()) fits = sizes.emplace(d.name, x.shape()[i]).first->second == x.shape()[i];
  }
  check<ShapeError>(fits, "input ", [&] { return gradus::text(name); }, " is ", x.shape(), ", which is not what the model takes: ",
                    [&] {
                      std::string wanted_shape;
                      for (const onnx::Dimension& d : *input.shape)
                        wanted_shape += (wanted_shape.empty() ? "[" : ", ") +
                                        (d.size >= 0 ? std::to_string(d.size) : d.name.empty() ? std::string("?") : d.name);
                      return wanted_shape.empty() ? std::string("a scalar") : wanted_shape + "]";
                    });
}

}  // namespace

struct OnnxModel::State {
  std::shared_ptr<const onnx::Plan> plan;
  std::optional<Dtype> floats;
  std::vector<Named<Parameter>> weights;
  std::vector<Named<Buffer>> buffers;

  bool like(const State& o) const {
    const auto same = [](const auto& a, const auto& b) {
      return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return x.name == y.name; });
    };
    return same(weights, o.weights) && same(buffers, o.buffers);
  }
  Dtype dtype_of_input(const onnx::ValueInfo& input) const {
    const Dtype dtype = *onnx::dtype_of_element(input.type);
    return floats && is_floating(dtype) ? *floats : dtype;
  }
};

const Tensor& OnnxValues::operator[](std::string_view name) const {
  for (const OnnxValue& each : values_)
    if (each.name == name) return each.value;
  std::string names;
  for (const OnnxValue& each : values_) names += (names.empty() ? "" : ", ") + each.name;
  fail<ValueError>("OnnxModel: no output ", onnx::in_quotes(name), "; there are ", names);
}

OnnxModel::OnnxModel(std::shared_ptr<State> state) : state_(std::move(state)) {}
OnnxModel::OnnxModel(const OnnxModel& o) : state_(std::make_unique<State>(*o.state_)) {}
OnnxModel::OnnxModel(OnnxModel&& o) noexcept = default;
OnnxModel::~OnnxModel() = default;
OnnxModel& OnnxModel::operator=(const OnnxModel& o) { return *this = OnnxModel(o); }
OnnxModel& OnnxModel::operator=(OnnxModel&& o) noexcept {
  if (!state_ || !o.state_ || !state_->like(*o.state_)) {
    state_ = std::move(o.state_);
    return *this;
  }
  state_->plan = std::move(o.state_->plan);
  state_->floats = o.state_->floats;
  for (std::size_t i = 0; i < state_->weights.size(); ++i) state_->weights[i].thing = std::move(o.state_->weights[i].thing);
  for (std::size_t i = 0; i < state_->buffers.size(); ++i) state_->buffers[i].thing = std::move(o.state_->buffers[i].thing);
  return *this;
}

OnnxValues OnnxModel::run(std::span<const Tensor> inputs) const {
  std::map<std::string, std::int64_t> sizes;
  const onnx::Plan& plan = *state_->plan;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const onnx::ValueInfo& info = plan.inputs[i].info;
    check_input(info, inputs[i], state_->dtype_of_input(info), sizes);
  }
  std::vector<Tensor> weights, buffers;
  for (const auto& [name, weight] : state_->weights) weights.push_back(weight.tensor());
  for (const auto& [name, buffer] : state_->buffers) buffers.emplace_back(buffer.value());
  std::vector<Tensor> results = plan.run(inputs, weights, buffers);
  std::vector<OnnxValue> out;
  for (std::size_t i = 0; i < results.size(); ++i) out.push_back({plan.outputs[i].info.name, std::move(results[i])});
  return OnnxValues(std::move(out));
}

Tensor OnnxModel::operator()(const Tensor& x) const {
  return nn::call(*this, [&] {
    const std::size_t n = state_->plan->inputs.size();
    check<ValueError>(n == 1, "OnnxModel: the model has ", n, " inputs, and 1 is given; by name: net({{\"x\", x}})");
    return run({&x, 1}).begin()->value;
  }, x);
}

Tensor OnnxModel::operator()(const Tensor& a, const Tensor& b) const {
  return nn::call(*this, [&] {
    const std::size_t n = state_->plan->inputs.size();
    check<ValueError>(n == 2, "OnnxModel: the model has ", n, " inputs, and 2 are given");
    const Tensor both[] = {a, b};
    return run(both).begin()->value;
  }, a, b);
}

OnnxValues OnnxModel::operator()(std::initializer_list<OnnxValue> inputs) const {
  return (*this)(std::span(inputs.begin(), inputs.size()));
}

OnnxValues OnnxModel::operator()(std::span<const OnnxValue> given) const {
  return nn::call(*this, [&] {
    const auto& inputs = state_->plan->inputs;
    std::vector<Tensor> values(inputs.size());
    const auto names = [&] {
      std::string all;
      for (const auto& input : inputs) all += (all.empty() ? "" : ", ") + input.info.name;
      return all;
    };
    for (const OnnxValue& each : given) {
      const auto at = std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.info.name == each.name; });
      check<ValueError>(at != inputs.end(), "OnnxModel: no input ", onnx::in_quotes(each.name), "; there are ", names);
      Tensor& value = values[static_cast<std::size_t>(at - inputs.begin())];
      check<ValueError>(!value.defined(), "OnnxModel: input ", onnx::in_quotes(each.name), " twice");
      value = each.value;
    }
    for (std::size_t i = 0; i < inputs.size(); ++i)
      check<ValueError>(values[i].defined(), "OnnxModel: input ", onnx::in_quotes(inputs[i].info.name), " is missing; there are ", names);
    return run(values);
  });
}

std::vector<std::string> OnnxModel::input_names() const {
  std::vector<std::string> out;
  for (const auto& input : state_->plan->inputs) out.push_back(input.info.name);
  return out;
}
std::vector<std::string> OnnxModel::output_names() const {
  std::vector<std::string> out;
  for (const auto& output : state_->plan->outputs) out.push_back(output.info.name);
  return out;
}

void OnnxModel::walk(const Path& path, Visitor& visitor) {
  for (auto& [name, weight] : state_->weights) nn::walk(weight, {&path, name}, visitor);
  for (auto& [name, buffer] : state_->buffers) nn::walk(buffer, {&path, name}, visitor);
}

OnnxModel load_onnx(const FileName& file, const OnnxOptions& options) {
  if (options.dtype) check_computes_in(*options.dtype, "load_onnx");
  onnx::Model model = onnx::read_model(file);
  return gradus::detail::naming_the_file("load_onnx", file, [&] {
    onnx::Planned planned = onnx::make_plan(std::move(model), options.dtype);
    auto state = std::make_unique<OnnxModel::State>();
    state->plan = std::move(planned.plan);
    state->floats = options.dtype;
    for (onnx::NamedArray& weight : planned.weights)
      state->weights.push_back({weight.name, Parameter(std::move(weight.value), weight.name)});
    for (onnx::NamedArray& buffer : planned.buffers) state->buffers.push_back({buffer.name, Buffer(std::move(buffer.value))});
    return OnnxModel(std::move(state));
  });
}

std::ostream& operator<<(std::ostream& out, const OnnxModel& net) {
  const onnx::Plan& plan = *net.state_->plan;
  std::int64_t numbers = 0, nodes = 0;
  for (const auto& [name, weight] : net.state_->weights) numbers += weight.value().size();
  for (const auto& [name, count] : plan.operators) nodes += count;
  out << "ONNX model, ai.onnx " << plan.opset;
  if (!plan.producer.empty()) out << ", by " << plan.producer;
  for (const auto& input : plan.inputs) write_shape(out << "\n  input  ", input.info);
  for (const auto& output : plan.outputs) write_shape(out << "\n  output ", output.info);
  out << "\n  " << net.state_->weights.size() << " parameters of " << numbers << " numbers, " << net.state_->buffers.size() << " buffers";
  out << "\n  " << nodes << " nodes, " << plan.steps.size() << " of them steps of a call:";
  for (const auto& [name, count] : plan.operators) {
    out << ' ' << name;
    if (count > 1) out << " x" << count;
  }
  return out << '\n';
}

}  // namespace gradus::nn
