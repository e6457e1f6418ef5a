#include <gradus/autograd/array/formats/internal/file_checksum.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gradus/autograd/array/formats/internal/crc32.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/base/error.h>

namespace gradus::detail {
namespace {

constexpr std::size_t checked_at_a_time = std::size_t{8} << 20;   // bytes: crc32 takes several threads for as many

// Where the digits begin, or npos. A key inside another text has its quotes escaped.
std::size_t place_of_checksum(std::string_view header, std::string_view key) {
  const std::string before = text("\"", key, "\":\"");
  const std::size_t found = header.find(before);
  if (found == header.npos) return found;
  const std::size_t digits = found + before.size(), end = digits + no_checksum.size();
  return end < header.size() && header[end] == '"' ? digits : header.npos;
}

std::span<const std::byte> raw_bytes(std::string_view s) { return std::as_bytes(std::span(s.data(), s.size())); }

std::string digits_of(std::uint32_t sum) {
  std::string out(no_checksum);
  for (std::size_t i = out.size(); i-- > 0; sum >>= 4) out[i] = "0123456789abcdef"[sum & 15];
  return out;
}

}  // namespace

void put_checksum(std::string& header, std::string_view key, const NamedArrays& arrays) {
  const std::size_t place = place_of_checksum(header, key);
  check<ValueError>(place != header.npos, "safetensors: the header has no place for its checksum");
  std::uint32_t sum = crc32(0, raw_bytes(beginning_of(header)));
  for (const auto* named : arrays) {
    const Array array = named->second.as_contiguous();
    sum = crc32(sum, {static_cast<const std::byte*>(array.raw()), static_cast<std::size_t>(array.size()) * size_of(array.dtype())});
  }
  header.replace(place, no_checksum.size(), digits_of(sum));
}

std::string file_checksum(const FileName& path, std::string_view key) {
  const InputFile file(path);
  const std::uint64_t length = header_length(file);
  std::string header(length, '\0');
  file.read_at(prefix_bytes, header.data(), header.size());
  const std::size_t place = place_of_checksum(header, key);
  if (place == header.npos) return {};
  header.replace(place, no_checksum.size(), no_checksum);

  std::uint32_t sum = crc32(0, raw_bytes(beginning_of(header)));
  std::vector<std::byte> part;
  for (std::uint64_t at = prefix_bytes + length; at < file.size(); at += part.size()) {
    part.resize(static_cast<std::size_t>(std::min<std::uint64_t>(checked_at_a_time, file.size() - at)));
    file.read_at(at, part);
    sum = crc32(sum, part);
  }
  return digits_of(sum);
}

}  // namespace gradus::detail
