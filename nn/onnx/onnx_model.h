// A model out of an .onnx file, run by gradus's own operations: a model like any other, which is trained further, copied, saved.
//   nn::OnnxModel net = nn::load_onnx("net.onnx");      Tensor y = net(x);      optim::Adam adam(nn::parameters(net));
//   Tensor logits = net({{"input_ids", ids}, {"attention_mask", mask}})["logits"];       std::cout << net;
// Floating initialisers are parameters by their names in the file, batch norm's statistics are buffers; whole numbers, scalars and bounds
// are constants. Which operators there are: docs/weights.md.
#pragma once
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/model/visitor.h>

namespace gradus::nn {

struct OnnxValue {
  std::string name;
  Tensor value;
};

// What a call gives, in the file's order.
class OnnxValues {
 public:
  using value_type = OnnxValue;
  explicit OnnxValues(std::vector<OnnxValue> values) : values_(std::move(values)) {}
  const Tensor& operator[](std::string_view name) const;   // ValueError that lists the names there are
  std::size_t size() const { return values_.size(); }
  const OnnxValue* begin() const { return values_.data(); }
  const OnnxValue* end() const { return values_.data() + values_.size(); }
  OnnxValue* begin() { return values_.data(); }
  OnnxValue* end() { return values_.data() + values_.size(); }

 private:
  std::vector<OnnxValue> values_;
};

struct OnnxOptions {
  // All floating types of the model become this one, f32 or f64: models in f16 and bf16, in which gradus does not compute, need it.
  std::optional<Dtype> dtype = {};
};

class OnnxModel {
 public:
  OnnxModel(const OnnxModel& o);                            // parameters of its own
  OnnxModel(OnnxModel&& o) noexcept;
  OnnxModel& operator=(const OnnxModel& o);
  OnnxModel& operator=(OnnxModel&& o) noexcept;             // an optimizer's parameters stay, if both are of one file's kind
  ~OnnxModel();

  // The first output for the inputs in the file's order. ShapeError, DtypeError and ValueError name the input, or the node whose operation
  // refuses. By several threads at once, if they like.
  Tensor operator()(const Tensor& x) const;
  Tensor operator()(const Tensor& a, const Tensor& b) const;
  // All outputs, inputs by name.
  OnnxValues operator()(std::initializer_list<OnnxValue> inputs) const;
  OnnxValues operator()(std::span<const OnnxValue> inputs) const;

  std::vector<std::string> input_names() const;
  std::vector<std::string> output_names() const;

  void walk(const Path& path, Visitor& visitor);

 private:
  friend OnnxModel load_onnx(const FileName& file, const OnnxOptions& options);
  friend std::ostream& operator<<(std::ostream& out, const OnnxModel& net);
  struct State;
  explicit OnnxModel(std::shared_ptr<State> state);
  OnnxValues run(std::span<const Tensor> inputs) const;
  std::shared_ptr<State> state_;
};

// FileError names the file and the byte, tensor or node at fault; one error lists every node that gradus cannot run, with its operator and
// version. Nothing that the file says makes more memory than it has bytes, but for what a call computes.
OnnxModel load_onnx(const FileName& file, const OnnxOptions& options = {});

// Inputs and outputs with their shapes, the numbers of operators and parameters.
std::ostream& operator<<(std::ostream& out, const OnnxModel& net);

}  // namespace gradus::nn
