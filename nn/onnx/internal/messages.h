// What stands in an .onnx file, as plain structs: what the importer reads and the exporter fills in. Names are onnx.proto's meaning under
// words of ours; what neither side needs (documentation, training, quantisation notes) is skipped.
//   Model model;  model.opsets = {{"", 17}};
//   model.graph.inputs = {{"x", ElementType::f32, std::vector<Dimension>{{"batch"}, {784}}}};
//   model.graph.nodes.push_back({.op_type = "Gemm", .inputs = {"x", "w", "b"}, .outputs = {"y"}, .attributes = {{"transB", 1}}});
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/autograd/array/array.h>

namespace gradus::nn::onnx {

// TensorProto.DataType by our names for them.
enum class ElementType : std::int32_t {
  undefined = 0, f32 = 1, u8 = 2, i8 = 3, u16 = 4, i16 = 5, i32 = 6, i64 = 7, text = 8, boolean = 9, f16 = 10, f64 = 11, u32 = 12, u64 = 13,
  bf16 = 16,
};
ElementType element_type(Dtype dtype);
// The dtype that arrays of a file's type have here: u16, u32 and u64 become i64, the floats of 8 bits f32; none of texts, complex numbers
// and those of 4 bits.
std::optional<Dtype> dtype_of_element(ElementType type);
std::string name_of(ElementType type);            // "FLOAT", as ONNX calls it; "type 99"

// A TensorProto: initialisers have a name, the values of attributes mostly none.
struct NamedArray {
  std::string name;
  Array value;
};

struct Dimension {
  std::int64_t size = -1;                         // -1: not a number
  std::string name;                               // "batch"; "" and no size: unknown
  Dimension() = default;
  Dimension(std::int64_t n) : size(n) {}
  Dimension(int n) : size(n) {}
  Dimension(std::string by_name) : name(std::move(by_name)) {}
  Dimension(const char* by_name) : name(by_name) {}
  friend bool operator==(const Dimension&, const Dimension&) = default;
};

// What is said of a value: an input, an output, or one between.
struct ValueInfo {
  std::string name;
  ElementType type = ElementType::undefined;
  std::optional<std::vector<Dimension>> shape;    // none: even the rank is unknown
  std::string other = {};                         // "sequence", "map", "optional", "sparse tensor": it is no tensor
};

struct Graph;

struct Attribute {
  // In the order of AttributeProto.AttributeType, whose number is the index.
  using Value = std::variant<std::monostate, float, std::int64_t, std::string, NamedArray, std::shared_ptr<const Graph>, std::vector<float>,
                             std::vector<std::int64_t>, std::vector<std::string>, std::vector<NamedArray>>;
  enum Type { undefined, number, integer, text, tensor, graph, numbers, integers, texts, tensors, other };   // other: lists of graphs,
                                                                                                            // sparse tensors, types
  std::string name;
  Type type = undefined;
  Value value;                                    // of `other`: nothing

  Attribute() = default;
  template <class T> requires std::is_integral_v<T>
  Attribute(std::string its, T i) : name(std::move(its)), type(integer), value(static_cast<std::int64_t>(i)) {}
  template <class T> requires std::is_floating_point_v<T>
  Attribute(std::string its, T f) : name(std::move(its)), type(number), value(static_cast<float>(f)) {}
  Attribute(std::string its, std::string s) : name(std::move(its)), type(text), value(std::move(s)) {}
  Attribute(std::string its, const char* s) : Attribute(std::move(its), std::string(s)) {}
  Attribute(std::string its, Array t) : name(std::move(its)), type(tensor), value(NamedArray{{}, std::move(t)}) {}
  Attribute(std::string its, std::vector<std::int64_t> is) : name(std::move(its)), type(integers), value(std::move(is)) {}
  Attribute(std::string its, std::vector<float> fs) : name(std::move(its)), type(numbers), value(std::move(fs)) {}
  Attribute(std::string its, std::vector<std::string> ss) : name(std::move(its)), type(texts), value(std::move(ss)) {}
};
std::string_view name_of(Attribute::Type type);   // "INTS"

struct Node {
  std::string name, op_type, domain = {};         // domain "" and "ai.onnx" are one; read as ""
  std::vector<std::string> inputs, outputs;       // "": left out
  std::vector<Attribute> attributes = {};
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;                        // each after those whose results it takes
  std::vector<NamedArray> initializers;
  std::vector<ValueInfo> inputs, outputs, values;
};

struct OperatorSet {
  std::string domain;
  std::int64_t version = 0;
};

struct Model {
  std::int64_t ir_version = 8;                    // of opset 17
  std::vector<OperatorSet> opsets;
  std::string producer = {}, producer_version = {};
  std::vector<std::pair<std::string, std::string>> metadata = {};
  std::vector<std::string> functions = {};        // of the model's own: "domain.Name"; read, never written
  Graph graph;
};

}  // namespace gradus::nn::onnx
