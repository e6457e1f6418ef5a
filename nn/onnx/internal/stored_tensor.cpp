#include <gradus/nn/onnx/internal/stored_tensor.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <system_error>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus::nn::onnx {
namespace {

namespace fs = std::filesystem;

// ONNX's numbers for element types, and what safetensors calls them, whose conversions they share.
struct StoredType {
  std::int32_t number;
  std::string_view name, like;
};
constexpr StoredType stored_types[] = {
    {1, "FLOAT", "F32"},        {2, "UINT8", "U8"},           {3, "INT8", "I8"},
    {4, "UINT16", "U16"},       {5, "INT16", "I16"},          {6, "INT32", "I32"},
    {7, "INT64", "I64"},        {8, "STRING", ""},            {9, "BOOL", "BOOL"},
    {10, "FLOAT16", "F16"},     {11, "DOUBLE", "F64"},        {12, "UINT32", "U32"},
    {13, "UINT64", "U64"},      {14, "COMPLEX64", ""},        {15, "COMPLEX128", ""},
    {16, "BFLOAT16", "BF16"},   {17, "FLOAT8E4M3FN", "F8_E4M3"}, {18, "FLOAT8E4M3FNUZ", "F8_E4M3FNUZ"},
    {19, "FLOAT8E5M2", "F8_E5M2"}, {20, "FLOAT8E5M2FNUZ", "F8_E5M2FNUZ"}, {21, "UINT4", ""},
    {22, "INT4", ""},           {23, "FLOAT4E2M1", ""},       {24, "FLOAT8E8M0", "F8_E8M0"},
    {25, "UINT2", ""},          {26, "INT2", ""},
};

const StoredType* stored_type(std::int64_t number) {
  const auto* found = std::find_if(std::begin(stored_types), std::end(stored_types), [&](const StoredType& t) {
    return t.number == number;
  });
  return found == std::end(stored_types) ? nullptr : found;
}
const gradus::detail::StoredDtype* stored_dtype_of(std::int64_t number) {
  const StoredType* type = stored_type(number);
  return type && !type->like.empty() ? gradus::detail::stored_dtype(type->like) : nullptr;
}

std::uint64_t whole_number(const std::string& tensor, std::string_view key, std::string_view value) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  check<FileError>(error == std::errc() && end == value.data() + value.size(), "tensor ", tensor, ": external data's ", key, " is ",
                   in_quotes(value), ", no whole number");
  return number;
}

// All that a TensorProto says, before it is known to fit together.
struct Said {
  std::string name;
  std::vector<std::int64_t> dims;
  std::int64_t type = 0;
  bool has_raw = false, external = false;
  Field raw;
  std::string wide;                       // of floats and doubles: their bytes
  std::vector<std::int64_t> numbers;      // of whole numbers
  std::map<std::string, std::string> where;
  std::string list = {};                  // which list had elements
  std::uint64_t at = 0;
};

Said read_said(const Field& message) {
  Said said;
  said.at = message.at;
  const auto from = [&](const char* list) {
    check<FileError>(said.list.empty() || said.list == list, "at byte ", message.at, ": a tensor with elements in ", said.list,
                     " and ", list);
    said.list = list;
  };
  WireReader in(message);
  for (Field f; in.next(f);) {
    switch (f.number) {
      case 1: f.append_to(said.dims); break;
      case 2: said.type = f.integer(); break;
      case 3: fail<FileError>("at byte ", f.at, ": a tensor in segments, which no reader knows");
      case 4: from("float_data"), f.append_bytes_to(said.wide, Field::fixed32); break;
      case 5: from("int32_data"), f.append_to(said.numbers); break;
      case 6: from("string_data"); break;
      case 7: from("int64_data"), f.append_to(said.numbers); break;
      case 8: said.name = f.text(); break;
      case 9: said.raw = f.with_length(), said.has_raw = true; break;
      case 10: from("double_data"), f.append_bytes_to(said.wide, Field::fixed64); break;
      case 11: from("uint64_data"), f.append_to(said.numbers); break;
      case 13: {
        std::string key, value;
        WireReader entry(f);
        for (Field e; entry.next(e);) {
          if (e.number == 1) key = e.text();
          if (e.number == 2) value = e.text();
        }
        said.where[key] = value;
        break;
      }
      case 14: said.external = f.integer() == 1; break;
      default: break;
    }
  }
  return said;
}

// Which list of numbers has the elements of this type when they are not raw.
std::string_view list_of(std::int64_t type) {
  switch (type) {
    case 1: return "float_data";
    case 11: return "double_data";
    case 7: return "int64_data";
    case 12: case 13: return "uint64_data";
    default: return "int32_data";
  }
}

Shape checked_shape(const Said& said, const std::string& name, std::size_t element) {
  check<FileError>(said.dims.size() <= Shape::max_rank, "tensor ", name, ": ", said.dims.size(), " dimensions; gradus has at most ",
                   Shape::max_rank);
  std::int64_t product = static_cast<std::int64_t>(element);
  Shape shape;
  for (const std::int64_t size : said.dims) {
    check<FileError>(size >= 0, "tensor ", name, ": a dimension of ", size);
    check<FileError>(!__builtin_mul_overflow(product, std::max<std::int64_t>(size, 1), &product), "tensor ", name,
                     ": the product of its dimensions exceeds 2^63");
    shape.push_back(size);
  }
  return shape;
}

// The elements, whose bytes in the file are these, all there.
void convert(const gradus::detail::StoredDtype& stored, const std::byte* from, Array& to, const std::string& name) {
  void* out = to.mutable_raw();
  if (!stored.convert) return void(std::memcpy(out, from, static_cast<std::size_t>(to.size()) * size_of(to.dtype())));
  check<FileError>(stored.convert(from, out, to.size()) == to.size(), "tensor ", name, ": a number of ", stored.name,
                   " beyond the range of ", to.dtype());
}

// Whole numbers of a list as bytes of the type's width; a number beyond it is refused.
std::string narrowed(const std::vector<std::int64_t>& numbers, int bits, bool is_signed, const std::string& name) {
  std::string out;
  out.reserve(numbers.size() * static_cast<std::size_t>(bits / 8));
  const std::int64_t least = !is_signed || bits == 64 ? 0 : -(std::int64_t{1} << (bits - 1));
  const std::int64_t most = bits == 64 ? 0 : (std::int64_t{1} << (is_signed ? bits - 1 : bits)) - 1;
  for (const std::int64_t number : numbers) {
    check<FileError>(bits == 64 || (number >= least && number <= most), "tensor ", name, ": ", number, " is no number of ", bits, " bits");
    for (int i = 0; i < bits / 8; ++i) out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFF));
  }
  return out;
}

bool signed_in_file(std::int64_t type) { return type == 3 || type == 5 || type == 6 || type == 7; }

Array read_external(const Said& said, const std::string& name, const gradus::detail::StoredDtype& stored, const Shape& shape,
                    std::uint64_t bytes, ExternalFiles& files) {
  const auto location = said.where.find("location");
  check<FileError>(location != said.where.end(), "tensor ", name, ": external data without a location");
  std::uint64_t offset = 0, length = bytes;
  if (const auto at = said.where.find("offset"); at != said.where.end()) offset = whole_number(name, "offset", at->second);
  if (const auto at = said.where.find("length"); at != said.where.end()) length = whole_number(name, "length", at->second);
  check<FileError>(length == bytes, "tensor ", name, ": external data of ", length, " bytes for ", shape, " of ", stored.name,
                   ", which takes ", bytes);
  const InputFile& file = files.open(location->second, name);
  check<FileError>(offset <= file.size() && bytes <= file.size() - offset, "tensor ", name, ": bytes ", offset, " to ", offset,
                   " + ", bytes, " of ", in_quotes(location->second), ", which has ", file.size());
  Array made(shape, *stored.loads_as);
  if (!stored.convert) {
    file.read_at(offset, made.mutable_raw(), bytes);
  } else {
    std::vector<std::byte> read(bytes);
    file.read_at(offset, read);
    convert(stored, read.data(), made, name);
  }
  return made;
}

}  // namespace

std::string in_quotes(std::string_view name) { return gradus::detail::in_quotes(name, '"'); }

ElementType element_type(Dtype dtype) {
  const auto* found = std::find_if(std::begin(stored_types), std::end(stored_types), [&](const StoredType& t) {
    return !t.like.empty() && t.like == gradus::detail::stored_dtype(dtype).name;
  });
  return static_cast<ElementType>(found->number);
}

std::optional<Dtype> dtype_of_element(ElementType type) {
  const auto* stored = stored_dtype_of(static_cast<std::int64_t>(type));
  return stored ? stored->loads_as : std::nullopt;
}

std::string name_of(ElementType type) {
  const StoredType* known = stored_type(static_cast<std::int64_t>(type));
  return known ? std::string(known->name) : text("type ", static_cast<std::int32_t>(type));
}

const InputFile& ExternalFiles::open(const std::string& location, const std::string& tensor) {
  check<FileError>(!folder_.empty(), "tensor ", tensor, ": its data lie in another file, ", in_quotes(location),
                   ", and this model is in memory");
  if (const auto known = open_.find(location); known != open_.end()) return *known->second;
  const fs::path relative(location);
  const bool inside = !location.empty() && location.find('\0') == location.npos && relative.is_relative() &&
                      std::none_of(relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
  check<FileError>(inside, "tensor ", tensor, ": external data at ", in_quotes(location), ", which is no place in the model's folder");
  std::error_code error;
  const fs::path folder = fs::canonical(folder_, error);
  const fs::path file = error ? fs::path() : fs::canonical(folder / relative, error);
  check<FileError>(!error, "tensor ", tensor, ": external data at ", in_quotes(location), ": ", error.message());
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  check<FileError>(end == folder.end(), "tensor ", tensor, ": external data at ", in_quotes(location),
                   ", which is a link that leads out of the model's folder");
  return *open_.emplace(location, std::make_unique<InputFile>(file)).first->second;
}

NamedArray read_tensor(const Field& message, ExternalFiles& files, const InputFile* model) {
  const Said said = read_said(message);
  const std::string name = in_quotes(said.name);
  const StoredType* type = stored_type(said.type);
  check<FileError>(type, "at byte ", said.at, ": tensor ", name, " is of type ", said.type, ", which ONNX has not");
  const gradus::detail::StoredDtype* stored = stored_dtype_of(said.type);
  check<FileError>(stored && stored->loads_as, "at byte ", said.at, ": tensor ", name, ": gradus has no dtype for ", type->name);
  const std::size_t width = static_cast<std::size_t>(stored->bits) / 8;
  const Shape shape = checked_shape(said, name, std::max(width, size_of(*stored->loads_as)));
  const auto elements = static_cast<std::uint64_t>(shape.elements());
  const std::uint64_t bytes = elements * width;
  const auto expect = [&](std::uint64_t there, const char* of) {
    check<FileError>(there == elements, "at byte ", said.at, ": tensor ", name, ": ", shape, " needs ", elements,
                     " elements, and ", of, " has ", there);
  };

  NamedArray out{said.name, {}};
  if (said.external) {
    check<FileError>(!said.has_raw && said.list.empty(), "at byte ", said.at, ": tensor ", name, ": elements here and in another file");
    if (bytes > 0) {
      out.value = read_external(said, name, *stored, shape, bytes, files);
      return out;
    }
  } else if (said.has_raw) {
    check<FileError>(said.list.empty(), "at byte ", said.at, ": tensor ", name, ": elements in raw_data and in ", said.list);
    check<FileError>(said.raw.content.size() == bytes, "at byte ", said.at, ": tensor ", name, ": ", shape, " of ", type->name, " takes ",
                     bytes, " bytes, and raw_data has ", said.raw.content.size());
  } else {
    check<FileError>(said.list.empty() || said.list == list_of(said.type), "at byte ", said.at, ": tensor ", name, ": elements of ",
                     type->name, " stand in ", list_of(said.type), ", not in ", said.list);
    if (said.type == 1 || said.type == 11) expect(said.wide.size() / width, list_of(said.type).data());
    else expect(said.numbers.size(), list_of(said.type).data());
  }
  out.value = Array(shape, *stored->loads_as);
  if (bytes == 0) return out;
  constexpr std::uint64_t worth_reading = 1 << 16;
  if (said.has_raw && model && !stored->convert && bytes >= worth_reading) {
    model->read_at(said.raw.content_at, out.value.mutable_raw(), bytes);
  } else if (said.has_raw) {
    convert(*stored, reinterpret_cast<const std::byte*>(said.raw.text().data()), out.value, name);
  } else {
    const bool wide = said.type == 1 || said.type == 11;
    const std::string made = wide ? std::string() : narrowed(said.numbers, stored->bits, signed_in_file(said.type), name);
    convert(*stored, reinterpret_cast<const std::byte*>((wide ? said.wide : made).data()), out.value, name);
  }
  return out;
}

WireWriter write_tensor(const NamedArray& tensor, ExternalWriter* external) {
  constexpr std::uint64_t smallest = 1024, alignment = 4096;   // pages, so that readers may map the file
  const Array& value = tensor.value;
  check<ValueError>(value.defined(), "onnx: tensor ", in_quotes(tensor.name), " is undefined");
  WireWriter out;
  out.integers(1, {value.shape().begin(), value.shape().end()});
  out.integer(2, static_cast<std::int64_t>(element_type(value.dtype())));
  if (!tensor.name.empty()) out.text(8, tensor.name);
  const std::uint64_t bytes = static_cast<std::uint64_t>(value.size()) * size_of(value.dtype());
  if (!external || bytes < smallest) {
    out.elements(9, value);
    return out;
  }
  const std::uint64_t at = (external->size + alignment - 1) / alignment * alignment;
  const std::pair<const char*, std::string> entries[] = {
      {"location", external->location}, {"offset", std::to_string(at)}, {"length", std::to_string(bytes)}};
  for (const auto& [key, text] : entries) {
    WireWriter entry;
    entry.text(1, key);
    entry.text(2, text);
    out.message(13, std::move(entry));
  }
  out.integer(14, 1);
  external->placed.emplace_back(at, value);
  external->size = at + bytes;
  return out;
}

}  // namespace gradus::nn::onnx
