// Texts for networks that read letter by letter: 128 characters, and what is shown of them.
#pragma once
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

namespace support {

// A file's bytes, 7 bits of each; empty if it cannot be read.
inline std::string ascii_of(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  for (char& c : text) c &= 127;
  return text;
}

inline char shown(std::int64_t character) { return static_cast<char>(character >= ' ' || character == '\n' ? character : '?'); }

}  // namespace support
