// The index of a sharded model: {"metadata": {"total_size": …}, "weight_map": {"<tensor>": "<file>", …}}.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gradus/autograd/base/file_name.h>

namespace gradus::detail {

struct ShardIndex {
  std::map<std::string, std::string> weight_map;   // tensors to files, all in the index's folder or below
  std::map<std::string, std::string> metadata;     // texts, numbers and truth values as texts; without total_size
};

ShardIndex read_shard_index(const FileName& file, std::uint64_t max_entries);   // FileError names the rule, the key and the byte
// "<stem>-00001-of-00002.safetensors", …, as Hugging Face names them.
std::vector<std::string> shard_names(const std::string& stem, std::size_t count);
std::string beside(const FileName& index, const std::string& name);   // the path of a file in the index's folder
std::string write_shard_index(const std::map<std::string, std::string>& weight_map, std::uint64_t total_size);   // ValueError

}  // namespace gradus::detail
