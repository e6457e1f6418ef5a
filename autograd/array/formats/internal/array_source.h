// How array_file.cpp sees each format: a list of entries, and one loaded at a time. A format more is a function like those below, its place
// in ArrayFormat, and a line in array_file.cpp.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/array/formats/safetensors.h>

namespace gradus::detail {

struct ArraySource {
  virtual ~ArraySource() = default;
  virtual Array load(std::size_t i) const = 0;   // of entries[i]; FileError that names the file and the array

  ArrayFormat format = ArrayFormat::safetensors;
  std::vector<ArrayEntry> entries;               // names differ
  std::map<std::string, std::string> metadata;
  std::vector<std::string> shards;               // paths of the files that hold the arrays, where the opened one only names them
};

ArrayEntry array_entry(const SafetensorsEntry& e);

// FileError that names the file.
std::unique_ptr<const ArraySource> open_safetensors(const FileName& file, const ArrayFileOptions& options);
std::unique_ptr<const ArraySource> open_sharded_safetensors(const FileName& file, const ArrayFileOptions& options);
std::unique_ptr<const ArraySource> open_npy(const FileName& file, const ArrayFileOptions& options);
// zip: the file's directory, which has been read to tell the two from each other; a .pt of the legacy layout has none.
std::unique_ptr<const ArraySource> open_npz(const FileName& file, const ArrayFileOptions& options, std::shared_ptr<const ZipReader> zip);
std::unique_ptr<const ArraySource> open_pt(const FileName& file, const ArrayFileOptions& options, std::shared_ptr<const ZipReader> zip);

}  // namespace gradus::detail
