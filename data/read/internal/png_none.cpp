#include <gradus/autograd/base/error.h>
#include <gradus/data/read/internal/raw_image.h>

namespace gradus::data {

RawImage decode_png(std::span<const std::byte>, const ImageOptions&) {
  fail<FileError>("a PNG file, and this build of gradus reads none; install libpng (Debian: libpng-dev) and configure with GRADUS_PNG=ON");
}
bool reads_png() { return false; }

}  // namespace gradus::data
