#include <gradus/nn/onnx/internal/model_file.h>

#include <utility>

#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/nn/onnx/internal/file_bytes.h>
#include <gradus/nn/onnx/internal/stored_tensor.h>
#include <gradus/nn/onnx/internal/wire.h>

namespace gradus::nn::onnx {
namespace {

class ModelReader {
 public:
  ModelReader(const std::string& folder, const ReadLimits& limits, const InputFile* file = nullptr)
      : files_(folder), limits_(limits), file_(file) {}

  Model model(WireReader in, std::uint64_t size) {
    Model out;
    bool has_graph = false;
    out.ir_version = 0;
    for (Field f; in.next(f);) {
      switch (f.number) {
        case 1: out.ir_version = f.integer(); break;
        case 2: out.producer = f.text(); break;
        case 3: out.producer_version = f.text(); break;
        case 7:
          check<FileError>(!std::exchange(has_graph, true), "at byte ", f.at, ": a second graph");
          out.graph = graph(f, 0);
          break;
        case 8: out.opsets.push_back(opset(f)); break;
        case 14: out.metadata.push_back(entry(f)); break;
        case 25: out.functions.push_back(function(f)); break;
        default: break;
      }
    }
    check<FileError>(has_graph, "no graph: a file of ", size, " bytes; is this an ONNX model?");
    check<FileError>(!out.opsets.empty(), "the model does not say which operator set it uses");
    return out;
  }

 private:
  // Every message counts, so that a file cannot make much more memory than it has bytes.
  void count(const Field& f) {
    check<FileError>(++entries_ <= limits_.entries, "at byte ", f.at, ": more than ", limits_.entries,
                     " nodes, attributes, tensors and names");
  }
  std::string domain(const Field& f) const { return f.text() == "ai.onnx" ? std::string() : std::string(f.text()); }
  std::string counted_text(const Field& f) {
    count(f);
    return std::string(f.text());
  }

  OperatorSet opset(const Field& message) {
    count(message);
    OperatorSet out;
    WireReader in(message);
    for (Field f; in.next(f);) {
      if (f.number == 1) out.domain = domain(f);
      if (f.number == 2) out.version = f.integer();
    }
    return out;
  }

  std::pair<std::string, std::string> entry(const Field& message) {
    count(message);
    std::pair<std::string, std::string> out;
    WireReader in(message);
    for (Field f; in.next(f);) {
      if (f.number == 1) out.first = f.text();
      if (f.number == 2) out.second = f.text();
    }
    return out;
  }

  std::string function(const Field& message) {
    count(message);
    std::string name, of;
    WireReader in(message);
    for (Field f; in.next(f);) {
      if (f.number == 1) name = f.text();
      if (f.number == 10) of = domain(f);
    }
    return of + "." + name;
  }

  NamedArray tensor(const Field& message) {
    count(message);
    NamedArray out = read_tensor(message, files_, file_);
    if (message.file) message.file->let_go(message.content_at + message.content.size());   // fields are read in their order
    return out;
  }

  Graph graph(const Field& message, int depth) {
    check<FileError>(depth < limits_.depth, "at byte ", message.at, ": graphs within graphs, more than ", limits_.depth, " deep");
    count(message);
    Graph out;
    WireReader in(message);
    for (Field f; in.next(f);) {
      switch (f.number) {
        case 1: out.nodes.push_back(node(f, depth)); break;
        case 2: out.name = f.text(); break;
        case 5: out.initializers.push_back(tensor(f)); break;
        case 11: out.inputs.push_back(value_info(f)); break;
        case 12: out.outputs.push_back(value_info(f)); break;
        case 13: out.values.push_back(value_info(f)); break;
        case 15: fail<FileError>("at byte ", f.at, ": a sparse initialiser, which gradus does not read");
        default: break;
      }
    }
    return out;
  }

  Node node(const Field& message, int depth) {
    count(message);
    Node out;
    WireReader in(message);
    for (Field f; in.next(f);) {
      switch (f.number) {
        case 1: out.inputs.push_back(counted_text(f)); break;
        case 2: out.outputs.push_back(counted_text(f)); break;
        case 3: out.name = f.text(); break;
        case 4: out.op_type = f.text(); break;
        case 5: out.attributes.push_back(attribute(f, depth)); break;
        case 7: out.domain = domain(f); break;
        default: break;
      }
    }
    check<FileError>(!out.op_type.empty(), "at byte ", message.at, ": node ", in_quotes(out.name), " names no operator");
    return out;
  }

  Attribute attribute(const Field& message, int depth) {
    count(message);
    Attribute out;
    std::int64_t said = 0, i = 0;
    float number = 0;
    std::string text;
    NamedArray value;
    std::shared_ptr<const Graph> inner;
    std::vector<float> numbers;
    std::vector<std::int64_t> integers;
    std::vector<std::string> texts;
    std::vector<NamedArray> tensors;
    WireReader in(message);
    for (Field f; in.next(f);) {
      switch (f.number) {
        case 1: out.name = f.text(); break;
        case 2: number = f.number32(); break;
        case 3: i = f.integer(); break;
        case 4: text = f.text(); break;
        case 5: value = tensor(f); break;
        case 6: inner = std::make_shared<const Graph>(graph(f, depth + 1)); break;
        case 7: f.append_to(numbers); break;
        case 8: f.append_to(integers); break;
        case 9: texts.push_back(counted_text(f)); break;
        case 10: tensors.push_back(tensor(f)); break;
        case 20: said = f.integer(); break;
        default: break;
      }
    }
    check<FileError>(!out.name.empty(), "at byte ", message.at, ": an attribute without a name");
    using A = Attribute;
    out.type = said >= A::number && said <= A::tensors ? static_cast<A::Type>(said) : A::other;
    switch (out.type) {
      case A::number: out.value = number; break;
      case A::integer: out.value = i; break;
      case A::text: out.value = std::move(text); break;
      case A::tensor:
        check<FileError>(value.value.defined(), "at byte ", message.at, ": attribute ", in_quotes(out.name),
                         " is a tensor that is not there");
        out.value = std::move(value);
        break;
      case A::graph:
        check<FileError>(inner != nullptr, "at byte ", message.at, ": attribute ", in_quotes(out.name), " is a graph that is not there");
        out.value = std::move(inner);
        break;
      case A::numbers: out.value = std::move(numbers); break;
      case A::integers: out.value = std::move(integers); break;
      case A::texts: out.value = std::move(texts); break;
      case A::tensors: out.value = std::move(tensors); break;
      case A::undefined: case A::other: break;
    }
    return out;
  }

  ValueInfo value_info(const Field& message) {
    count(message);
    ValueInfo out;
    WireReader in(message);
    for (Field f; in.next(f);) {
      if (f.number == 1) out.name = f.text();
      if (f.number == 2) value_type(f, out);
    }
    return out;
  }

  void value_type(const Field& message, ValueInfo& out) {
    WireReader in(message);
    for (Field f; in.next(f);) {
      switch (f.number) {
        case 1: tensor_type(f, out); break;
        case 4: out.other = "sequence"; break;
        case 5: out.other = "map"; break;
        case 8: out.other = "sparse tensor"; break;
        case 9: out.other = "optional"; break;
        default: break;
      }
    }
  }

  void tensor_type(const Field& message, ValueInfo& out) {
    WireReader in(message);
    for (Field f; in.next(f);) {
      if (f.number == 1) out.type = static_cast<ElementType>(f.integer());
      if (f.number != 2) continue;
      out.shape.emplace();
      WireReader dimensions(f);
      for (Field d; dimensions.next(d);)
        if (d.number == 1) out.shape->push_back(dimension(d));
    }
  }

  Dimension dimension(const Field& message) {
    count(message);
    Dimension out;
    WireReader in(message);
    for (Field f; in.next(f);) {
      if (f.number == 1) out.size = f.integer();
      if (f.number == 2) out.name = f.text();
    }
    check<FileError>(out.size >= -1, "at byte ", message.at, ": a dimension of ", out.size);
    return out;
  }

  ExternalFiles files_;
  ReadLimits limits_;
  const InputFile* file_;                // of the bytes, if they are not in memory
  std::uint64_t entries_ = 0;
};

}  // namespace

std::string_view name_of(Attribute::Type type) {
  constexpr std::string_view names[] = {"no type", "FLOAT",  "INT",     "STRING", "TENSOR",     "GRAPH",
                                        "FLOATS",  "INTS",   "STRINGS", "TENSORS", "another type"};
  return names[type];
}

Model parse_model(std::string_view bytes, const std::string& folder, const ReadLimits& limits) {
  return ModelReader(folder, limits).model(WireReader(bytes), bytes.size());
}

// Of a large file what stands around the tensors is read by the piece, and the tensors to where they stay: so the model is in memory once.
Model read_model(const FileName& name, const ReadLimits& limits) {
  const std::filesystem::path path(name.string());
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  return gradus::detail::naming_the_file("onnx", name, [&] {
    InputFile file(name);
    if (file.size() >= limits.large) {
      FileBytes bytes(file);
      if (bytes.data()) return ModelReader(folder, limits, &file).model(WireReader(bytes, file.size()), file.size());
    }
    std::string bytes(file.size(), '\0');
    file.read(bytes.data(), bytes.size());
    return parse_model(bytes, folder, limits);
  });
}

}  // namespace gradus::nn::onnx
