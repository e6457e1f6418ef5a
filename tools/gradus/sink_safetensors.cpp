#include "sink_safetensors.h"

#include <algorithm>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/array/formats/internal/safetensors_write.h>
#include <gradus/autograd/array/formats/internal/shard_index.h>

#include "sizes.h"
#include "sink_zip.h"

namespace gradus::tool {
namespace {

constexpr std::size_t most_shards = 500;  // all of them are open at once
constexpr std::string_view ending = ".safetensors";

// Which of the planned ones come together: in their order, as many as fit, at least one.
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

}  // namespace

SafetensorsSink::SafetensorsSink(const std::string& file, const std::vector<Planned>& planned, const Metadata& metadata,
                                 std::uint64_t shard_bytes)
    : planned_(planned), shard_of_(planned.size()) {
  keeps_metadata = true;
  const auto shards = shards_of(planned, shard_bytes);
  const bool names_index = file.ends_with(detail::shard_index_ending);   // "model.safetensors" and the index name the same model
  if (shards.size() == 1 && !names_index) {
    files = {file};
    begin_shard(file, shards[0], metadata);
    return;
  }
  const std::size_t cut = names_index ? detail::shard_index_ending.size() : ending.size();
  const std::string index_file = file.substr(0, file.size() - cut) + std::string(detail::shard_index_ending);
  set_.emplace(index_file, shards.size());
  replaced = set_->replaced();
  for (std::size_t i = 0; i < shards.size(); ++i) begin_shard(files.emplace_back(set_->path(i)), shards[i], metadata);
  std::uint64_t total = 0;
  std::map<std::string, std::string> weight_map;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    total += planned[i].bytes();
    weight_map.emplace(planned[i].name, set_->names()[shard_of_[i]]);
  }
  const std::string index = detail::write_shard_index(weight_map, total);
  files.push_back(index_file);
  files_.push_back(std::make_unique<FileReplacement>(index_file));
  files_.back()->write(index.data(), index.size());
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
  detail::write_beginning(*files_.emplace_back(std::make_unique<FileReplacement>(file)), header);
}

void SafetensorsSink::write(std::size_t at, const Array& array) {
  const Array whole = array.as_contiguous();
  files_[shard_of_[at]]->write(whole.raw(), static_cast<std::size_t>(planned_[at].bytes()));
}

void SafetensorsSink::commit() {
  if (set_) return set_->commit(std::move(files_));
  files_[0]->commit();
}

}  // namespace gradus::tool
