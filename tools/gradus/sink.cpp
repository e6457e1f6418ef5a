#include "sink.h"

#include "printable.h"
#include "sink_safetensors.h"

namespace gradus::tool {

Target target_of(const std::string& file) {
  if (file.ends_with(".safetensors") || file.ends_with(".safetensors.index.json")) return Target::safetensors;
  fail<ValueError>("gradus convert: \"", printable(file), "\": its ending says no format that is written; there are .safetensors");
}

std::string_view name_of(Target) { return "safetensors"; }

std::vector<std::string> files_of(const std::string& file, const std::vector<Planned>& planned, std::uint64_t shard_bytes) {
  if (target_of(file) != Target::safetensors) return {file};
  return safetensors_files(file, shards_of(planned, shard_bytes).size());
}

std::unique_ptr<Sink> make_sink(const std::string& file, const std::vector<Planned>& planned, const Metadata& metadata,
                                std::uint64_t shard_bytes) {
  return std::make_unique<SafetensorsSink>(file, planned, metadata, shard_bytes);
}

}  // namespace gradus::tool
