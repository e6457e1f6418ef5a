// Models in several safetensors files ("shards") with an index that says which tensor is in which, as Hugging Face keeps large ones.
//   Safetensors all = load_sharded_safetensors("model.safetensors.index.json");
//   save_sharded_safetensors("model.safetensors.index.json", all, {.max_shard_bytes = 2'000'000'000});
//   ShardedSafetensorsFile model("model.safetensors.index.json");  Array w = model.load("fc.weight");    // one at a time
// Written are model-00001-of-00003.safetensors, …, beside the index. Any names will do to read: the index says them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>

namespace gradus {

struct ShardedEntry {
  const SafetensorsEntry* entry;   // its begin and end are places in its shard
  std::size_t shard;               // a place in shards()
};

// The index and the headers of all shards, which have been read and agree. Copies share it; any member may be called by several threads.
class ShardedSafetensorsFile {
 public:
  // FileError names the file, the tensor and the rule: an index that is no JSON object with a "weight_map" of names to files, a shard that
  // is missing, malformed, or named by a path that leaves the index's folder, a tensor that is not in its shard, is in two, or is in one
  // without the index saying so. max_entries is the limit of all shards together.
  explicit ShardedSafetensorsFile(const FileName& index, const SafetensorsOptions& options = {});

  const std::vector<std::string>& shards() const;                  // the files' names, in the order of these
  const std::vector<ShardedEntry>& entries() const;                // shard by shard, in the order of their data
  const std::map<std::string, std::string>& metadata() const;      // the index's, without total_size, and the shards'
  bool contains(std::string_view name) const;
  const ShardedEntry& entry(std::string_view name) const;          // ValueError if there is none
  Array load(std::string_view name) const;                         // as SafetensorsFile::load

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

Safetensors load_sharded_safetensors(const FileName& index, const SafetensorsOptions& options = {});

struct ShardOptions {
  std::uint64_t max_shard_bytes = 5'000'000'000;   // of tensors in a shard; one that is larger has a shard of its own
};
// The index's name must end with .safetensors.index.json; the shards lie beside it and have the metadata. An earlier model under this index
// is replaced in one step, by the index's rename: the new shards have names that it does not use (model-r2-00001-of-00003.safetensors), and
// its own are removed afterwards, but for those that another index in the folder names. A crash at any moment leaves one of the two, whole.
// One writer at a time. ValueError, FileError; then the earlier model is what it was.
void save_sharded_safetensors(const FileName& index, const Safetensors& contents, const ShardOptions& options = {});

}  // namespace gradus
