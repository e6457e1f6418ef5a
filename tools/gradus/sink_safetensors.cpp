#include "sink_safetensors.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>
#include <sstream>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>

#include "json.h"
#include "sizes.h"
#include "sink_zip.h"

namespace gradus::tool {
namespace {

constexpr std::size_t most_shards = 500;  // all of them are open at once
constexpr std::string_view ending = ".safetensors", index_ending = ".safetensors.index.json";

std::string number_of_five(std::size_t n) {
  const std::string digits = std::to_string(n);
  return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

}  // namespace

std::vector<std::vector<std::size_t>> shards_of(const std::vector<Planned>& planned, std::uint64_t shard_bytes) {
  std::vector<std::vector<std::size_t>> shards(1);
  std::uint64_t filled = 0;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const std::uint64_t bytes = planned[i].bytes();
    if (shard_bytes > 0 && filled + bytes > shard_bytes && !shards.back().empty()) {
      shards.emplace_back();
      filled = 0;
    }
    shards.back().push_back(i);
    filled += bytes;
  }
  check<ValueError>(shards.size() <= most_shards, "gradus convert: ", shards.size(), " shards, and at most ", most_shards,
                    " are written; give a larger --shard-size");
  return shards;
}

// "model.safetensors" or the index itself: both name the same model.
std::vector<std::string> safetensors_files(const std::string& file, std::size_t shards) {
  const bool names_index = file.ends_with(index_ending);
  const std::string stem = file.substr(0, file.size() - (names_index ? index_ending.size() : ending.size()));
  if (shards == 1 && !names_index) return {file};
  std::vector<std::string> out;
  for (std::size_t i = 1; i <= shards; ++i)
    out.push_back(stem + "-" + number_of_five(i) + "-of-" + number_of_five(shards) + std::string(ending));
  out.push_back(stem + std::string(index_ending));
  return out;
}

SafetensorsSink::SafetensorsSink(const std::string& file, const std::vector<Planned>& planned, const Metadata& metadata,
                                 std::uint64_t shard_bytes)
    : planned_(planned), shard_of_(planned.size()) {
  keeps_metadata = true;
  const auto shards = shards_of(planned, shard_bytes);
  const std::vector<std::string> files = safetensors_files(file, shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) begin_shard(files[i], shards[i], metadata);
  if (files.size() == 1) return;
  index_file_ = files.back();
  std::ostringstream out;
  JsonWriter json(out);
  std::uint64_t total = 0;
  for (const Planned& p : planned) total += p.bytes();
  json.open('{').key("metadata").open('{').key("total_size").whole(total).close('}').key("weight_map").open('{');
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < planned.size(); ++i) by_name.emplace(planned[i].name, shard_of_[i]);
  for (const auto& [name, shard] : by_name) json.key(name).text(std::filesystem::path(files[shard]).filename().string());
  json.close('}').close('}').end();
  index_ = out.str();
}

void SafetensorsSink::begin_shard(const std::string& file, const std::vector<std::size_t>& members, const Metadata& metadata) {
  std::vector<std::size_t> sorted = members;
  std::sort(sorted.begin(), sorted.end(), [this](std::size_t a, std::size_t b) {
    const int x = detail::order_in_file(planned_[a].dtype), y = detail::order_in_file(planned_[b].dtype);
    return x != y ? x < y : planned_[a].name < planned_[b].name;
  });
  std::vector<std::pair<const std::string, Array>> arrays;
  for (const std::size_t i : sorted) {
    check<ValueError>(planned_[i].name != detail::metadata_key, "gradus convert: ", file, ": no tensor may be named ", detail::metadata_key,
                      "; --rename gives it another name");
    arrays.emplace_back(planned_[i].name, stand_in(planned_[i]));
    shard_of_[i] = shards_.size();
    order.push_back(i);
  }
  std::vector<const std::pair<const std::string, Array>*> pointers;
  for (const auto& named : arrays) pointers.push_back(&named);
  std::string header;
  try {
    header = detail::write_header(metadata, pointers);
  } catch (const ValueError& error) {
    fail<ValueError>("gradus convert: ", file, ": ", error.what(), "; --rename gives other names");
  }
  check<ValueError>(header.size() <= detail::longest_header, "gradus convert: ", file, ": the header of ", header.size(), " bytes exceeds ",
                    detail::longest_header, "; --shard-size makes several files");
  std::array<unsigned char, 8> length;
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<unsigned char>(std::uint64_t{header.size()} >> (8 * i));
  FileReplacement& out = shards_.emplace_back(file);
  out.write(length.data(), length.size());
  out.write(header.data(), header.size());
}

void SafetensorsSink::write(std::size_t at, const Array& array) {
  const Array whole = array.as_contiguous();
  shards_[shard_of_[at]].write(whole.raw(), static_cast<std::size_t>(planned_[at].bytes()));
}

void SafetensorsSink::commit() {
  for (FileReplacement& shard : shards_) shard.commit();
  if (index_file_.empty()) return;
  FileReplacement out(index_file_);
  out.write(index_.data(), index_.size());
  out.commit();
}

}  // namespace gradus::tool
