// The header of a safetensors file: JSON that names tensors, read and written without building a document of it, so that it costs memory of
// the order of its size, and so that nothing allocates while memory is being given back.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::detail {

inline constexpr std::size_t prefix_bytes = 8;                 // with the length of the header
inline constexpr std::uint64_t longest_header = 100'000'000;   // the reference's limit
inline constexpr std::string_view metadata_key = "__metadata__";

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;       // in the order of their data, which they cover without a hole and without sharing a byte
  std::vector<std::uint32_t> by_name;          // places in entries, in the order of the names
  std::map<std::string, std::string> metadata;
};

// FileError: the file cannot have a header of the length that it says.
std::uint64_t header_length(const InputFile& file);

// The header that takes `length` bytes of the file from `begin`; the data are the rest. FileError names the rule, the tensor and the byte
// of the header.
SafetensorsHeader read_header(const InputFile& file, std::uint64_t begin, std::uint64_t length, const SafetensorsOptions& options);

// The header for arrays that follow in this order, padded with spaces. ValueError for what is not UTF-8.
std::string write_header(const std::map<std::string, std::string>& metadata,
                         const std::vector<const std::pair<const std::string, Array>*>& arrays);

void write_json_string(std::string& out, std::string_view text);   // appended, in its quotes; ValueError for what is not UTF-8
}  // namespace gradus::detail
