// The format: 8 bytes with the length N of the header (little endian), N bytes of JSON padded with spaces, the data.
#include <gradus/autograd/array/formats/safetensors.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <gradus/autograd/array/formats/internal/array_source.h>
#include <gradus/autograd/array/formats/internal/by_name.h>
#include <gradus/autograd/array/formats/internal/file_checksum.h>
#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/array/formats/internal/safetensors_write.h>
#include <gradus/autograd/array/formats/internal/stored_array.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus {
namespace {

using detail::in_quotes, detail::metadata_key, detail::longest_header, detail::prefix_bytes;

}  // namespace

std::uint64_t detail::header_length(const InputFile& file) {
  check<FileError>(file.size() >= prefix_bytes, "truncated: ", file.size(), " bytes cannot hold the length of a header");
  std::array<unsigned char, prefix_bytes> prefix;
  file.read_at(0, prefix.data(), prefix.size());
  std::uint64_t length = 0;
  for (std::size_t i = prefix_bytes; i-- > 0;) length = length << 8 | prefix[i];
  check<FileError>(length <= longest_header, "the header's length ", length, " exceeds ", longest_header, "; is this a safetensors file?");
  check<FileError>(length <= file.size() - prefix_bytes, "truncated: a header of ", length, " bytes in a file of ", file.size());
  return length;
}

struct SafetensorsFile::State {
  explicit State(const FileName& path, const SafetensorsOptions& options) : file(path), map(options.map), floating(options.floating) {
    detail::check_floating(floating, "SafetensorsOptions::floating");
    const std::uint64_t length = detail::header_length(file);
    data = prefix_bytes + length;
    header = detail::read_header(file, prefix_bytes, length, options);
  }

  const SafetensorsEntry* find(std::string_view name) const {
    return detail::find_by_name(header.entries, header.by_name, name);
  }
  const SafetensorsEntry& entry(std::string_view name) const {
    const SafetensorsEntry* found = find(name);
    check<ValueError>(found, "safetensors: ", file.path(), " has no tensor ", [&] { return in_quotes(name); });
    return *found;
  }

  Array load(const SafetensorsEntry& e) const { return detail::converted(load_stored(e), floating); }

  Array load_stored(const SafetensorsEntry& e) const {
    const auto name = [&] { return in_quotes(e.name); };
    check<FileError>(e.loads_as.has_value(), "tensor ", name, ": gradus has no dtype for ", e.dtype,
                     "; SafetensorsFile reads the other tensors, and the bytes of this one");
    const detail::StoredDtype& stored = *detail::stored_dtype(e.dtype);
    const Shape shape = detail::shape_of(e.shape, size_of(*e.loads_as), "tensor", e.name);
    std::uint64_t at = data + e.begin;
    if (map && !stored.convert)
      if (std::optional<Array> mapped = detail::map_array(file, at, shape, *e.loads_as)) return *std::move(mapped);
    const auto read = [&](std::span<std::byte> to) {
      file.read_at(at, to);
      at += to.size();
    };
    return detail::read_elements(shape, stored, false, read, "tensor", e.name);
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
  bool map;
  std::optional<Dtype> floating;
  std::uint64_t data = 0;                 // where they begin in the file
  detail::SafetensorsHeader header;
};

SafetensorsFile::SafetensorsFile(const FileName& file, const SafetensorsOptions& options)
    : state_(detail::naming_the_file("safetensors", file, [&] { return std::make_shared<const State>(file, options); })) {}

const std::vector<SafetensorsEntry>& SafetensorsFile::entries() const { return state_->header.entries; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const { return state_->header.metadata; }
bool SafetensorsFile::contains(std::string_view name) const { return state_->find(name) != nullptr; }
const SafetensorsEntry& SafetensorsFile::entry(std::string_view name) const { return state_->entry(name); }

Array SafetensorsFile::load(std::string_view name) const {
  const SafetensorsEntry& e = entry(name);
  return detail::naming_the_file("safetensors", state_->file.path(), [&] { return state_->load(e); });
}

std::vector<std::byte> SafetensorsFile::bytes(std::string_view name) const {
  const SafetensorsEntry& e = entry(name);
  std::vector<std::byte> out(e.end - e.begin);
  detail::naming_the_file("safetensors", state_->file.path(), [&] { state_->file.read_at(state_->data + e.begin, out); });
  return out;
}

Safetensors load_safetensors(const FileName& path, const SafetensorsOptions& options) {
  const SafetensorsFile file(path, options);
  return detail::naming_the_file("safetensors", path, [&] { return file.state_->load_all(); });
}

void save_safetensors(const FileName& path, const Safetensors& contents) {
  detail::NamedArrays arrays;
  for (const auto& named : contents.arrays) arrays.push_back(&named);
  detail::write_safetensors(path, contents.metadata, std::move(arrays))->commit();
}

std::string detail::beginning_of(const std::string& header) {
  std::string out(prefix_bytes, '\0');
  for (std::size_t i = 0; i < prefix_bytes; ++i) out[i] = static_cast<char>(std::uint64_t{header.size()} >> (8 * i));
  return out + header;
}

void detail::write_beginning(FileReplacement& out, const std::string& header) {
  const std::string beginning = beginning_of(header);
  out.write(beginning.data(), beginning.size());
}

std::unique_ptr<FileReplacement> detail::write_safetensors(const FileName& path, const std::map<std::string, std::string>& metadata,
                                                           NamedArrays arrays, std::string_view checksum) {
  for (const auto* named : arrays) {
    check<ValueError>(named->first != metadata_key, "save_safetensors: ", path, ": no tensor may be named ", metadata_key);
    check<ValueError>(
        named->second.defined(), "save_safetensors: ", path, ": tensor ", [&] { return in_quotes(named->first); }, " is undefined");
  }
  std::stable_sort(arrays.begin(), arrays.end(), [](const auto* a, const auto* b) {
    return order_in_file(a->second.dtype()) < order_in_file(b->second.dtype());
  });

  std::string header;
  try {
    header = write_header(metadata, arrays);
  } catch (const ValueError& e) {
    fail<ValueError>("save_safetensors: ", path, ": ", e.what());
  }
  check<ValueError>(header.size() <= longest_header, "save_safetensors: ", path, ": the header of ", header.size(), " bytes exceeds ",
                    longest_header);
  if (!checksum.empty()) put_checksum(header, checksum, arrays);

  auto out = std::make_unique<FileReplacement>(path);
  write_beginning(*out, header);
  for (const auto* named : arrays) {
    const Array array = named->second.as_contiguous();
    out->write(array.raw(), static_cast<std::size_t>(array.size()) * size_of(array.dtype()));
  }
  return out;
}

namespace {

struct SafetensorsSource final : detail::ArraySource {
  SafetensorsSource(const FileName& path, const ArrayFileOptions& options)
      : file(path, {.max_entries = options.max_entries, .map = options.map, .floating = options.floating}) {
    format = ArrayFormat::safetensors;
    metadata = file.metadata();
    for (const SafetensorsEntry& e : file.entries()) entries.push_back(detail::array_entry(e));
  }
  Array load(std::size_t i) const override { return file.load(file.entries()[i].name); }
  SafetensorsFile file;
};

}  // namespace

ArrayEntry detail::array_entry(const SafetensorsEntry& e) {
  return {.name = e.name, .dtype = std::string(e.dtype), .loads_as = e.loads_as, .shape = e.shape, .bytes = e.end - e.begin};
}

std::unique_ptr<const detail::ArraySource> detail::open_safetensors(const FileName& file, const ArrayFileOptions& options) {
  return std::make_unique<const SafetensorsSource>(file, options);
}

}  // namespace gradus
