#include "sizes.h"

#include <cstdio>

namespace gradus::tool {

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  constexpr const char* units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  int unit = 0;
  for (; value >= 999.5 && unit < 5; ++unit) value /= 1000;
  char out[32];
  std::snprintf(out, sizeof out, "%.3g %s", value, units[unit]);
  return out;
}

std::string shape_text(std::span<const std::uint64_t> shape) {
  std::string out = "[";
  for (const std::uint64_t size : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(size);
  return out + "]";
}

std::string count_text(std::uint64_t n, std::string_view one) { return std::to_string(n) + " " + std::string(one) + (n == 1 ? "" : "s"); }

}  // namespace gradus::tool
