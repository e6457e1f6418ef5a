// What a pickle names, and what becomes of it: the classes and functions that torch.load(weights_only=True) knows and gradus can hold.
#include <gradus/autograd/array/formats/internal/pickle_machine.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include <gradus/autograd/base/internal/printable.h>

namespace gradus::detail {
namespace {

struct KnownGlobal {
  std::string_view module, name;
  PickleGlobal what;
};
constexpr KnownGlobal known_globals[] = {
    {"collections", "OrderedDict", PickleGlobal::ordered_dict},
    {"collections", "defaultdict", PickleGlobal::default_dict},
    {"collections", "Counter", PickleGlobal::counter},
    {"builtins", "set", PickleGlobal::set},
    {"builtins", "frozenset", PickleGlobal::frozen_set},
    {"builtins", "bytearray", PickleGlobal::bytearray},
    {"builtins", "list", PickleGlobal::plain_type},
    {"builtins", "dict", PickleGlobal::plain_type},
    {"builtins", "int", PickleGlobal::plain_type},
    {"builtins", "float", PickleGlobal::plain_type},
    {"_codecs", "encode", PickleGlobal::encode},
    {"torch", "Size", PickleGlobal::size},
    {"torch", "device", PickleGlobal::device},
    {"torch._utils", "_rebuild_tensor", PickleGlobal::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", PickleGlobal::rebuild_tensor_v2},
    {"torch._utils", "_rebuild_tensor_v3", PickleGlobal::rebuild_tensor_v3},
    {"torch._utils", "_rebuild_parameter", PickleGlobal::rebuild_parameter},
    {"torch._utils", "_rebuild_parameter_with_state", PickleGlobal::rebuild_parameter_with_state},
    {"numpy._core.multiarray", "scalar", PickleGlobal::numpy_scalar},
    {"numpy", "dtype", PickleGlobal::numpy_dtype},
};

// What is known and not to be had, by the beginning of its name.
struct RefusedGlobal {
  std::string_view beginning, what;
};
constexpr RefusedGlobal refused_globals[] = {
    {"torch._utils._rebuild_sparse", "sparse tensors"},
    {"torch._utils._rebuild_qtensor", "quantized tensors"},
    {"torch._utils._rebuild_nested", "nested tensors"},
    {"torch._utils._rebuild_meta", "tensors without elements"},
    {"torch._utils._rebuild_device_tensor_from", "tensors of devices that PyTorch writes as NumPy arrays"},
    {"torch._utils._rebuild_wrapper", "subclasses of tensors"},
    {"torch._tensor._rebuild_from_type", "subclasses of tensors, or tensors with attributes"},
    {"builtins.complex", "complex numbers"},
    {"numpy._core.multiarray._reconstruct", "NumPy arrays inside of a pickle"},
};

// Modules that have moved, by the names that old pickles call them.
std::string_view module_today(std::string_view module) {
  if (module == "__builtin__") return "builtins";
  if (module == "numpy.core.multiarray") return "numpy._core.multiarray";
  return module;
}

bool is_torch(std::string_view module) { return module == "torch" || module == "torch.cuda" || module == "torch.storage"; }

}  // namespace

void PickleMachine::push_global(std::string_view named_module, std::string_view name) {
  const std::string_view module = module_today(named_module);
  PickleNode& node = make(PickleKind::global);
  const auto what = [&](PickleGlobal global) { node.at = static_cast<std::uint32_t>(global); };
  for (const KnownGlobal& known : known_globals)
    if (known.module == module && known.name == name) return what(known.what);
  if (is_torch(module)) {
    if (name == "UntypedStorage" || name == "_UntypedStorage") return what(PickleGlobal::untyped_storage);
    if (const TorchDtype* dtype = torch_dtype_of_storage(name)) return node.dtype = dtype, what(PickleGlobal::typed_storage);
    if (const TorchDtype* dtype = torch_dtype(name); dtype && module == "torch")
      return node.dtype = dtype, void(node.kind = PickleKind::dtype);
  }
  const std::string full = gradus::text(module, ".", name);
  for (const RefusedGlobal& refused : refused_globals)
    if (full.starts_with(refused.beginning)) fail<FileError>(shown(full), " ", place(at_), ": gradus has no ", refused.what);
  if (module == "torch" || module.starts_with("torch.") || module == "__main__")
    fail<FileError>(shown(full), " ", place(at_),
                    ": no class that gradus knows; a pickle may call anything, and gradus runs nothing; "
                    "have Python save the model's state_dict, not the model");
  fail<FileError>(shown(full), " ", place(at_), ": a pickle may call anything; gradus runs nothing");
}

void PickleMachine::expect(bool ok, std::string_view what) const {
  if (!ok) refuse(at_, what, " with other arguments than PyTorch writes");
}

std::int64_t PickleMachine::integer(PickleRef ref, std::string_view what) const {
  const PickleNode& node = nodes_[ref];
  if (node.kind != PickleKind::integer || node.integer < 0)
    refuse(at_, what, " must be an int of at least 0, not ",
           node.kind == PickleKind::integer ? gradus::text(node.integer) : name_of(node.kind), ",");
  return node.integer;
}

Shape PickleMachine::sizes(PickleRef ref, std::string_view what) const {
  if (nodes_[ref].kind != PickleKind::tuple && nodes_[ref].kind != PickleKind::list)
    refuse(at_, what, " must be a tuple, not ", name_of(nodes_[ref].kind), ",");
  const std::vector<PickleRef>& numbers = items(ref);
  if (numbers.size() > static_cast<std::size_t>(Shape::max_rank))
    refuse(at_, "a tensor of ", numbers.size(), " dimensions, where gradus has at most ", Shape::max_rank, ",");
  Shape out;
  for (const PickleRef number : numbers) out.push_back(integer(number, what));
  return out;
}

void PickleMachine::reduce() {
  const PickleRef arguments_of = pop(), function = pop();
  if (nodes_[function].kind != PickleKind::global) refuse(at_, "a call of ", name_of(nodes_[function].kind));
  if (nodes_[arguments_of].kind != PickleKind::tuple)
    refuse(at_, "a call with ", name_of(nodes_[arguments_of].kind), " in the place of arguments");
  const std::vector<PickleRef> arguments = items(arguments_of);   // a copy: making more may move the tables
  if (arguments.size() > 16) refuse(at_, "a call with ", arguments.size(), " arguments");
  const auto argument_is = [&](std::size_t i, PickleKind kind) { return i < arguments.size() && nodes_[arguments[i]].kind == kind; };
  const auto push_set = [&] {
    if (arguments.empty()) return push_list(PickleKind::set, {});
    expect(arguments.size() == 1 && argument_is(0, PickleKind::list), "a set");
    make(PickleKind::set).at = nodes_[arguments[0]].at;
  };
  const auto what = static_cast<PickleGlobal>(nodes_[function].at);
  switch (what) {
    case PickleGlobal::ordered_dict: {
      expect(arguments.empty() || (arguments.size() == 1 && argument_is(0, PickleKind::list)), "an OrderedDict");
      push_dict().flag = true;
      if (!arguments.empty()) dicts_.back().pairs = arguments[0];
      return;
    }
    case PickleGlobal::default_dict: {
      expect(arguments.empty() || (arguments.size() == 1 && (argument_is(0, PickleKind::global) || argument_is(0, PickleKind::none))),
             "a defaultdict");
      return void(push_dict());
    }
    case PickleGlobal::counter: {
      expect(arguments.empty() || (arguments.size() == 1 && argument_is(0, PickleKind::dict)), "a Counter");
      return arguments.empty() ? void(push_dict()) : stack_.push_back(arguments[0]);
    }
    case PickleGlobal::set:
    case PickleGlobal::frozen_set:
      return push_set();
    case PickleGlobal::encode:
    case PickleGlobal::bytearray: {
      if (arguments.empty()) return push_text(PickleKind::bytes, {});
      if (arguments.size() == 1 && argument_is(0, PickleKind::bytes)) return stack_.push_back(arguments[0]);
      expect(arguments.size() == 2 && argument_is(0, PickleKind::text) && argument_is(1, PickleKind::text) &&
                 (text(arguments[1]) == "latin1" || text(arguments[1]) == "latin-1"),
             "bytes");
      PickleNode& node = make(PickleKind::bytes);
      node.at = nodes_[arguments[0]].at;
      node.flag = true;
      return;
    }
    case PickleGlobal::size: {
      expect(arguments.size() == 1 && argument_is(0, PickleKind::tuple), "a torch.Size");
      return stack_.push_back(arguments[0]);
    }
    case PickleGlobal::device: {
      expect((arguments.size() == 1 || arguments.size() == 2) && argument_is(0, PickleKind::text), "a torch.device");
      if (arguments.size() == 1) return void(make(PickleKind::device).at = nodes_[arguments[0]].at);
      constexpr std::size_t longest = 32;   // "privateuseone"
      expect(text(arguments[0]).size() <= longest, "a torch.device");
      return push_text(PickleKind::device,
                       joined_.emplace_back(gradus::text(std::string(text(arguments[0])), ":", integer(arguments[1], "a device's index"))));
    }
    case PickleGlobal::numpy_dtype: {
      expect(!arguments.empty() && argument_is(0, PickleKind::text), "a NumPy dtype");
      make(PickleKind::numpy_dtype).at = nodes_[arguments[0]].at;
      return;
    }
    case PickleGlobal::numpy_scalar:
      return make_numpy_scalar(arguments);
    case PickleGlobal::rebuild_tensor:
    case PickleGlobal::rebuild_tensor_v2:
    case PickleGlobal::rebuild_tensor_v3:
      return rebuild_tensor(what, arguments);
    case PickleGlobal::rebuild_parameter:
    case PickleGlobal::rebuild_parameter_with_state:
      return rebuild_parameter(arguments);
    case PickleGlobal::plain_type:
    case PickleGlobal::typed_storage:
    case PickleGlobal::untyped_storage:
      refuse(at_, "a call of a class that PyTorch only names");
  }
}

void PickleMachine::rebuild_tensor(PickleGlobal how, const std::vector<PickleRef>& arguments) {
  const std::size_t most = how == PickleGlobal::rebuild_tensor ? 4 : how == PickleGlobal::rebuild_tensor_v2 ? 7 : 8;
  const std::size_t least = how == PickleGlobal::rebuild_tensor ? 4 : how == PickleGlobal::rebuild_tensor_v2 ? 6 : 7;
  expect(arguments.size() >= least && arguments.size() <= most, "a tensor");
  if (nodes_[arguments[0]].kind != PickleKind::storage)
    refuse(at_, "a tensor of ", name_of(nodes_[arguments[0]].kind), " in the place of a storage");
  PickleTensor tensor;
  tensor.storage = nodes_[arguments[0]].at;
  tensor.dtype = storages_[tensor.storage].dtype;
  tensor.offset = integer(arguments[1], "a tensor's offset");
  tensor.shape = sizes(arguments[2], "a tensor's size");
  tensor.strides = sizes(arguments[3], "a tensor's stride");
  if (tensor.shape.rank() != tensor.strides.rank())
    refuse(at_, "a tensor of ", tensor.shape.rank(), " sizes and ", tensor.strides.rank(), " strides");
  if (least > 4) {
    expect(nodes_[arguments[4]].kind == PickleKind::boolean, "a tensor");
    tensor.requires_grad = nodes_[arguments[4]].flag;
  }
  if (how == PickleGlobal::rebuild_tensor_v3) {
    expect(nodes_[arguments[6]].kind == PickleKind::dtype, "a tensor");
    tensor.dtype = nodes_[arguments[6]].dtype;
  }
  if (arguments.size() > least) {   // bits that say that the elements are not those of the storage: conjugate, negative
    const PickleNode& bits = nodes_[arguments[least]];
    const bool none = bits.kind == PickleKind::none || (bits.kind == PickleKind::dict && dicts_[bits.at].items.empty());
    if (!none) refuse(at_, "a tensor whose elements are to be conjugated or negated");
  }
  if (!tensor.dtype) refuse(at_, "a tensor without a dtype");
  if (!tensor.dtype->stored || !tensor.dtype->stored->loads_as)
    refuse(at_, "gradus has no dtype for ", tensor.dtype->name, ": a tensor of it");
  make(PickleKind::tensor).at = static_cast<std::uint32_t>(tensors_.size());
  tensors_.push_back(tensor);
}

void PickleMachine::rebuild_parameter(const std::vector<PickleRef>& arguments) {
  expect(arguments.size() >= 3 && arguments.size() <= 4 && nodes_[arguments[1]].kind == PickleKind::boolean, "a Parameter");
  if (nodes_[arguments[0]].kind != PickleKind::tensor) refuse(at_, "a Parameter of ", name_of(nodes_[arguments[0]].kind));
  PickleTensor tensor = tensors_[nodes_[arguments[0]].at];
  tensor.parameter = true;
  tensor.requires_grad = nodes_[arguments[1]].flag;
  make(PickleKind::tensor).at = static_cast<std::uint32_t>(tensors_.size());
  tensors_.push_back(tensor);
}

// Of a dtype, with the byte order that build() found, and of the bytes.
void PickleMachine::make_numpy_scalar(const std::vector<PickleRef>& arguments) {
  expect(arguments.size() == 2 && nodes_[arguments[0]].kind == PickleKind::numpy_dtype && nodes_[arguments[1]].kind == PickleKind::bytes,
         "a NumPy scalar");
  const std::string_view code = text(arguments[0]), written = text(arguments[1]);
  const bool latin1 = nodes_[arguments[1]].flag, big = nodes_[arguments[0]].flag;
  std::uint64_t bits = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < written.size() && count <= 8; ++i, ++count) {
    std::uint64_t byte = static_cast<unsigned char>(written[i]);
    if (latin1 && byte >= 0x80) byte = (byte & 3) << 6 | (static_cast<unsigned char>(i + 1 < written.size() ? written[++i] : 0) & 0x3f);
    bits = big ? bits << 8 | byte : count < 8 ? bits | byte << (8 * count) : bits;
  }
  const auto wanted = code.size() == 2 && code[1] >= '1' && code[1] <= '8' ? static_cast<std::size_t>(code[1] - '0') : 0;
  const bool known = (code == "f8" || code == "f4" || code == "b1" || code == "i1" || code == "i2" || code == "i4" || code == "i8" ||
                      code == "u1" || code == "u2" || code == "u4" || code == "u8");
  if (!known) refuse(at_, "gradus has nothing for NumPy's ", code, ": a scalar of it");
  if (count != wanted) refuse(at_, "a NumPy scalar of type ", code, " has ", count, " bytes");
  if (code[0] == 'f') {
    double value = 0;
    float narrow = 0;
    const auto low = static_cast<std::uint32_t>(bits);
    std::memcpy(&value, &bits, sizeof value);
    std::memcpy(&narrow, &low, sizeof narrow);
    make(PickleKind::number).number = wanted == 8 ? value : narrow;
  } else if (code[0] == 'b') {
    make(PickleKind::boolean).flag = bits != 0;
  } else {
    if (code == "u8" && bits >> 63) refuse(at_, "a NumPy u8 beyond the range of an i64");
    const int unused = static_cast<int>(64 - 8 * wanted);
    make(PickleKind::integer).integer =
        code[0] == 'i' ? static_cast<std::int64_t>(bits << unused) >> unused : static_cast<std::int64_t>(bits);
  }
}

void PickleMachine::build() {
  const PickleRef state = pop(), object = top();
  PickleNode& node = nodes_[object];
  if (node.kind == PickleKind::numpy_dtype) {   // (3, '<', None, …): the byte order is all that a scalar needs
    const bool right =
        nodes_[state].kind == PickleKind::tuple && items(state).size() >= 2 && nodes_[items(state)[1]].kind == PickleKind::text;
    expect(right, "a NumPy dtype");
    node.flag = text(items(state)[1]) == ">";
    return;
  }
  const bool attributes = node.kind == PickleKind::dict && node.flag && nodes_[state].kind == PickleKind::dict;
  if (!attributes) refuse(at_, "attributes are given to ", name_of(node.kind), ", which has none,");
  dicts_[node.at].attributes = state;
}

// ('storage', torch.FloatStorage, '0', 'cpu', 6), in the legacy layout also None or ('key of a view', offset, count).
void PickleMachine::persistent() {
  const PickleRef id = pop();
  const bool is_tuple = nodes_[id].kind == PickleKind::tuple && !items(id).empty() && nodes_[items(id)[0]].kind == PickleKind::text;
  if (!is_tuple) refuse(at_, "a persistent id that is no storage");
  const std::vector<PickleRef> parts = items(id);
  if (text(parts[0]) == "module") refuse(at_, "a whole model, whose classes gradus does not run; have Python save its state_dict instead:");
  if (text(parts[0]) != "storage") refuse(at_, "a persistent id of the kind ", in_quotes(text(parts[0]), '"'), ", not \"storage\",");
  expect(parts.size() == 5 || parts.size() == 6, "a storage");
  const PickleNode& type = nodes_[parts[1]];
  const auto what = static_cast<PickleGlobal>(type.at);
  expect(type.kind == PickleKind::global && (what == PickleGlobal::typed_storage || what == PickleGlobal::untyped_storage), "a storage");
  if (nodes_[parts[2]].kind != PickleKind::text) refuse(at_, "a storage whose key is ", name_of(nodes_[parts[2]].kind), ",");
  PickleStorage storage;
  storage.key = text(parts[2]);
  storage.dtype = what == PickleGlobal::typed_storage ? type.dtype : nullptr;
  storage.count = storage.length = static_cast<std::uint64_t>(integer(parts[4], "a storage's size"));
  storage.place = at_;
  if (parts.size() == 6 && nodes_[parts[5]].kind != PickleKind::none) {
    expect(nodes_[parts[5]].kind == PickleKind::tuple && items(parts[5]).size() == 3, "a view of a storage");
    storage.begin = static_cast<std::uint64_t>(integer(items(parts[5])[1], "a view's offset"));
    storage.length = static_cast<std::uint64_t>(integer(items(parts[5])[2], "a view's size"));
    if (storage.begin > storage.count || storage.length > storage.count - storage.begin)
      refuse(at_, "a view of ", storage.length, " elements from ", storage.begin, " on of a storage of ", storage.count);
  }
  make(PickleKind::storage).at = static_cast<std::uint32_t>(storages_.size());
  storages_.push_back(storage);
}

}  // namespace gradus::detail
