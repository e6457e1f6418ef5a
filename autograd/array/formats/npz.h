// NumPy's npz files: named arrays in a zip archive, an npy file each, stored or deflated.
//   std::map<std::string, Array> all = load_npz("x.npz");    save_npz("y.npz", {{"weight", w}}, {.compressed = true});
//   NpzFile file("x.npz");                                                                       // one at a time, and what there is
//   for (const NpzEntry& e : file.entries()) std::cout << e.name << ' ' << e.dtype << '\n';      // weight <f4
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

struct NpzOptions {
  std::uint64_t max_entries = 1'000'000;
  std::uint64_t max_inflated = std::uint64_t{1} << 40;   // bytes that a deflated array may become
  bool map = false;                        // large arrays that are not deflated are the file's bytes where they lie, and their CRC-32 is
                                           // not looked at; see SafetensorsOptions::map. Archives of NumPy's align few arrays, ours all.
  std::optional<Dtype> floating = {};      // floating-point arrays are converted to this dtype: f32, f64, f16 or bf16
};

struct NpzEntry {
  std::string name;                        // without the ending .npy, as NumPy has it
  std::string dtype;                       // as NumPy writes it: "<f4", ">i8", "|b1"
  std::optional<Dtype> loads_as;           // before NpzOptions::floating; none for what load_npy refuses
  std::vector<std::uint64_t> shape;        // may have more dimensions than an Array
  bool fortran_order = false;
  bool deflated = false;
  std::uint64_t bytes = 0;                 // of its elements, inflated; of what loads as none, of the npy file
};

// An open archive; the headers of all arrays have been read. Copies share it; any member may be called by several threads.
class NpzFile {
 public:
  // FileError names the file, the rule broken, the entry at fault: missing, truncated, no zip archive or one that contradicts itself
  // (entries that overlap, names that stand twice, sizes that are not so), an entry that is no npy file, a deflated one in a build without
  // zlib.
  explicit NpzFile(const FileName& file, const NpzOptions& options = {});

  const std::vector<NpzEntry>& entries() const;             // in the order of the archive's directory
  bool contains(std::string_view name) const;
  const NpzEntry& entry(std::string_view name) const;       // ValueError if there is none
  // One array, read now; its CRC-32 is verified. ValueError: no such array. FileError: damaged, or what load_npy refuses.
  Array load(std::string_view name) const;

 private:
  friend std::map<std::string, Array> load_npz(const FileName& file, const NpzOptions& options);
  friend struct NpzSource;
  struct State;
  std::shared_ptr<const State> state_;
};

std::map<std::string, Array> load_npz(const FileName& file, const NpzOptions& options = {});

struct SaveNpzOptions {
  bool compressed = false;   // deflated, which takes long; else stored, each array's elements at a multiple of 64 bytes
};
// Replaces the file in one step; numpy.load reads it. DtypeError for bf16, which NumPy does not have. ValueError: undefined arrays, and
// compressed in a build without zlib.
void save_npz(const FileName& file, const std::map<std::string, Array>& arrays, const SaveNpzOptions& options = {});

}  // namespace gradus
