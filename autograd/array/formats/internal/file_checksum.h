// A checksum over all of a safetensors file, the header that has it among its metadata too: CRC-32 (zlib's) of the file's bytes, with zeros
// for its own eight hexadecimal digits. Who only reads tensors need not know of it.
//   put_checksum(beginning, "checkpoint_checksum", arrays);                   // where write_header has written no_checksum
//   auto [contents, sum] = load_with_checksum(file, key);
//   check(sum == contents.metadata.at(key), …);
#pragma once
#include <string>
#include <string_view>

#include <gradus/autograd/array/formats/internal/safetensors_write.h>
#include <gradus/autograd/array/formats/safetensors.h>

namespace gradus::detail {

inline constexpr std::string_view no_checksum = "00000000";

// Into the header of the arrays that follow it in this order. `key` is one of its metadata, and no_checksum its value.
void put_checksum(std::string& header, std::string_view key, const NamedArrays& arrays);

struct SummedFile {
  Safetensors contents;
  std::string checksum;   // what it should be; "" if the header has none under this key, as put_checksum writes it
};
// All of a file, whose arrays are read once: what was summed is what was loaded. FileError.
SummedFile load_with_checksum(const FileName& file, std::string_view key);

}  // namespace gradus::detail
