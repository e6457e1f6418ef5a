// Names of a file as they are printed: files are hostile, and a terminal obeys control characters.
//   printable("a\x1b[2J") == "a\\x1b[2J";   size_text(1536) == "1.5 kB"
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gradus::tool {

// Control characters and what is no UTF-8 as \xNN; all else as it is.
std::string printable(std::string_view name);
std::string size_text(std::uint64_t bytes);                     // three digits, powers of 1000
std::string shape_text(std::span<const std::uint64_t> shape);   // "[64, 3]"
std::string count_text(std::uint64_t n, std::string_view one);  // "1 tensor", "3 tensors"

// How many bytes the UTF-8 character at the beginning takes; 0 if there is none.
std::size_t character_length(std::string_view text);

}  // namespace gradus::tool
