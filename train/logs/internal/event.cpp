#include <gradus/train/logs/internal/event.h>

#include <array>
#include <bit>

namespace gradus::train::logs {
namespace {

constexpr std::array<std::uint32_t, 256> castagnoli = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
    table[i] = crc;
  }
  return table;
}();

template <class Bits>
std::string little_endian(Bits bits) {
  std::string out;
  for (std::size_t i = 0; i < sizeof(Bits); ++i) out += static_cast<char>(bits >> 8 * i & 0xFF);
  return out;
}

std::string masked_sum(std::string_view bytes) {
  const std::uint32_t sum = crc32c(bytes);
  return little_endian((sum >> 15 | sum << 17) + 0xA282EAD8u);
}

}  // namespace

void Message::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(0x80 | (value & 0x7F));
  bytes_ += static_cast<char>(value);
}
Message& Message::integer(int field, std::uint64_t value) {
  varint(static_cast<std::uint64_t>(field) << 3);
  varint(value);
  return *this;
}
Message& Message::float32(int field, float value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 5);
  bytes_ += little_endian(std::bit_cast<std::uint32_t>(value));
  return *this;
}
Message& Message::float64(int field, double value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 1);
  bytes_ += little_endian(std::bit_cast<std::uint64_t>(value));
  return *this;
}
Message& Message::bytes(int field, std::string_view value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 2);
  varint(value.size());
  bytes_ += value;
  return *this;
}
Message& Message::doubles(int field, const std::vector<double>& values) {
  std::string packed;
  for (const double value : values) packed += little_endian(std::bit_cast<std::uint64_t>(value));
  return bytes(field, packed);
}

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) crc = castagnoli[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

std::string record(std::string_view bytes) {
  const std::string length = little_endian(std::uint64_t{bytes.size()});
  return (length + masked_sum(length)).append(bytes) + masked_sum(bytes);
}

}  // namespace gradus::train::logs
