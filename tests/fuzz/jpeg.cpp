// JPEG files.
#include <gradus/data/read/image.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gradus;
  return fuzz_file(data, size, [&](const std::string&) {
    const auto channels = size % 2 == 0 ? data::Channels::as_they_are : data::Channels::gray;
    touch(data::decode_image(std::as_bytes(std::span(data, size)), {.channels = channels, .max_pixels = 1 << 18}).value());
  });
}
