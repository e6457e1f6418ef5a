#include <gradus/nn/onnx/internal/model_file.h>

#include <filesystem>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/nn/onnx/internal/stored_tensor.h>
#include <gradus/nn/onnx/internal/wire.h>

namespace gradus::nn::onnx {
namespace {

WireWriter graph_message(const Graph& graph, ExternalWriter* external);

WireWriter attribute_message(const Attribute& attribute, ExternalWriter* external) {
  WireWriter out;
  out.text(1, attribute.name);
  using A = Attribute;
  switch (attribute.type) {
    case A::number: out.number32(2, std::get<float>(attribute.value)); break;
    case A::integer: out.integer(3, std::get<std::int64_t>(attribute.value)); break;
    case A::text: out.text(4, std::get<std::string>(attribute.value)); break;
    case A::tensor: out.message(5, write_tensor(std::get<NamedArray>(attribute.value), external)); break;
    case A::graph: out.message(6, graph_message(*std::get<std::shared_ptr<const Graph>>(attribute.value), external)); break;
    case A::numbers: out.numbers32(7, std::get<std::vector<float>>(attribute.value)); break;
    case A::integers: out.integers(8, std::get<std::vector<std::int64_t>>(attribute.value)); break;
    case A::texts:
      for (const std::string& s : std::get<std::vector<std::string>>(attribute.value)) out.text(9, s);
      break;
    case A::tensors:
      for (const NamedArray& t : std::get<std::vector<NamedArray>>(attribute.value)) out.message(10, write_tensor(t, external));
      break;
    case A::undefined: case A::other: fail<ValueError>("onnx: attribute ", in_quotes(attribute.name), " has no value that can be written");
  }
  out.integer(20, attribute.type);
  return out;
}

WireWriter node_message(const Node& node, ExternalWriter* external) {
  WireWriter out;
  for (const std::string& name : node.inputs) out.text(1, name);
  for (const std::string& name : node.outputs) out.text(2, name);
  if (!node.name.empty()) out.text(3, node.name);
  out.text(4, node.op_type);
  for (const Attribute& attribute : node.attributes) out.message(5, attribute_message(attribute, external));
  if (!node.domain.empty()) out.text(7, node.domain);
  return out;
}

WireWriter value_message(const ValueInfo& value) {
  WireWriter tensor;
  tensor.integer(1, static_cast<std::int64_t>(value.type));
  if (value.shape) {
    WireWriter shape;
    for (const Dimension& d : *value.shape) {
      WireWriter dimension;
      if (d.size >= 0) dimension.integer(1, d.size);
      else if (!d.name.empty()) dimension.text(2, d.name);
      shape.message(1, std::move(dimension));
    }
    tensor.message(2, std::move(shape));
  }
  WireWriter type, out;
  type.message(1, std::move(tensor));
  out.text(1, value.name);
  out.message(2, std::move(type));
  return out;
}

WireWriter graph_message(const Graph& graph, ExternalWriter* external) {
  WireWriter out;
  for (const Node& node : graph.nodes) out.message(1, node_message(node, external));
  out.text(2, graph.name.empty() ? "graph" : graph.name);   // onnx's checker wants one
  for (const NamedArray& tensor : graph.initializers) out.message(5, write_tensor(tensor, external));
  for (const ValueInfo& value : graph.inputs) out.message(11, value_message(value));
  for (const ValueInfo& value : graph.outputs) out.message(12, value_message(value));
  for (const ValueInfo& value : graph.values) out.message(13, value_message(value));
  return out;
}

WireWriter model_message(const Model& model, ExternalWriter* external) {
  WireWriter out;
  out.integer(1, model.ir_version);
  if (!model.producer.empty()) out.text(2, model.producer);
  if (!model.producer_version.empty()) out.text(3, model.producer_version);
  out.message(7, graph_message(model.graph, external));
  for (const OperatorSet& set : model.opsets) {
    WireWriter message;
    message.text(1, set.domain);
    message.integer(2, set.version);
    out.message(8, std::move(message));
  }
  for (const auto& [key, value] : model.metadata) {
    WireWriter message;
    message.text(1, key);
    message.text(2, value);
    out.message(14, std::move(message));
  }
  return out;
}

template <class Write>
void each_piece(const WireWriter& message, Write write) {
  for (const WireWriter::Piece& piece : message.pieces()) {
    write(piece.bytes.data(), piece.bytes.size());
    const Array& e = piece.elements;
    if (e.defined()) write(static_cast<const char*>(e.raw()), static_cast<std::size_t>(e.size()) * size_of(e.dtype()));
  }
}

void write_external(const std::filesystem::path& file, const ExternalWriter& external) {
  FileReplacement out(file);
  std::uint64_t at = 0;
  for (const auto& [begin, array] : external.placed) {
    const std::string gap(static_cast<std::size_t>(begin - at), '\0');
    out.write(gap.data(), gap.size());
    const Array elements = array.as_contiguous();
    const std::uint64_t bytes = static_cast<std::uint64_t>(elements.size()) * size_of(elements.dtype());
    out.write(elements.raw(), bytes);
    at = begin + bytes;
  }
  out.commit();
}

}  // namespace

std::string model_bytes(const Model& model) {
  const WireWriter message = model_message(model, nullptr);
  std::string out;
  out.reserve(message.size());
  each_piece(message, [&](const char* bytes, std::size_t n) { out.append(bytes, n); });
  return out;
}

void write_model(const FileName& file, const Model& model, const WriteOptions& options) {
  constexpr std::uint64_t most = (std::uint64_t{1} << 31) - 1;   // protobuf's readers take no more
  const std::filesystem::path path(file.string());
  ExternalWriter external{path.filename().string() + ".data"};
  const WireWriter message = model_message(model, options.external_data ? &external : nullptr);
  check<ValueError>(message.size() <= most, "onnx: ", file, ": ", message.size(), " bytes, and no reader takes more than ", most,
                    "; write the parameters to a file beside: .external_data = true");
  if (!external.placed.empty()) write_external(path.parent_path() / external.location, external);
  FileReplacement out(file);
  each_piece(message, [&](const char* bytes, std::size_t n) { out.write(bytes, n); });
  out.commit();
}

}  // namespace gradus::nn::onnx
