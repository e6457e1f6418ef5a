// A node as the operators of the table read it while a model is loaded: attributes with their defaults, how many inputs and outputs, which
// version of the operator set. Whatever an operator has not asked for in the end is refused, so that no attribute is passed over silently.
//   const double alpha = node.number("alpha", 0.01);   const std::string mode = node.text("mode", "constant", {"constant", "reflect"});
//   return one([alpha](In x) { return leaky_relu(x[0], alpha); });
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/onnx/internal/messages.h>

namespace gradus::nn::onnx {

// Why a node cannot be run. Caught by whoever builds the plan, which collects those of all nodes.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A node's inputs; those left out are undefined, up to the most that the operator has.
using In = std::span<const Tensor>;
using Run = std::function<std::vector<Tensor>(In)>;

// The runner of an operator with one result.
template <class F>
Run one(F f) {
  return [f = std::move(f)](In x) {
    std::vector<Tensor> out;
    out.push_back(f(x));
    return out;
  };
}

class NodeReader {
 public:
  NodeReader(const Node& node, std::int64_t version, std::optional<Dtype> floats = {}) : node_(node), version_(version), floats_(floats) {}

  std::int64_t version() const { return version_; }
  std::size_t inputs() const { return node_.inputs.size(); }
  std::size_t outputs() const { return node_.outputs.size(); }
  bool has_input(std::size_t i) const { return i < inputs() && !node_.inputs[i].empty(); }
  bool wants(std::size_t i) const { return i < outputs() && !node_.outputs[i].empty(); }

  bool has(std::string_view attribute) const;
  double number(std::string_view name, double otherwise);
  std::int64_t integer(std::string_view name, std::int64_t otherwise);
  bool flag(std::string_view name, bool otherwise) { return integer(name, otherwise) != 0; }
  // Refuses a word that is not among these.
  std::string text(std::string_view name, std::string_view otherwise, std::initializer_list<std::string_view> among);
  std::string any_text(std::string_view name, std::string_view otherwise = "");
  std::vector<std::int64_t> integers(std::string_view name, std::vector<std::int64_t> otherwise = {});
  std::vector<float> numbers(std::string_view name);
  std::vector<std::string> texts(std::string_view name, std::vector<std::string> otherwise = {});
  Array tensor(std::string_view name);                    // undefined if there is none
  Dtype dtype(std::int64_t element_type) const;           // of TensorProto.DataType; all floats are one where the model is loaded so
  Dtype dtype(Dtype dtype) const { return floats_ && is_floating(dtype) ? *floats_ : dtype; }

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const { throw Refusal(gradus::text(parts...)); }
  template <class... Parts>
  void expect(bool right, const Parts&... parts) const {
    if (!right) refuse(parts...);
  }
  void finish() const;                                    // refuses attributes that nobody has asked for

 private:
  const Attribute* take(std::string_view name, Attribute::Type type);
  const Node& node_;
  std::int64_t version_;
  std::optional<Dtype> floats_;
  std::set<std::string, std::less<>> taken_;
};

// One operator: since which version of the set its row holds (until a later row of the same name), and how it is made.
struct Operator {
  std::string_view name;
  std::int64_t since;
  std::size_t least_inputs, most_inputs;                  // `any`: any number
  std::size_t most_outputs;
  Run (*make)(NodeReader& node);
  // Inputs whose initialisers are no parameters, a bit each; and whether the operator is part of arithmetic on shapes: run while loading
  // where all inputs are known.
  std::uint32_t fixed = 0;
  bool folds = false;
};
inline constexpr std::size_t any = SIZE_MAX;
inline constexpr bool folds = true;

// The families; together they are the table.
std::span<const Operator> elementwise_operators();
std::span<const Operator> activation_operators();
std::span<const Operator> logic_operators();
std::span<const Operator> reduction_operators();
std::span<const Operator> shape_operators();
std::span<const Operator> index_operators();
std::span<const Operator> constant_operators();
std::span<const Operator> product_operators();
std::span<const Operator> window_operators();
std::span<const Operator> norm_operators();
std::span<const Operator> recurrent_operators();
std::span<const Operator> resize_operators();

// The row for this version; null if there is none. `known`: whether there is a row for another version.
const Operator* find_operator(std::string_view name, std::int64_t version, bool* known = nullptr);
std::vector<std::string> operator_names();                // sorted

}  // namespace gradus::nn::onnx
