// Sizes and counts as they are printed, and names out of files.
//   size_text(1536) == "1.5 kB";      printable("a\x1b[2J") == "a\\x1b[2J"
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <gradus/autograd/base/internal/printable.h>

namespace gradus::tool {

using detail::printable;

std::string size_text(std::uint64_t bytes);                     // three digits, powers of 1000
std::string shape_text(std::span<const std::uint64_t> shape);   // "[64, 3]"
std::string count_text(std::uint64_t n, std::string_view one);  // "1 tensor", "3 tensors"

}  // namespace gradus::tool
