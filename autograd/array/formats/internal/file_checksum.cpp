#include <gradus/autograd/array/formats/internal/file_checksum.h>

#include <cstdint>
#include <span>

#include <gradus/autograd/array/formats/internal/crc32.h>
#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/base/error.h>

namespace gradus::detail {
namespace {

// Where the digits begin, or npos. A key inside another text has its quotes escaped.
std::size_t place_of_checksum(std::string_view header, std::string_view key) {
  const std::string before = text("\"", key, "\":\"");
  const std::size_t found = header.find(before);
  if (found == header.npos) return found;
  const std::size_t digits = found + before.size(), end = digits + no_checksum.size();
  return end < header.size() && header[end] == '"' ? digits : header.npos;
}

std::span<const std::byte> raw_bytes(std::string_view s) { return std::as_bytes(std::span(s.data(), s.size())); }
std::span<const std::byte> raw_bytes(const Array& contiguous) {
  return {static_cast<const std::byte*>(contiguous.raw()), static_cast<std::size_t>(contiguous.size()) * size_of(contiguous.dtype())};
}

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
    sum = crc32(sum, raw_bytes(array));
  }
  header.replace(place, no_checksum.size(), digits_of(sum));
}

SummedFile load_with_checksum(const FileName& path, std::string_view key) {
  const SafetensorsFile file(path);
  const InputFile beginning(path);
  std::string header(header_length(beginning), '\0');
  beginning.read_at(prefix_bytes, header.data(), header.size());
  const std::size_t place = place_of_checksum(header, key);
  if (place == header.npos) return {load_safetensors(path), {}};
  header.replace(place, no_checksum.size(), no_checksum);

  SummedFile out{{{}, file.metadata()}, {}};
  std::uint32_t sum = crc32(0, raw_bytes(beginning_of(header)));
  for (const SafetensorsEntry& e : file.entries()) {   // in the order of the data, which they cover
    const Array& array = out.contents.arrays.emplace(e.name, file.load(e.name)).first->second;
    sum = stored_dtype(e.dtype)->convert ? crc32(sum, file.bytes(e.name)) : crc32(sum, raw_bytes(array));
  }
  out.checksum = digits_of(sum);
  return out;
}

}  // namespace gradus::detail
