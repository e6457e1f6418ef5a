// The format: 8 bytes with the length N of the header (little endian), N bytes of JSON padded with spaces, the data.
#include <gradus/autograd/array/formats/safetensors.h>

#include <algorithm>
#include <array>
#include <limits>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus {
namespace {

using detail::in_quotes, detail::metadata_key, detail::longest_header;

constexpr std::size_t piece = std::size_t{1} << 16;   // bytes that are converted at a time
constexpr std::size_t prefix_bytes = 8;

template <class F>
auto naming_the_file(const FileName& path, F f) {
  try {
    return f();
  } catch (const FileError& e) {
    fail<FileError>("safetensors: ", path, ": ", e.what());
  }
}

std::uint64_t header_length(const InputFile& file) {
  check<FileError>(file.size() >= prefix_bytes, "truncated: ", file.size(), " bytes cannot hold the length of a header");
  std::array<unsigned char, prefix_bytes> prefix;
  file.read_at(0, prefix.data(), prefix.size());
  std::uint64_t length = 0;
  for (std::size_t i = prefix_bytes; i-- > 0;) length = length << 8 | prefix[i];
  check<FileError>(length <= longest_header, "the header's length ", length, " exceeds ", longest_header, "; is this a safetensors file?");
  check<FileError>(length <= file.size() - prefix_bytes, "truncated: a header of ", length, " bytes in a file of ", file.size());
  return length;
}

// The shape that an Array can have. The product without the zeros is bounded too, for strides are made of it.
Shape shape_of(const SafetensorsEntry& e, std::size_t element) {
  const auto name = [&] { return in_quotes(e.name); };   // written only for errors: there may be a million tensors
  check<FileError>(e.shape.size() <= Shape::max_rank, "tensor ", name, ": ", e.shape.size(), " dimensions; gradus has at most ",
                   Shape::max_rank);
  constexpr std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::int64_t product = static_cast<std::int64_t>(element);
  bool fits = true;
  Shape shape;
  for (const std::uint64_t size : e.shape) {
    fits = fits && size <= most && !__builtin_mul_overflow(product, std::max<std::int64_t>(static_cast<std::int64_t>(size), 1), &product);
    shape.push_back(static_cast<std::int64_t>(size));
  }
  check<FileError>(fits, "tensor ", name, ": the shape's product exceeds 2^63");
  return shape;
}

}  // namespace

struct SafetensorsFile::State {
  explicit State(const FileName& path, const SafetensorsOptions& options) : file(path) {
    const std::uint64_t length = header_length(file);
    data = prefix_bytes + length;
    header = detail::read_header(file, prefix_bytes, length, options);
  }

  const SafetensorsEntry* find(std::string_view name) const {
    const auto& places = header.by_name;
    const auto at = std::lower_bound(places.begin(), places.end(), name,
                                     [this](std::uint32_t i, std::string_view n) { return header.entries[i].name < n; });
    return at == places.end() || header.entries[*at].name != name ? nullptr : &header.entries[*at];
  }
  const SafetensorsEntry& entry(std::string_view name) const {
    const SafetensorsEntry* found = find(name);
    check<ValueError>(found, "safetensors: ", file.path(), " has no tensor ", [&] { return in_quotes(name); });
    return *found;
  }

  Array load(const SafetensorsEntry& e) const {
    const auto name = [&] { return in_quotes(e.name); };
    check<FileError>(e.loads_as.has_value(), "tensor ", name, ": gradus has no dtype for ", e.dtype,
                     "; SafetensorsFile reads the other tensors, and the bytes of this one");
    const detail::StoredDtype& stored = *detail::stored_dtype(e.dtype);
    Array out(shape_of(e, size_of(*e.loads_as)), *e.loads_as);
    auto* to = static_cast<std::byte*>(out.mutable_raw());
    if (!stored.convert) {
      file.read_at(data + e.begin, to, e.end - e.begin);
      return out;
    }
    std::vector<std::byte> bytes(std::min<std::uint64_t>(piece, e.end - e.begin));
    const std::uint64_t element = static_cast<std::uint64_t>(stored.bits) / 8;
    for (std::uint64_t at = e.begin; at < e.end;) {
      const std::uint64_t taken = std::min<std::uint64_t>(bytes.size(), e.end - at);
      const auto n = static_cast<std::int64_t>(taken / element);
      file.read_at(data + at, bytes.data(), taken);
      check<FileError>(stored.convert(bytes.data(), to, n) == n, "tensor ", name, ": a ", e.dtype, " beyond the range of ", *e.loads_as);
      to += static_cast<std::uint64_t>(n) * size_of(*e.loads_as);
      at += taken;
    }
    return out;
  }

  // Read in the order of the data, put in the order of the names.
  Safetensors load_all() const {
    Safetensors all{{}, header.metadata};
    std::vector<Array*> arrays(header.entries.size());
    for (const std::uint32_t i : header.by_name)
      arrays[i] = &all.arrays.emplace_hint(all.arrays.end(), header.entries[i].name, Array())->second;
    for (std::size_t i = 0; i < arrays.size(); ++i) *arrays[i] = load(header.entries[i]);
    return all;
  }

  InputFile file;
  std::uint64_t data = 0;                 // where they begin in the file
  detail::SafetensorsHeader header;
};

SafetensorsFile::SafetensorsFile(const FileName& file, const SafetensorsOptions& options)
    : state_(naming_the_file(file, [&] { return std::make_unique<const State>(file, options); })) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

const std::vector<SafetensorsEntry>& SafetensorsFile::entries() const { return state_->header.entries; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const { return state_->header.metadata; }
bool SafetensorsFile::contains(std::string_view name) const { return state_->find(name) != nullptr; }
const SafetensorsEntry& SafetensorsFile::entry(std::string_view name) const { return state_->entry(name); }

Array SafetensorsFile::load(std::string_view name) const {
  const SafetensorsEntry& e = entry(name);
  return naming_the_file(state_->file.path(), [&] { return state_->load(e); });
}

std::vector<std::byte> SafetensorsFile::bytes(std::string_view name) const {
  const SafetensorsEntry& e = entry(name);
  std::vector<std::byte> out(e.end - e.begin);
  naming_the_file(state_->file.path(), [&] { state_->file.read_at(state_->data + e.begin, out); });
  return out;
}

Safetensors load_safetensors(const FileName& path, const SafetensorsOptions& options) {
  const SafetensorsFile file(path, options);
  return naming_the_file(path, [&] { return file.state_->load_all(); });
}

void save_safetensors(const FileName& path, const Safetensors& contents) {
  std::vector<const std::pair<const std::string, Array>*> arrays;
  for (const auto& named : contents.arrays) {
    check<ValueError>(named.first != metadata_key, "save_safetensors: ", path, ": no tensor may be named ", metadata_key);
    check<ValueError>(
        named.second.defined(), "save_safetensors: ", path, ": tensor ", [&] { return in_quotes(named.first); }, " is undefined");
    arrays.push_back(&named);
  }
  std::stable_sort(arrays.begin(), arrays.end(), [](const auto* a, const auto* b) {
    return detail::order_in_file(a->second.dtype()) < detail::order_in_file(b->second.dtype());
  });

  std::string header;
  try {
    header = detail::write_header(contents.metadata, arrays);
  } catch (const ValueError& e) {
    fail<ValueError>("save_safetensors: ", path, ": ", e.what());
  }
  check<ValueError>(header.size() <= longest_header, "save_safetensors: ", path, ": the header of ", header.size(), " bytes exceeds ",
                    longest_header);

  std::array<unsigned char, prefix_bytes> prefix;
  for (std::size_t i = 0; i < prefix_bytes; ++i) prefix[i] = static_cast<unsigned char>(std::uint64_t{header.size()} >> (8 * i));
  FileReplacement out(path);
  out.write(prefix.data(), prefix.size());
  out.write(header.data(), header.size());
  for (const auto* named : arrays) {
    const Array array = named->second.as_contiguous();
    out.write(array.raw(), static_cast<std::size_t>(array.size()) * size_of(array.dtype()));
  }
  out.commit();
}

}  // namespace gradus
