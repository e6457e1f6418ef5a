#include <gradus/autograd/array/formats/internal/shard_set.h>

#include <algorithm>
#include <optional>
#include <set>

#include <dirent.h>
#include <unistd.h>

#include <gradus/autograd/array/formats/internal/shard_index.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/error.h>

namespace gradus::detail {
namespace {

constexpr std::string_view shard_ending = ".safetensors";

// The files that an index names; nothing where there is no index that can be read.
std::optional<std::set<std::string>> shards_named_by(const FileName& index) {
  try {
    std::set<std::string> names;
    for (auto& [tensor, file] : read_shard_index(index, SafetensorsOptions().max_entries).weight_map) names.insert(file);
    return names;
  } catch (const FileError&) {
    return {};
  }
}

// The other indexes in the folder.
std::vector<std::string> indexes_beside(const FileName& index) {
  std::vector<std::string> out;
  const std::string folder = beside(index, ".");
  DIR* const listing = ::opendir(folder.c_str());
  if (!listing) return out;
  while (const dirent* entry = ::readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (!name.ends_with(shard_index_ending)) continue;
    std::string path = beside(index, std::string(name));
    if (path != index.string()) out.push_back(std::move(path));
  }
  ::closedir(listing);
  return out;
}

}  // namespace

// An index may have come from anywhere: of what it names, only shards that lie beside it are removed, and none that another one may need.
ShardSet::ShardSet(const FileName& index, std::size_t shards) : index_(index) {
  const std::set<std::string> old = shards_named_by(index).value_or(std::set<std::string>());
  std::set<std::string> others;
  bool others_known = true;
  for (const std::string& other : indexes_beside(index)) {
    const auto named = shards_named_by(other);
    others_known = others_known && named;
    if (named) others.insert(named->begin(), named->end());
  }
  const std::string path = index.string().substr(0, index.string().size() - shard_index_ending.size());
  const std::string stem = path.substr(path.rfind('/') + 1);   // npos + 1 is 0
  for (std::size_t round = 1;; ++round) {
    names_ = shard_names(round == 1 ? stem : text(stem, "-r", round), shards);
    const auto taken = [&](const std::string& name) {
      return old.contains(name) || others.contains(name) || (!others_known && ::access(beside(index, name).c_str(), F_OK) == 0);
    };
    if (std::none_of(names_.begin(), names_.end(), taken)) break;
  }
  for (const std::string& name : old)
    if (others_known && !others.contains(name) && name.find('/') == name.npos && name.ends_with(shard_ending))
      replaced_.push_back(beside(index, name));
}

std::string ShardSet::path(std::size_t shard) const { return beside(index_, names_[shard]); }

void ShardSet::commit(std::vector<std::unique_ptr<FileReplacement>> files, const std::function<void(std::size_t)>& after_each) {
  std::size_t there = 0;
  try {
    while (there < names_.size()) {
      files[there]->commit();
      ++there;
      if (after_each) after_each(there);
    }
  } catch (...) {
    for (std::size_t i = 0; i < there; ++i) ::unlink(path(i).c_str());   // no index names them
    throw;
  }
  files.back()->commit();   // should this throw, the index may be there already: no shard is removed
  for (const std::string& old : replaced_) ::unlink(old.c_str());
}

}  // namespace gradus::detail
