// Named arrays in a safetensors file, the format that Python reads and writes too. The reader treats its input as hostile; the writer
// replaces the file in one step, so that a crash leaves the old or the new file, never half of one.
//   Safetensors all = load_safetensors("model.safetensors");  Array w = all.arrays.at("fc.weight");
//   SafetensorsFile file("model.safetensors");                                                         // one at a time, and what there is
//   for (const SafetensorsEntry& e : file.entries()) std::cout << e.name << ' ' << e.dtype << '\n';    // fc.weight BF16
#pragma once
#include <cstddef>
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

struct Safetensors {
  std::map<std::string, Array> arrays;
  std::map<std::string, std::string> metadata;
};

struct SafetensorsOptions {
  std::uint64_t max_entries = 1'000'000;   // tensors and metadata entries of one file:
                                           // a header of 100 MB, the format's limit, can name more
  bool map = false;                        // large tensors are the file's bytes where they lie, which takes no memory; what is written to
                                           // them stays in this process. Nobody may shorten the file meanwhile: the process would end.
  std::optional<Dtype> floating = {};      // floating-point tensors are converted to this dtype: f32, f64, f16 or bf16
};

// What a file says of one tensor.
struct SafetensorsEntry {
  std::string name;
  std::string_view dtype;                  // as the format calls it: "F32", "BF16", "F8_E4M3", …
  std::optional<Dtype> loads_as;           // before SafetensorsOptions::floating; none for C64, F6_E3M2, F6_E2M3 and F4, whose bytes alone
                                           // can be had
  std::vector<std::uint64_t> shape;        // may have more dimensions than an Array
  std::uint64_t begin = 0, end = 0;        // its bytes, counted from the end of the header
};

// An open file whose header has been read, with every dtype of the format. What gradus has no dtype for is widened, exactly: F8_* to f32,
// U16, U32 and U64 to i64. Copies share it; any member may be called by several threads.
class SafetensorsFile {
 public:
  // FileError names the file, the rule broken, the tensor at fault and where in the header it stands: missing, truncated, malformed JSON,
  // offsets that overlap, leave holes or do not match shape and dtype, duplicate names, a dtype that the format has not, too many entries.
  explicit SafetensorsFile(const FileName& file, const SafetensorsOptions& options = {});

  const std::vector<SafetensorsEntry>& entries() const;            // in the order of their data
  const std::map<std::string, std::string>& metadata() const;
  bool contains(std::string_view name) const;
  const SafetensorsEntry& entry(std::string_view name) const;      // ValueError if there is none

  // One tensor, read now. ValueError: no such tensor. FileError: a dtype that loads as none, a U64 of 2^63 or more, more dimensions or
  // elements than an Array has; every other tensor can be loaded nevertheless.
  Array load(std::string_view name) const;
  std::vector<std::byte> bytes(std::string_view name) const;       // as they are in the file, little endian

 private:
  friend Safetensors load_safetensors(const FileName& file, const SafetensorsOptions& options);
  struct State;
  std::shared_ptr<const State> state_;
};

// All of a file, widened as by SafetensorsFile::load; the errors are SafetensorsFile's.
Safetensors load_safetensors(const FileName& file, const SafetensorsOptions& options = {});
void save_safetensors(const FileName& file, const Safetensors& contents);

}  // namespace gradus
