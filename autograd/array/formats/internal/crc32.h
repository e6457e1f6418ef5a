// CRC-32 as zip archives have it (polynomial 0x04c11db7, bits reflected), without zlib.
//   std::uint32_t sum = crc32(0, bytes);  sum = crc32(sum, more);
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace gradus::detail {

std::uint32_t crc32(std::uint32_t sum, std::span<const std::byte> bytes);   // of all bytes so far; of none it is 0

}  // namespace gradus::detail
