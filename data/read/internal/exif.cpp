#include <gradus/data/read/internal/raw_image.h>

namespace gradus::data {

// The first directory's entry 0x0112, a 16-bit number.
int exif_orientation(std::span<const std::uint8_t> exif) {
  if (exif.size() < 8) return 1;
  const bool little = exif[0] == 'I' && exif[1] == 'I';
  if (!little && (exif[0] != 'M' || exif[1] != 'M')) return 1;
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | exif[at + (little ? bytes - 1 - i : i)];
    return value;
  };
  const std::size_t directory = number(4, 4);
  if (number(2, 2) != 42 || directory > exif.size() - 2) return 1;
  const std::size_t entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + 12 * i;
    if (at + 12 > exif.size()) return 1;
    if (number(at, 2) != 0x0112) continue;
    const std::uint32_t value = number(at + 8, 2);
    return number(at + 2, 2) == 3 && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace gradus::data
