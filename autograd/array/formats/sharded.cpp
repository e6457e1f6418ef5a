#include <gradus/autograd/array/formats/sharded.h>

#include <algorithm>
#include <set>

#include <gradus/autograd/array/formats/internal/array_source.h>
#include <gradus/autograd/array/formats/internal/by_name.h>
#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/array/formats/internal/safetensors_write.h>
#include <gradus/autograd/array/formats/internal/shard_index.h>
#include <gradus/autograd/array/formats/internal/shard_set.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus {

struct ShardedSafetensorsFile::State {
  State(const FileName& path, const SafetensorsOptions& options) : index(path) {
    detail::ShardIndex read =
        detail::naming_the_file("safetensors index", path, [&] { return detail::read_shard_index(path, options.max_entries); });
    std::set<std::string> files;
    for (const auto& [tensor, file] : read.weight_map) files.insert(file);
    shards.assign(files.begin(), files.end());
    metadata = std::move(read.metadata);
    SafetensorsOptions left = options;
    opened.reserve(shards.size());
    for (std::size_t i = 0; i < shards.size(); ++i) {
      const SafetensorsFile& shard = opened.emplace_back(detail::beside(path, shards[i]), left);
      left.max_entries -= std::min<std::uint64_t>(left.max_entries, shard.entries().size());
      metadata.insert(shard.metadata().begin(), shard.metadata().end());
      for (const SafetensorsEntry& e : shard.entries()) {
        const auto named = read.weight_map.find(e.name);
        require(named != read.weight_map.end(), e.name, " is in shard ", shards[i], ", but not in the index");
        require(named->second == shards[i], e.name, " is in shard ", shards[i], ", but the index says ", named->second);
        entries.push_back({&e, i});
      }
    }
    by_name = detail::places_by_name(entries, name_of_entry);
    for (const auto& [tensor, file] : read.weight_map) require(find(tensor), tensor, " is not in shard ", file, ", where the index has it");
  }

  template <class... Rule>
  void require(bool ok, const std::string& tensor, const Rule&... rule) const {
    check<FileError>(ok, "safetensors index: ", index, ": tensor ", [&] { return detail::in_quotes(tensor); }, rule...);
  }
  static const std::string& name_of_entry(const ShardedEntry& e) { return e.entry->name; }
  const ShardedEntry* find(std::string_view wanted) const { return detail::find_by_name(entries, by_name, wanted, name_of_entry); }
  const ShardedEntry& entry(std::string_view wanted) const {
    const ShardedEntry* found = find(wanted);
    check<ValueError>(found, "safetensors index: ", index, " has no tensor ", [&] { return detail::in_quotes(wanted); });
    return *found;
  }

  FileName index;
  std::vector<std::string> shards;
  std::vector<SafetensorsFile> opened;
  std::vector<ShardedEntry> entries;
  std::vector<std::uint32_t> by_name;
  std::map<std::string, std::string> metadata;
};

ShardedSafetensorsFile::ShardedSafetensorsFile(const FileName& index, const SafetensorsOptions& options)
    : state_(std::make_shared<const State>(index, options)) {}

const std::vector<std::string>& ShardedSafetensorsFile::shards() const { return state_->shards; }
const std::vector<ShardedEntry>& ShardedSafetensorsFile::entries() const { return state_->entries; }
const std::map<std::string, std::string>& ShardedSafetensorsFile::metadata() const { return state_->metadata; }
bool ShardedSafetensorsFile::contains(std::string_view name) const { return state_->find(name) != nullptr; }
const ShardedEntry& ShardedSafetensorsFile::entry(std::string_view name) const { return state_->entry(name); }
Array ShardedSafetensorsFile::load(std::string_view name) const { return state_->opened[entry(name).shard].load(name); }

Safetensors load_sharded_safetensors(const FileName& index, const SafetensorsOptions& options) {
  const ShardedSafetensorsFile file(index, options);
  Safetensors all{{}, file.metadata()};
  for (const ShardedEntry& e : file.entries()) all.arrays.emplace(e.entry->name, file.load(e.entry->name));
  return all;
}

void save_sharded_safetensors(const FileName& index, const Safetensors& contents, const ShardOptions& options) {
  check<ValueError>(index.string().ends_with(detail::shard_index_ending), "save_sharded_safetensors: ", index,
                    ": the index's name must end with ", detail::shard_index_ending);
  check<ValueError>(options.max_shard_bytes > 0, "save_sharded_safetensors: ", index, ": max_shard_bytes must be at least 1");
  std::vector<detail::NamedArrays> shards(1);
  std::uint64_t in_shard = 0, total = 0;
  for (const auto& named : contents.arrays) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(named.second.size()) * size_of(named.second.dtype());
    if (!shards.back().empty() && (bytes > options.max_shard_bytes || in_shard > options.max_shard_bytes - bytes)) {
      shards.emplace_back();
      in_shard = 0;
    }
    shards.back().push_back(&named);
    in_shard += bytes;
    total += bytes;
  }
  detail::ShardSet set(index, shards.size());
  std::map<std::string, std::string> weight_map;
  std::vector<std::unique_ptr<FileReplacement>> written;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    for (const auto* named : shards[i]) weight_map.emplace(named->first, set.names()[i]);
    written.push_back(detail::write_safetensors(set.path(i), contents.metadata, shards[i]));
  }
  const std::string text = detail::write_shard_index(weight_map, total);
  written.push_back(std::make_unique<FileReplacement>(index));
  written.back()->write(text.data(), text.size());
  set.commit(std::move(written));
}

namespace {

struct ShardedSource final : detail::ArraySource {
  ShardedSource(const FileName& path, const ArrayFileOptions& options)
      : file(path, {.max_entries = options.max_entries, .map = options.map, .floating = options.floating}) {
    format = ArrayFormat::sharded_safetensors;
    metadata = file.metadata();
    for (const std::string& name : file.shards()) shards.push_back(detail::beside(path, name));
    for (const ShardedEntry& e : file.entries()) entries.push_back(detail::array_entry(*e.entry));
  }
  Array load(std::size_t i) const override { return file.load(file.entries()[i].entry->name); }
  ShardedSafetensorsFile file;
};

}  // namespace

std::unique_ptr<const detail::ArraySource> detail::open_sharded_safetensors(const FileName& file, const ArrayFileOptions& options) {
  return std::make_unique<const ShardedSource>(file, options);
}

}  // namespace gradus
