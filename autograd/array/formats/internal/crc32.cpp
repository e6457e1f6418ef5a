// Sixteen bytes at a time, by tables ("slicing"): Kounavis and Berry, Novel table lookup-based algorithms for high-performance CRC
// generation, IEEE Transactions on Computers 57 (2008).
#include <gradus/autograd/array/formats/internal/crc32.h>

#include <array>

namespace gradus::detail {
namespace {

constexpr std::size_t crc_slices = 16;
using CrcTables = std::array<std::array<std::uint32_t, 256>, crc_slices>;

// Table k: what a byte does to the sum when k zero bytes follow it.
constexpr CrcTables crc_tables = [] {
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ 0xedb88320u : sum >> 1;
    tables[0][byte] = sum;
  }
  for (std::size_t k = 1; k < crc_slices; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 255];
  return tables;
}();

}  // namespace

std::uint32_t crc32(std::uint32_t sum, std::span<const std::byte> bytes) {
  sum = ~sum;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= crc_slices; left -= crc_slices, at += crc_slices) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 4; ++i) next ^= crc_tables[15 - i][at[i] ^ (sum >> (8 * i) & 255)];
    for (std::size_t i = 4; i < crc_slices; ++i) next ^= crc_tables[15 - i][at[i]];
    sum = next;
  }
  for (; left > 0; --left, ++at) sum = sum >> 8 ^ crc_tables[0][(sum ^ *at) & 255];
  return ~sum;
}

}  // namespace gradus::detail
