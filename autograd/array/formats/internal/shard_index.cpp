#include <gradus/autograd/array/formats/internal/shard_index.h>

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus::detail {
namespace {

constexpr std::string_view map_key = "weight_map", index_metadata_key = "metadata", total_size_key = "total_size";
constexpr int deepest_in_index = 127;

// Every part of the path a name that leads down.
bool stays_in_folder(std::string_view path) {
  if (path.find('\0') != path.npos || path.find('\\') != path.npos) return false;
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// Receives the index piece by piece.
class IndexReader {
 public:
  explicit IndexReader(std::uint64_t max_entries) : max_entries_(max_entries) {}

  bool start_object(std::size_t) {
    if (depth_ == 1) part_ = key_ == map_key ? Part::map : key_ == index_metadata_key ? Part::metadata : Part::other;
    else if (depth_ == 2 && part_ == Part::map) refuse_value();
    return deeper();
  }
  bool end_object() {
    if (--depth_ == 1) part_ = Part::other;
    return true;
  }
  bool start_array(std::size_t) {
    if (depth_ == 0) fail<FileError>("the index is no JSON object");
    if (in_map()) refuse_value();
    return deeper();
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool key(std::string& key) {
    if (depth_ == 1 && key == map_key && std::exchange(seen_map_, true)) fail<FileError>("a key that stands twice: ", in_quotes(key));
    if (depth_ <= 2) key_.swap(key);
    return true;
  }
  bool string(std::string& value) {
    if (in_map()) {
      if (!stays_in_folder(value))
        fail<FileError>("tensor ", in_quotes(key_), ": shard ", in_quotes(value), " is not in the folder of the index");
      count_one();
      const auto [at, added] = index.weight_map.emplace(std::move(key_), std::move(value));
      if (!added) fail<FileError>("tensor ", in_quotes(at->first), " stands twice");
    } else {
      keep(std::move(value));
    }
    return scalar();
  }
  bool number_unsigned(std::uint64_t value) { return keep(std::to_string(value)), scalar(); }
  bool number_integer(std::int64_t value) { return keep(std::to_string(value)), scalar(); }
  bool number_float(double, const std::string& text) { return keep(text), scalar(); }
  bool boolean(bool value) { return keep(value ? "true" : "false"), scalar(); }
  bool null() {
    if (in_map()) refuse_value();
    return scalar();
  }
  bool binary(nlohmann::json::binary_t&) { return scalar(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    fail<FileError>("the index is not valid JSON at byte ", position);
  }

  bool has_map() const { return seen_map_ && map_is_object_; }
  ShardIndex index;

 private:
  enum class Part { map, metadata, other };
  bool in_map() const { return part_ == Part::map && depth_ >= 2; }
  void keep(std::string value) {
    if (in_map()) refuse_value();
    if (part_ != Part::metadata || depth_ != 2 || key_ == total_size_key) return;
    count_one();
    index.metadata[key_] = std::move(value);
  }
  bool scalar() {
    if (depth_ == 0) fail<FileError>("the index is no JSON object");
    return true;
  }
  bool deeper() {
    if (depth_ == 1 && part_ == Part::map) map_is_object_ = true;
    if (++depth_ > deepest_in_index) fail<FileError>("brackets nested too deeply");
    return true;
  }
  void count_one() {
    if (index.weight_map.size() + index.metadata.size() >= max_entries_) fail<FileError>("more than ", max_entries_, " tensors");
  }
  [[noreturn]] void refuse_value() const { fail<FileError>("tensor ", in_quotes(key_), ": a shard that is no file's name"); }

  std::uint64_t max_entries_;
  int depth_ = 0;
  Part part_ = Part::other;
  bool seen_map_ = false, map_is_object_ = false;
  std::string key_;
};

}  // namespace

ShardIndex read_shard_index(const FileName& name, std::uint64_t max_entries) {
  {
    const InputFile file(name);
    check<FileError>(file.size() <= longest_header, "an index of ", file.size(), " bytes exceeds ", longest_header);
  }
  const std::string text = read_file(name);
  IndexReader reader(max_entries);
  nlohmann::json::sax_parse(text, &reader);
  check<FileError>(reader.has_map(), "no \"weight_map\" that names the tensors' files; is this the index of a sharded model?");
  return std::move(reader.index);
}

std::vector<std::string> shard_names(const std::string& stem, std::size_t count) {
  const auto five_digits = [](std::size_t n) {
    const std::string digits = std::to_string(n);
    return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
  };
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= count; ++i) names.push_back(stem + "-" + five_digits(i) + "-of-" + five_digits(count) + ".safetensors");
  return names;
}

std::string beside(const FileName& index, const std::string& name) {
  return index.string().substr(0, index.string().rfind('/') + 1) + name;   // npos + 1 is 0
}

std::string write_shard_index(const std::map<std::string, std::string>& weight_map, std::uint64_t total_size) {
  std::string out = "{\n  \"metadata\": {\n    \"total_size\": " + std::to_string(total_size) + "\n  },\n  \"weight_map\": {";
  const char* before = "\n    ";
  for (const auto& [tensor, file] : weight_map) {
    out += before;
    write_json_string(out, tensor);
    out += ": ";
    write_json_string(out, file);
    before = ",\n    ";
  }
  return out + "\n  }\n}\n";
}

}  // namespace gradus::detail
