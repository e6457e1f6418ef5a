// A picture as a library decodes it, before channels are chosen and it is set upright.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <gradus/data/read/image.h>

namespace gradus::data {

struct RawImage {
  std::int64_t height = 0, width = 0;
  int channels = 0;                            // 1 grey, 2 with opacity, 3 colours, 4 with opacity
  int bits = 8;                                // 8, or 16 in the processor's order
  int orientation = 1;                         // EXIF's, 1 to 8
  std::unique_ptr<std::uint8_t[]> bytes;       // [height, width, channels]
};

// FileError without the file's name.
RawImage decode_png(std::span<const std::byte> bytes, const ImageOptions& options);
RawImage decode_jpeg(std::span<const std::byte> bytes, const ImageOptions& options);

// FileError for more pixels than allowed, or than `most_per_byte` times the bytes of the file.
void check_pixels(std::int64_t height, std::int64_t width, const ImageOptions& options, std::uint64_t bytes, std::uint64_t most_per_byte);

// Orientation in EXIF data (a TIFF header and what follows); 1 where it is not said, or nonsense.
int exif_orientation(std::span<const std::uint8_t> exif);

}  // namespace gradus::data
