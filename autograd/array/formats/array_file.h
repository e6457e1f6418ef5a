// Named arrays of a file, whatever its format: safetensors (one file or shards), npy, npz, pt. The content tells the format, not the name.
//   for (auto& [name, array] : load_arrays("model.pt")) …                            save_arrays("model.npz", arrays);
//   ArrayFile file("model.safetensors", {.map = true});                              // one at a time, and what there is
//   for (const ArrayEntry& e : file.entries()) std::cout << e.name << ' ' << e.dtype << ' ' << e.bytes << '\n';
//   Array weight = file.load("fc.weight");
// Each format has a header of its own, with what it alone can do: formats/safetensors.h, sharded.h, npy.h, npz.h, pt.h.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus {

enum class ArrayFormat : std::uint8_t { safetensors, sharded_safetensors, npy, npz, pt };
std::string_view name_of(ArrayFormat format);   // "safetensors", "sharded safetensors", "npy", "npz", "pt"

struct ArrayFileOptions {
  std::uint64_t max_entries = 1'000'000;   // arrays, metadata and other things in the file
  bool map = false;                        // large arrays are the file's bytes where they lie, where the format lets them; see
                                           // SafetensorsOptions
  std::optional<Dtype> floating = {};      // floating-point arrays are converted to this dtype: f32, f64, f16 or bf16
};

// What a file's content says that it is, its directory or header not yet read; none if it begins as none of them does. FileError: it cannot
// be read, or is a damaged zip archive.
std::optional<ArrayFormat> array_format(const FileName& file);

// What a file says of one array.
struct ArrayEntry {
  std::string name;                        // "arr_0", NumPy's name for what has none, is the one of an npy file
  std::string dtype;                       // as the format calls it: "BF16", "<f4", "torch.float32"
  std::optional<Dtype> loads_as;           // before ArrayFileOptions::floating; none if gradus has no dtype that holds its values
  std::vector<std::uint64_t> shape;        // may have more dimensions than an Array
  std::uint64_t bytes = 0;                 // of its elements as they are stored, before any compression
};

namespace detail {
struct ArraySource;
}

// An open file of which the directory or header has been read. Copies share it; any member may be called by several threads.
class ArrayFile {
 public:
  // FileError names the file, the rule broken, and where: a format that is none of these, or whatever the format's own header names.
  // DtypeError: an option that is no floating-point dtype.
  explicit ArrayFile(const FileName& file, const ArrayFileOptions& options = {});

  ArrayFormat format() const;
  const std::vector<ArrayEntry>& entries() const;                  // in the file's order
  const std::map<std::string, std::string>& metadata() const;      // texts that stand beside the arrays; empty where the format has none
  std::vector<std::string> files() const;                          // all that are read: the file, and a sharded model's shards
  bool contains(std::string_view name) const;
  const ArrayEntry& entry(std::string_view name) const;            // ValueError if there is none
  Array load(std::string_view name) const;                         // one array, read now. ValueError: no such array. FileError
  std::map<std::string, Array> load_all() const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// All arrays of a file; the errors are ArrayFile's.
std::map<std::string, Array> load_arrays(const FileName& file, const ArrayFileOptions& options = {});

struct SaveArraysOptions {
  std::map<std::string, std::string> metadata = {};   // safetensors alone can hold it
  bool compressed = false;                            // npz alone
  std::uint64_t max_shard_bytes = 5'000'000'000;      // of sharded safetensors
};

// Writes them in the format that the file's name ends with: .safetensors, .safetensors.index.json (sharded), .npy (one array, its name is
// lost), .npz, .pt and .pth (a state_dict). The file is replaced in one step. ValueError: another ending, something that
// the format cannot hold; then nothing is written.
void save_arrays(const FileName& file, const std::map<std::string, Array>& arrays, const SaveArraysOptions& options = {});

}  // namespace gradus
