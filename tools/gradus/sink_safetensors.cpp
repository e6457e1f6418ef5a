#include "sink_safetensors.h"

#include <algorithm>
#include <filesystem>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/array/formats/internal/safetensors_write.h>
#include <gradus/autograd/array/formats/internal/shard_index.h>

#include "sizes.h"
#include "sink_zip.h"

namespace gradus::tool {
namespace {

constexpr std::size_t most_shards = 500;  // all of them are open at once
constexpr std::string_view ending = ".safetensors", index_ending = ".safetensors.index.json";

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
  std::vector<std::string> out = detail::shard_names(stem, shards);
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
  std::uint64_t total = 0;
  std::map<std::string, std::string> weight_map;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    total += planned[i].bytes();
    weight_map.emplace(planned[i].name, std::filesystem::path(files[shard_of_[i]]).filename().string());
  }
  const std::string index = detail::write_shard_index(weight_map, total);
  files_.emplace_back(files.back()).write(index.data(), index.size());   // committed last
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
    shard_of_[i] = files_.size();
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
  detail::write_beginning(files_.emplace_back(file), header);
}

void SafetensorsSink::write(std::size_t at, const Array& array) {
  const Array whole = array.as_contiguous();
  files_[shard_of_[at]].write(whole.raw(), static_cast<std::size_t>(planned_[at].bytes()));
}

void SafetensorsSink::commit() {
  for (FileReplacement& file : files_) file.commit();
}

}  // namespace gradus::tool
