#include <gradus/autograd/base/error.h>
#include <gradus/data/read/internal/raw_image.h>

namespace gradus::data {

RawImage decode_jpeg(std::span<const std::byte>, const ImageOptions&) {
  fail<FileError>("a JPEG file, and this build of gradus reads none; install libjpeg-turbo (Debian: libjpeg62-turbo-dev) "
                  "and configure with GRADUS_JPEG=ON");
}
bool reads_jpeg() { return false; }

}  // namespace gradus::data
