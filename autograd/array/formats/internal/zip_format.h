// The numbers of zip archives (APPNOTE.TXT 6.3.10 of PKWARE): signatures and lengths of the records, flags, and how numbers lie in them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace gradus::detail::zip {

// Records begin with their signature, and have these many bytes before what varies in length.
inline constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50, descriptor_signature = 0x08074b50,
                               end_signature = 0x06054b50, end64_signature = 0x06064b50, locator_signature = 0x07064b50;
inline constexpr std::size_t local_bytes = 30, central_bytes = 46, end_bytes = 22, end64_bytes = 56, locator_bytes = 20;

inline constexpr unsigned encrypted = 1, with_descriptor = 1u << 3, patched = 1u << 5, strongly_encrypted = 1u << 6, utf8 = 1u << 11,
                          masked = 1u << 13;
inline constexpr unsigned stored = 0, deflated = 8;
inline constexpr unsigned zip64_field = 1;                        // of an extra field: numbers that need 64 bits
inline constexpr std::uint32_t in_zip64 = 0xffffffff;             // instead of a number that stands there
inline constexpr unsigned short_in_zip64 = 0xffff;

// Little-endian numbers.
template <class T>
T number_at(const std::byte* from) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i));
  return value;
}
inline unsigned u16_at(const std::byte* from) { return number_at<std::uint16_t>(from); }
inline std::uint32_t u32_at(const std::byte* from) { return number_at<std::uint32_t>(from); }
inline std::uint64_t u64_at(const std::byte* from) { return number_at<std::uint64_t>(from); }

template <class T>
void put(std::string& to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 255);
}
inline void put16(std::string& to, std::uint64_t value) { put(to, static_cast<std::uint16_t>(value)); }
inline void put32(std::string& to, std::uint64_t value) { put(to, static_cast<std::uint32_t>(value)); }
inline void put64(std::string& to, std::uint64_t value) { put(to, value); }

}  // namespace gradus::detail::zip
