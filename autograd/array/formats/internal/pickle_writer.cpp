#include <gradus/autograd/array/formats/internal/pickle_writer.h>

#include <limits>

namespace gradus::detail {

PickleWriter::PickleWriter(const PtNode& root, std::function<PicklePlace(const PtNode&)> place_of) : place_of_(std::move(place_of)) {
  out_ = "\x80\x02";
  count(root);
  write(root);
  out_ += '.';
}

// Values stand in each other no deeper than PtValue::max_depth, so these may recurse.
void PickleWriter::count(const PtNode& node) {
  if (++uses_[&node] > 1 || !node.items) return;
  for (const auto& value : node.items->values) count(*value);
  if (node.items->attributes) count(*node.items->attributes);
}

void PickleWriter::little(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out_ += static_cast<char>(value >> (8 * i) & 255);
}

void PickleWriter::put(std::uint32_t index) {
  out_ += index < 256 ? 'q' : 'r';
  little(index, index < 256 ? 1 : 4);
}

void PickleWriter::get(std::uint32_t index) {
  out_ += index < 256 ? 'h' : 'j';
  little(index, index < 256 ? 1 : 4);
}

void PickleWriter::write(const PtNode& node) {
  const bool shared = (node.items || node.tensor) && uses_[&node] > 1;
  if (shared)
    if (const auto found = memo_.find(&node); found != memo_.end()) return get(found->second);
  write_new(node);
  if (!shared) return;
  memo_.emplace(&node, next_);
  put(next_++);
}

void PickleWriter::write_new(const PtNode& node) {
  using Kind = PtValue::Kind;
  switch (node.kind) {
    case Kind::none: out_ += 'N'; return;
    case Kind::boolean: out_ += node.integer ? '\x88' : '\x89'; return;
    case Kind::integer: return integer(node.integer);
    case Kind::number: {
      const auto bits = __builtin_bit_cast(std::uint64_t, node.number);
      out_ += 'G';
      for (int i = 7; i >= 0; --i) out_ += static_cast<char>(bits >> (8 * i) & 255);
      return;
    }
    case Kind::text: return text(node.text);
    case Kind::bytes: {                                     // protocol 2 has none: letters of Latin-1
      std::string letters;
      for (const char c : node.text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) letters += static_cast<char>(0xc0 | byte >> 6);
        letters += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
      }
      global("_codecs\nencode\n");
      text(letters);
      text("latin1");
      out_ += "\x86R";
      return;
    }
    case Kind::dtype: out_ += gradus::text("ctorch\n", node.text, "\n"); return;
    case Kind::device:
      global("torch\ndevice\n");
      text(node.text);
      out_ += "\x85R";
      return;
    case Kind::list:
    case Kind::tuple:
    case Kind::set: return list(node);
    case Kind::dict: return dict(node);
    case Kind::tensor: return tensor(node);
  }
}

void PickleWriter::integer(std::int64_t value) {
  constexpr std::int64_t one_byte = 256, two_bytes = 65536;
  if (0 <= value && value < one_byte) out_ += 'K', little(static_cast<std::uint64_t>(value), 1);
  else if (0 <= value && value < two_bytes) out_ += 'M', little(static_cast<std::uint64_t>(value), 2);
  else if (std::in_range<std::int32_t>(value)) out_ += 'J', little(static_cast<std::uint64_t>(value), 4);
  else out_ += "\x8a\x08", little(static_cast<std::uint64_t>(value), 8);
}

void PickleWriter::text(std::string_view text) {
  check<ValueError>(std::in_range<std::uint32_t>(text.size()), "save_pt: a text of ", text.size(), " bytes");
  out_ += 'X';
  little(text.size(), 4);
  out_ += text;
}

void PickleWriter::global(std::string_view module_and_name) {
  if (const auto found = globals_.find(module_and_name); found != globals_.end()) return get(found->second);
  out_ += 'c';
  out_ += module_and_name;
  globals_.emplace(module_and_name, next_);
  put(next_++);
}

void PickleWriter::numbers(const Shape& values) {
  const bool few = values.rank() <= 3;
  if (!few) out_ += '(';
  for (const std::int64_t value : values) integer(value);
  out_ += few ? ")\x85\x86\x87"[values.rank()] : 't';
}

void PickleWriter::list(const PtNode& node) {
  const bool set = node.kind == PtValue::Kind::set, tuple = node.kind == PtValue::Kind::tuple;
  if (set) global("__builtin__\nset\n");
  out_ += tuple ? "(" : "](";
  for (const auto& value : node.items->values) write(*value);
  out_ += tuple ? "t" : "e";
  if (set) out_ += "\x85R";
}

void PickleWriter::dict(const PtNode& node) {
  if (node.ordered) {
    global("collections\nOrderedDict\n");
    out_ += ")R";
  } else {
    out_ += '}';
  }
  out_ += '(';
  for (std::size_t i = 0; i < node.items->values.size(); ++i) {
    write_new(*node.items->keys[i]);
    write(*node.items->values[i]);
  }
  out_ += 'u';
  if (!node.ordered || !node.items->attributes) return;
  write(*node.items->attributes);
  out_ += 'b';
}

void PickleWriter::tensor(const PtNode& node) {
  const PtTensor& tensor = *node.tensor;
  const PicklePlace place = place_of_(node);
  const TorchDtype& dtype = torch_dtype_of(*tensor.dtype->stored->loads_as);
  if (tensor.parameter) global("torch._utils\n_rebuild_parameter\n");
  global("torch._utils\n_rebuild_tensor_v2\n");
  out_ += "((";
  text("storage");
  out_ += gradus::text("ctorch\n", dtype.storage, "\n");
  text(std::to_string(place.storage));
  text("cpu");
  integer(static_cast<std::int64_t>(place.count));
  out_ += "tQ";
  integer(place.offset);
  numbers(tensor.shape);
  numbers(place.strides);
  const auto requires_grad = [&](bool yes) {
    out_ += yes ? '\x88' : '\x89';
    global("collections\nOrderedDict\n");
    out_ += ")R";                                           // hooks: none
  };
  requires_grad(tensor.requires_grad && !tensor.parameter);
  out_ += "tR";
  if (!tensor.parameter) return;
  requires_grad(tensor.requires_grad);
  out_ += "\x87R";
}

}  // namespace gradus::detail
