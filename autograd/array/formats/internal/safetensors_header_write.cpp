// The header of a safetensors file as it is written: compact JSON, which Python writes alike.
#include <string>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/safetensors_header.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/utf8.h>

namespace gradus::detail {
void write_json_string(std::string& out, std::string_view s) {
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt", digits = "0123456789abcdef";
  out += '"';
  for (std::size_t at = 0; at < s.size();) {
    const std::size_t length = character_length(s.substr(at));
    check<ValueError>(length > 0, "a name or a metadata entry is not valid UTF-8");
    const char c = s[at];
    if (const std::size_t escape = escaped.find(c); escape != escaped.npos) {
      out += '\\';
      out += letters[escape];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    } else {
      out += s.substr(at, length);
    }
    at += length;
  }
  out += '"';
}

std::string write_header(const std::map<std::string, std::string>& metadata,
                         const std::vector<const std::pair<const std::string, Array>*>& arrays) {
  std::string header = "{";
  const auto name = [&header](std::string_view of_the_next) {
    if (header.back() != '{') header += ',';
    write_json_string(header, of_the_next);
    header += ':';
  };
  if (!metadata.empty()) {
    name(metadata_key);
    header += '{';
    for (const auto& [key, value] : metadata) {
      name(key);
      write_json_string(header, value);
    }
    header += '}';
  }
  std::uint64_t begin = 0;   // numbers by std::to_string: streams would write them as the program's locale likes
  for (const auto* named : arrays) {
    const Array& array = named->second;
    name(named->first);
    header += "{\"dtype\":\"";
    header += stored_dtype(array.dtype()).name;
    header += "\",\"shape\":[";
    for (const std::int64_t size : array.shape()) {
      if (header.back() != '[') header += ',';
      header += std::to_string(size);
    }
    const std::uint64_t end = begin + static_cast<std::uint64_t>(array.size()) * size_of(array.dtype());
    header += "],\"data_offsets\":[" + std::to_string(begin) + ',' + std::to_string(end) + "]}";
    begin = end;
  }
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

}  // namespace gradus::detail
