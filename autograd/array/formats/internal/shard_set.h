// A sharded model that takes the place of another one in one step. The new shards have names that no index in the folder uses; the index is
// renamed over the old one when they are all on the disk, and then what only the old one named is removed. A crash at any moment leaves one
// whole model, the old one or the new one, and perhaps shards that no index names; the next writer takes their names.
//   ShardSet set("model.safetensors.index.json", 2);      // set.names(): model-00001-of-00002.safetensors, …, or model-r2-00001-of-…
//   set.commit(std::move(files));                         // the shards in this order, and the index
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::detail {

inline constexpr std::string_view shard_index_ending = ".safetensors.index.json";

class ShardSet {
 public:
  ShardSet(const FileName& index, std::size_t shards);                    // the index's name has its ending

  const std::vector<std::string>& names() const { return names_; }        // of the shards, as the index is to say them
  std::string path(std::size_t shard) const;
  const std::vector<std::string>& replaced() const { return replaced_; }  // paths of the shards that commit() removes

  // FileError: one could not be put in its place; then the old model is what it was. after_each is told how many shards are there.
  void commit(std::vector<std::unique_ptr<FileReplacement>> files, const std::function<void(std::size_t)>& after_each = {});

 private:
  FileName index_;
  std::vector<std::string> names_, replaced_;
};

}  // namespace gradus::detail
