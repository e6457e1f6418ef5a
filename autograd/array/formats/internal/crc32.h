// CRC-32 as zip archives have it (polynomial 0x04c11db7, bits reflected), without zlib.
//   std::uint32_t sum = crc32(0, bytes);  sum = crc32(sum, more);
//   joined_crc32(crc32(0, a), crc32(0, b), b.size())                      // of a and b behind it, each summed up by whoever had time
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace gradus::detail {

std::uint32_t crc32(std::uint32_t sum, std::span<const std::byte> bytes);   // of all bytes so far; of none it is 0
std::uint32_t joined_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t bytes_of_second);

}  // namespace gradus::detail
