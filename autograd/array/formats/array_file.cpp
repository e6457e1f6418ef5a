#include <gradus/autograd/array/formats/array_file.h>

#include <algorithm>
#include <array>
#include <string>

#include <gradus/autograd/array/formats/internal/array_source.h>
#include <gradus/autograd/array/formats/internal/by_name.h>
#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/array/formats/internal/stored_array.h>
#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/array/formats/npy.h>
#include <gradus/autograd/array/formats/npz.h>
#include <gradus/autograd/array/formats/pt.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/array/formats/sharded.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus {
namespace {

constexpr std::string_view blanks_before_json = " \t\r\n";

struct Recognised {
  std::optional<ArrayFormat> format;
  std::shared_ptr<const detail::ZipReader> zip = {};   // of a zip archive
};

// PyTorch's if an entry is called data.pkl, in whatever folder.
Recognised format_of_zip(const FileName& path, const ArrayFileOptions& options) {
  return detail::naming_the_file("zip archive", path, [&] {
    const auto zip = std::make_shared<const detail::ZipReader>(path, detail::ZipOptions{.max_entries = options.max_entries});
    const bool pickled = std::any_of(zip->entries().begin(), zip->entries().end(), [](const detail::ZipEntry& e) {
      return e.name == "data.pkl" || e.name.ends_with("/data.pkl");
    });
    return Recognised{pickled ? ArrayFormat::pt : ArrayFormat::npz, zip};
  });
}

bool begins_an_object(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks_before_json);
  return first == text.npos || text[first] == '{';
}

// By the first bytes. A safetensors file begins with a number, as which the other formats' letters are far too large.
Recognised format_of(const FileName& path, const ArrayFileOptions& options) {
  std::string start;
  std::uint64_t size = 0;
  {
    const InputFile file(path);
    size = file.size();
    start.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, 64)));
    file.read_at(0, start.data(), start.size());
  }
  std::uint64_t length = 0;
  for (std::size_t i = 8; start.size() >= 8 && i-- > 0;) length = length << 8 | static_cast<unsigned char>(start[i]);
  if (start.size() > 8 && length <= detail::longest_header && length <= size - 8 && length > 0 &&
      begins_an_object(std::string_view(start).substr(8, static_cast<std::size_t>(std::min<std::uint64_t>(length, 56)))))
    return {ArrayFormat::safetensors};
  if (start.starts_with("\x93NUMPY")) return {ArrayFormat::npy};
  if (start.starts_with("PK\3\4") || start.starts_with("PK\5\6")) return format_of_zip(path, options);
  if (start.starts_with("\x80\2") || start.starts_with("\x80\3") || start.starts_with("\x80\4") || start.starts_with("\x80\5"))
    return {ArrayFormat::pt};   // PyTorch's files before 1.6 are pickles
  if (!start.empty() && start.find_first_not_of(blanks_before_json) != start.npos && begins_an_object(start))
    return {ArrayFormat::sharded_safetensors};
  return {};
}

std::unique_ptr<const detail::ArraySource> open(const FileName& path, const ArrayFileOptions& options) {
  detail::check_floating(options.floating, "ArrayFileOptions::floating");
  auto [format, zip] = format_of(path, options);
  if (!format && path.string().ends_with(".safetensors")) format = ArrayFormat::safetensors;   // damaged; its reader says how
  check<FileError>(format.has_value(), "cannot read arrays from ", path,
                   ": it begins as none of safetensors, its index, npy, npz and pt do");
  switch (*format) {
    case ArrayFormat::safetensors: return detail::open_safetensors(path, options);
    case ArrayFormat::sharded_safetensors: return detail::open_sharded_safetensors(path, options);
    case ArrayFormat::npy: return detail::open_npy(path, options);
    case ArrayFormat::npz: return detail::open_npz(path, options, zip);
    case ArrayFormat::pt: return detail::open_pt(path, options, zip);
  }
  return {};   // not reached
}

}  // namespace

std::string_view name_of(ArrayFormat format) {
  constexpr std::array<std::string_view, 5> names{"safetensors", "sharded safetensors", "npy", "npz", "pt"};
  return names[static_cast<std::size_t>(format)];
}

std::optional<ArrayFormat> array_format(const FileName& file) { return format_of(file, {}).format; }

struct ArrayFile::State {
  State(const FileName& path, const ArrayFileOptions& options)
      : file(path), source(open(path, options)), by_name(detail::places_by_name(source->entries)) {}
  const ArrayEntry* find(std::string_view name) const { return detail::find_by_name(source->entries, by_name, name); }
  const ArrayEntry& entry(std::string_view name) const {
    const ArrayEntry* found = find(name);
    check<ValueError>(found, name_of(source->format), ": ", file, " has no array ", [&] { return detail::in_quotes(name); });
    return *found;
  }

  FileName file;
  std::unique_ptr<const detail::ArraySource> source;
  std::vector<std::uint32_t> by_name;   // places in its entries
};

ArrayFile::ArrayFile(const FileName& file, const ArrayFileOptions& options) : state_(std::make_shared<const State>(file, options)) {}

ArrayFormat ArrayFile::format() const { return state_->source->format; }
const std::vector<ArrayEntry>& ArrayFile::entries() const { return state_->source->entries; }
const std::map<std::string, std::string>& ArrayFile::metadata() const { return state_->source->metadata; }
std::vector<std::string> ArrayFile::files() const {
  std::vector<std::string> all{state_->file.string()};
  all.insert(all.end(), state_->source->shards.begin(), state_->source->shards.end());
  return all;
}
bool ArrayFile::contains(std::string_view name) const { return state_->find(name) != nullptr; }
const ArrayEntry& ArrayFile::entry(std::string_view name) const { return state_->entry(name); }
Array ArrayFile::load(std::string_view name) const {
  return state_->source->load(static_cast<std::size_t>(&state_->entry(name) - state_->source->entries.data()));
}
std::map<std::string, Array> ArrayFile::load_all() const {
  std::map<std::string, Array> all;
  for (std::size_t i = 0; i < entries().size(); ++i) all.emplace(entries()[i].name, state_->source->load(i));
  return all;
}

std::map<std::string, Array> load_arrays(const FileName& file, const ArrayFileOptions& options) {
  return ArrayFile(file, options).load_all();
}

void save_arrays(const FileName& file, const std::map<std::string, Array>& arrays, const SaveArraysOptions& options) {
  const std::string& name = file.string();
  const bool one = name.ends_with(".safetensors"), sharded = name.ends_with(".safetensors.index.json");
  const bool npy = name.ends_with(".npy"), npz = name.ends_with(".npz"), pt = name.ends_with(".pt") || name.ends_with(".pth");
  check<ValueError>(one || sharded || npy || npz || pt, "save_arrays: ", file,
                    ": the name's ending chooses the format: .safetensors, .safetensors.index.json, .npy, .npz, .pt or .pth");
  check<ValueError>(one || sharded || options.metadata.empty(), "save_arrays: ", file, ": ", npy ? "npy" : npz ? "npz" : "pt",
                    " files hold no metadata; safetensors do");
  check<ValueError>(npz || !options.compressed, "save_arrays: ", file, ": only npz files are compressed");
  if (one) return save_safetensors(file, {arrays, options.metadata});
  if (sharded) return save_sharded_safetensors(file, {arrays, options.metadata}, {.max_shard_bytes = options.max_shard_bytes});
  if (pt) return save_pt(file, arrays);
  if (npz) return save_npz(file, arrays, {.compressed = options.compressed});
  check<ValueError>(arrays.size() == 1, "save_arrays: ", file, ": an npy file holds one array, not ", arrays.size(),
                    "; npz files hold several");
  save_npy(file, arrays.begin()->second);
}

}  // namespace gradus
