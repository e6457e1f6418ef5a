// A checksum over all of a safetensors file, the header that has it among its metadata too: CRC-32 (zlib's) of the file's bytes, with zeros
// for its own eight hexadecimal digits. Who only reads tensors need not know of it.
//   put_checksum(beginning, "checkpoint_checksum", arrays);                   // where write_header has written no_checksum
//   check(file_checksum(file, key) == metadata.at(key), …);
#pragma once
#include <string>
#include <string_view>

#include <gradus/autograd/array/formats/internal/safetensors_write.h>

namespace gradus::detail {

inline constexpr std::string_view no_checksum = "00000000";

// Into the header of the arrays that follow it in this order. `key` is one of its metadata, and no_checksum its value.
void put_checksum(std::string& header, std::string_view key, const NamedArrays& arrays);

// What the checksum of the file should be; "" if the header has none under this key, as put_checksum writes it. FileError.
std::string file_checksum(const FileName& file, std::string_view key);

}  // namespace gradus::detail
