// The two layouts of torch.save. Zip, since 1.6: <root>/data.pkl, <root>/data/<key> for each storage, <root>/byteorder, <root>/version.
// Legacy: five pickles (a magic number, 1001, facts of the machine, the object, the storages' keys), then each storage: its count in 8
// bytes and its elements, little endian whatever the machine.
#include <gradus/autograd/array/formats/pt.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/array/formats/internal/pt_tree.h>
#include <gradus/autograd/array/formats/internal/stored_array.h>
#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus {
namespace {

using detail::PickleEnds, detail::PickleKind, detail::PickleMachine, detail::PickleRef, detail::PickleStorage, detail::PtNode,
    detail::PtSource, detail::PtStorage;

// One for each key; the machine's storages by which it is meant must agree on its size.
struct StoragesByKey {
  StoragesByKey(const PickleMachine& machine, bool map) {
    for (const PickleStorage& storage : machine.storages()) {
      const std::uint64_t bytes = detail::bytes_of(machine, storage);
      auto& [made, count] = by_key[storage.key];
      if (!made) {
        count = storage.count;
        made = std::make_shared<PtStorage>();
        made->bytes = bytes;
        made->map = map;
        made->where = "storage " + detail::in_quotes(storage.key, '"');
      }
      if (made->bytes != bytes)
        machine.refuse(storage.place, made->where, " has ", bytes, " bytes and elsewhere ", made->bytes, ",");
      of_machine.push_back(made);
    }
  }
  struct Keyed {
    std::shared_ptr<PtStorage> storage;
    std::uint64_t count = 0;   // of its elements
  };
  std::unordered_map<std::string_view, Keyed> by_key;
  std::vector<std::shared_ptr<PtStorage>> of_machine;
};

// ---- zip

struct ZipStorages final : PtSource {
  explicit ZipStorages(std::shared_ptr<const detail::ZipReader> archive) : opened(std::move(archive)), zip(*opened) {}
  void read(std::size_t storage, std::span<std::byte> to) const override { detail::ZipContents(zip, *entries[storage]).read(to); }
  std::optional<Array> mapped(std::size_t storage, std::int64_t count, Dtype dtype) const override {
    return entries[storage]->deflated ? std::nullopt : detail::map_array(zip.file(), entries[storage]->begin, {count}, dtype);
  }
  const FileName& path() const override { return zip.file().path(); }

  std::shared_ptr<const detail::ZipReader> opened;
  const detail::ZipReader& zip;
  std::vector<const detail::ZipEntry*> entries;
};

// What stands before "data.pkl" in its name, slash included.
std::string pt_root_of(const detail::ZipReader& zip) {
  constexpr std::string_view pickle = "/data.pkl";
  std::string root;
  for (const detail::ZipEntry& entry : zip.entries()) {
    const bool is_root = entry.name.ends_with(pickle) && entry.name.find('/') == entry.name.size() - pickle.size();
    if (!is_root) continue;
    check<FileError>(root.empty(), "two pickles, in ", root, " and ", entry.name);
    root = entry.name.substr(0, entry.name.size() - pickle.size() + 1);
  }
  check<FileError>(!root.empty(), "a zip archive without a data.pkl, which torch.save would have written; is this an npz file?");
  check<FileError>(!zip.find(root + "constants.pkl"),
                   "a TorchScript archive, which holds programs; have Python save the state_dict instead");
  return root;
}

std::string small_pt_entry(const detail::ZipReader& zip, const std::string& name) {
  const detail::ZipEntry* entry = zip.find(name);
  if (!entry) return {};
  constexpr std::uint64_t longest = 64;
  const std::vector<std::byte> bytes = detail::read_entry(zip, *entry, longest);
  std::string out(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
  return out;
}

std::shared_ptr<PtNode> load_zip(std::shared_ptr<const detail::ZipReader> archive, bool map) {
  const auto source = std::make_shared<ZipStorages>(std::move(archive));
  const detail::ZipReader& zip = source->zip;
  const std::string root = pt_root_of(zip);
  const std::string order = small_pt_entry(zip, root + "byteorder"), version = small_pt_entry(zip, root + "version");
  check<FileError>(order.empty() || order == "little" || order == "big", "byteorder is ", detail::in_quotes(order, '"'),
                   ", not little or big");
  const bool known = version.empty() || version == "10" || (version.size() == 1 && version[0] >= '1' && version[0] <= '9');
  check<FileError>(known, "version ", detail::in_quotes(version, '"'), " of the layout; gradus knows 1 to 10");

  // Deflated pickles are small: whatever one makes takes memory by its bytes.
  constexpr std::uint64_t ratio = 32, in_any_case = 1 << 16;
  const std::vector<std::byte> pickle = detail::read_entry(zip, *zip.find(root + "data.pkl"), ratio * zip.file().size() + in_any_case);
  PickleMachine machine({reinterpret_cast<const char*>(pickle.data()), pickle.size()}, "data.pkl");
  const PickleRef value = machine.run();
  check<FileError>(machine.position() == machine.size(), machine.size() - machine.position(), " bytes after the end of data.pkl's pickle");

  const StoragesByKey storages(machine, map);
  for (const auto& [key, keyed] : storages.by_key) {
    const auto& storage = keyed.storage;
    const std::string name = text(root, "data/", std::string(key));
    const detail::ZipEntry* entry = zip.find(name);
    check<FileError>(entry, storage->where, " is missing: there is no ", detail::in_quotes(name, '"'));
    check<FileError>(entry->size == storage->bytes, storage->where, " has ", entry->size, " bytes in the archive but ", storage->bytes,
                     " in data.pkl");
    storage->source = source;
    storage->index = source->entries.size();
    storage->swapped = order == "big";
    source->entries.push_back(entry);
  }
  return detail::pt_tree(machine, value, storages.of_machine);
}

// ---- legacy

struct LegacyStorages final : PtSource {
  explicit LegacyStorages(const FileName& path) : file(path) {}
  void read(std::size_t storage, std::span<std::byte> to) const override { file.read_at(positions[storage], to); }
  std::optional<Array> mapped(std::size_t storage, std::int64_t count, Dtype dtype) const override {
    return detail::map_array(file, positions[storage], {count}, dtype);
  }
  const FileName& path() const override { return file.path(); }

  InputFile file;
  std::vector<std::uint64_t> positions;
};

constexpr std::string_view legacy_magic{"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10};

std::shared_ptr<PtNode> read_legacy(const std::shared_ptr<LegacyStorages>& source, std::string_view beginning, bool map) {
  PickleMachine machine(beginning, "the file");
  const PickleRef magic = machine.run();
  check<FileError>(machine[magic].kind == PickleKind::big_integer && machine.text(magic) == legacy_magic,
                   "a pickle that torch.save did not write: its magic number is another");
  const PickleRef protocol = machine.run();
  check<FileError>(machine[protocol].kind == PickleKind::integer && machine[protocol].integer == 1001,
                   "a legacy layout of another version than 1001, the only one that there is");
  machine.run();
  const PickleRef value = machine.run();
  const PickleRef keys = machine.run();
  if (machine[keys].kind != PickleKind::list)
    machine.refuse(machine[keys].place, "the storages' keys are ", name_of(machine[keys].kind), ", not a list,");

  StoragesByKey storages(machine, map);
  std::uint64_t at = machine.position();
  for (const PickleRef ref : machine.items(keys)) {
    if (machine[ref].kind != PickleKind::text)
      machine.refuse(machine[ref].place, "a storage's key is ", name_of(machine[ref].kind), ", not a str,");
    const auto found = storages.by_key.find(machine.text(ref));
    if (found == storages.by_key.end())
      machine.refuse(machine[ref].place, "no tensor has storage ", detail::in_quotes(machine.text(ref), '"'), ", whose key stands");
    PtStorage& storage = *found->second.storage;
    if (storage.source) machine.refuse(machine[ref].place, storage.where, " stands there a second time,");
    constexpr std::uint64_t count_bytes = 8;
    const std::uint64_t size = source->file.size();
    check<FileError>(size - at >= count_bytes && storage.bytes <= size - at - count_bytes, "truncated: ", storage.where, ", ",
                     storage.bytes, " bytes after their count at byte ", at, ", in a file of ", size);
    std::array<unsigned char, count_bytes> written;
    source->file.read_at(at, written.data(), written.size());
    std::uint64_t count = 0;
    for (std::size_t i = count_bytes; i-- > 0;) count = count << 8 | written[i];
    const std::uint64_t wanted = found->second.count;
    check<FileError>(count == wanted, storage.where, " has ", count, " elements at byte ", at, " but ", wanted, " in the pickle");
    storage.source = source;
    storage.index = source->positions.size();
    source->positions.push_back(at + count_bytes);
    at += count_bytes + storage.bytes;
  }
  for (const auto& [key, keyed] : storages.by_key)
    check<FileError>(keyed.storage->source != nullptr, keyed.storage->where, " is missing: it is not among the keys");
  return detail::pt_tree(machine, value, storages.of_machine);
}

// The pickles stand before the storages, and say nowhere how long they are: we try with the file's beginning.
std::shared_ptr<PtNode> load_legacy(const FileName& path, bool map) {
  const auto source = std::make_shared<LegacyStorages>(path);
  const std::uint64_t size = source->file.size();
  constexpr std::uint64_t first = 1 << 20, more = 16;
  for (std::uint64_t length = std::min(first, size);; length = std::min(length * more, size)) {
    std::string beginning(static_cast<std::size_t>(length), '\0');
    source->file.read_at(0, beginning.data(), beginning.size());
    try {
      return read_legacy(source, beginning, map);
    } catch (const PickleEnds&) {
      if (length == size) throw;
    }
    source->positions.clear();
  }
}

// ---- all

// Every tensor, read from its storage; those of the file are let go.
void load_every_tensor(PtNode& root) {
  std::vector<PtNode*> open{&root};
  std::unordered_map<const PtNode*, bool> seen;
  while (!open.empty()) {
    PtNode& node = *open.back();
    open.pop_back();
    if (node.tensor && node.tensor->storage) {
      node.tensor->array = node.tensor->load();
      node.tensor->storage = nullptr;
    }
    if (!node.items || !seen.emplace(&node, true).second) continue;
    for (auto it = node.items->values.rbegin(); it != node.items->values.rend(); ++it) open.push_back(it->get());
    if (node.items->attributes) open.push_back(node.items->attributes.get());
  }
}

}  // namespace

PtValue load_pt(const FileName& path, const PtOptions& options) { return detail::load_pt_of(path, options, {}); }

PtValue detail::load_pt_of(const FileName& path, const PtOptions& options, std::shared_ptr<const ZipReader> opened) {
  const std::shared_ptr<PtNode> root = naming_the_file("pt", path, [&] {
    if (opened) return load_zip(std::move(opened), options.map);
    std::array<char, 262> beginning{};
    std::size_t n = 0;
    {
      const InputFile file(path);
      n = static_cast<std::size_t>(std::min<std::uint64_t>(beginning.size(), file.size()));
      file.read_at(0, beginning.data(), n);
    }
    const std::string_view start(beginning.data(), n);
    check<FileError>(!(n == beginning.size() && start.substr(257) == "ustar"),
                     "a tar archive, the layout of PyTorch 0.1, which gradus does not read");
    const bool zip = start.starts_with("PK"), pickle = start.starts_with("\x80");
    check<FileError>(zip || pickle, n == 0 ? "truncated: an empty file" : "neither a zip archive nor a pickle; did torch.save write it?");
    return zip ? load_zip(std::make_shared<const ZipReader>(path), options.map) : load_legacy(path, options.map);
  });
  if (!options.lazy) load_every_tensor(*root);
  return PtNode::value_of(root);
}

}  // namespace gradus
