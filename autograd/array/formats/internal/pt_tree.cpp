#include <gradus/autograd/array/formats/internal/pt_tree.h>

#include <algorithm>
#include <limits>

namespace gradus::detail {
namespace {

constexpr std::int64_t most_i64 = std::numeric_limits<std::int64_t>::max();

class PtTree {
 public:
  using Node = std::shared_ptr<PtNode>;
  PtTree(const PickleMachine& machine, const std::vector<std::shared_ptr<PtStorage>>& storages)
      : machine_(machine), storages_(storages), made_(machine.count()), budget_(4 * std::uint64_t{machine.size()} + (1 << 16)) {}

  // `depth` of what it stands in: no deeper than PtValue::max_depth, so this may recurse.
  Node make(PickleRef ref, int depth = 0) {
    if (made_[ref]) return made_[ref];
    const PickleNode& from = machine_[ref];
    if (depth > PtValue::max_depth) machine_.refuse(from.place, "values stand in each other more than ", PtValue::max_depth, " deep");
    const bool holds_others =
        from.kind == PickleKind::list || from.kind == PickleKind::tuple || from.kind == PickleKind::set || from.kind == PickleKind::dict;
    if (!holds_others) return made_[ref] = leaf(from, ref);
    if (open_.empty()) open_.resize(machine_.count());
    if (open_[ref]) machine_.refuse(from.place, name_of(from.kind), " that contains itself");
    open_[ref] = true;
    Node out = from.kind == PickleKind::dict ? dict(from, ref, depth) : list(from, ref, depth);
    open_[ref] = false;
    return made_[ref] = std::move(out);
  }

 private:
  void spend(const PickleNode& from, std::uint64_t what) {
    if (what > budget_) machine_.refuse(from.place, "parts are shared so often that they are more than the file can hold");
    budget_ -= what;
  }

  Node leaf(const PickleNode& from, PickleRef ref) {
    using Kind = PtValue::Kind;
    const auto plain = [&](Kind kind) { return std::make_shared<PtNode>(kind); };
    const auto with_text = [&](Kind kind, std::string text) {
      spend(from, text.size());
      Node out = plain(kind);
      out->text = std::move(text);
      return out;
    };
    const auto with_integer = [&](Kind kind, std::int64_t value) {
      Node out = plain(kind);
      out->integer = value;
      return out;
    };
    switch (from.kind) {
      case PickleKind::none:
        return plain(Kind::none);
      case PickleKind::boolean:
        return with_integer(Kind::boolean, from.flag);
      case PickleKind::integer:
        return with_integer(Kind::integer, from.integer);
      case PickleKind::big_integer:
        machine_.refuse(from.place, "an int of ", machine_.text(ref).size(), " bytes, beyond the range of an i64,");
      case PickleKind::number: {
        Node out = plain(Kind::number);
        out->number = from.number;
        return out;
      }
      case PickleKind::text:
        return with_text(Kind::text, std::string(machine_.text(ref)));
      case PickleKind::bytes:
        return with_text(Kind::bytes, from.flag ? from_latin1(from, machine_.text(ref)) : std::string(machine_.text(ref)));
      case PickleKind::device:
        return with_text(Kind::device, std::string(machine_.text(ref)));
      case PickleKind::dtype:
        return with_text(Kind::dtype, std::string(from.dtype->name));
      case PickleKind::tensor:
        return tensor(from, machine_.tensor(ref));
      default:
        machine_.refuse(from.place, name_of(from.kind), " in the place of a value");
    }
  }

  // Bytes that Python wrote as a text whose letters they are.
  std::string from_latin1(const PickleNode& from, std::string_view text) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      unsigned c = static_cast<unsigned char>(text[i]);
      if (c >= 0x80) {
        if (c > 0xc3 || i + 1 == text.size()) machine_.refuse(from.place, "bytes written as letters that Latin-1 has not");
        c = (c & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f);
      }
      out += static_cast<char>(c);
    }
    return out;
  }

  Node holding(PtValue::Kind kind) {
    Node out = std::make_shared<PtNode>(kind);
    out->items = std::make_unique<PtNode::Items>();
    return out;
  }
  template <class Add>
  void add(const PickleNode& from, Add add_one) {
    spend(from, 1);
    try {
      add_one();
    } catch (const ValueError& e) {
      machine_.refuse(from.place, e.what());
    }
  }

  Node list(const PickleNode& from, PickleRef ref, int depth) {
    using Kind = PtValue::Kind;
    Node out = holding(from.kind == PickleKind::list ? Kind::list : from.kind == PickleKind::tuple ? Kind::tuple : Kind::set);
    for (const PickleRef item : machine_.items(ref)) add(from, [&] { out->add(make(item, depth + 1)); });
    return out;
  }

  Node dict(const PickleNode& from, PickleRef ref, int depth) {
    Node out = holding(PtValue::Kind::dict);
    out->ordered = from.flag;
    const PickleDict& dict = machine_.dict(ref);
    const auto add_item = [&](PickleRef key_ref, PickleRef value) {
      const PickleKind kind = machine_[key_ref].kind;
      const bool is_key = kind <= PickleKind::bytes && kind != PickleKind::big_integer;
      if (!is_key) machine_.refuse(from.place, name_of(kind), " as a key of a dict");
      const Node key = make(key_ref, depth + 1);
      if (key->kind == PtValue::Kind::text) spend(from, key->text.size());
      add(from, [&] { out->add(key, make(value, depth + 1)); });
    };
    if (dict.pairs != 0)
      for (const PickleRef pair : machine_.items(dict.pairs)) {
        const PickleKind kind = machine_[pair].kind;
        if ((kind != PickleKind::list && kind != PickleKind::tuple) || machine_.items(pair).size() != 2)
          machine_.refuse(from.place, "an OrderedDict of what is no pairs");
        add_item(machine_.items(pair)[0], machine_.items(pair)[1]);
      }
    for (const auto& [key, value] : dict.items) add_item(key, value);
    if (dict.attributes != 0) {
      out->items->attributes = make(dict.attributes, depth + 1);
      add(from, [&] { out->contain(out->items->attributes); });
    }
    return out;
  }

  Node tensor(const PickleNode& from, const PickleTensor& tensor) {
    const PickleStorage& view = machine_.storages()[tensor.storage];
    const std::uint64_t unit = view.dtype ? static_cast<std::uint64_t>(view.dtype->bytes) : 1;
    const auto element = static_cast<std::uint64_t>(tensor.dtype->bytes);
    const std::uint64_t begin = view.begin * unit / element;
    const auto there =
        static_cast<std::int64_t>((view.begin + view.length) * unit / element);   // elements that the storage has up to the view's end
    const auto refuse_extent = [&] {
      machine_.refuse(from.place, "a tensor of shape ", tensor.shape, ", strides ", tensor.strides, " and offset ", tensor.offset,
                      " reaches beyond its storage of ", view.length * unit / element, " elements,");
    };
    std::int64_t last = 0, elements = 1;
    bool fits = !__builtin_add_overflow(static_cast<std::int64_t>(begin), tensor.offset, &last);
    const bool empty = std::any_of(tensor.shape.begin(), tensor.shape.end(), [](std::int64_t size) { return size == 0; });
    for (int i = 0; i < tensor.shape.rank(); ++i) {
      std::int64_t reach = 0;
      fits = fits && !__builtin_mul_overflow(std::max<std::int64_t>(tensor.shape[i], 1), elements, &elements);
      if (empty) continue;
      fits = fits && !__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach) && !__builtin_add_overflow(last, reach, &last);
    }
    if (!fits || elements > most_i64 / 16 || (empty ? last > there : last >= there)) refuse_extent();
    // Elements may have one place, but not so many of them that whoever copies such a tensor is out of memory.
    constexpr std::int64_t often = 256, in_any_case = 1 << 26;
    if (!empty && elements > in_any_case && elements / often > there)
      machine_.refuse(from.place, "a tensor of ", elements, " elements that are ", there, " repeated,");
    Node out = std::make_shared<PtNode>(PtValue::Kind::tensor);
    out->tensor = std::make_unique<PtTensor>();
    PtTensor& made = *out->tensor;
    made.storage = storages_[tensor.storage];
    ++storages_[tensor.storage]->tensors;
    made.dtype = tensor.dtype;
    made.offset = static_cast<std::int64_t>(begin) + tensor.offset;
    made.shape = tensor.shape;
    made.strides = tensor.strides;
    made.requires_grad = tensor.requires_grad;
    made.parameter = tensor.parameter;
    return out;
  }

  const PickleMachine& machine_;
  const std::vector<std::shared_ptr<PtStorage>>& storages_;
  std::vector<Node> made_;
  std::vector<bool> open_;   // containers that are being made
  std::uint64_t budget_;    // parts and letters
};

}  // namespace

std::shared_ptr<PtNode> pt_tree(const PickleMachine& machine, PickleRef root, const std::vector<std::shared_ptr<PtStorage>>& storages) {
  return PtTree(machine, storages).make(root);
}

std::uint64_t bytes_of(const PickleMachine& machine, const PickleStorage& storage) {
  std::uint64_t bytes = 0;
  const bool fits = !__builtin_mul_overflow(storage.count, static_cast<std::uint64_t>(storage.dtype ? storage.dtype->bytes : 1), &bytes);
  if (!fits || bytes > static_cast<std::uint64_t>(most_i64)) machine.refuse(storage.place, "a storage of ", storage.count, " elements");
  return bytes;
}

}  // namespace gradus::detail
