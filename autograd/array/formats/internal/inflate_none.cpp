// For builds without zlib.
#include <gradus/autograd/array/formats/internal/inflate.h>

#include <gradus/autograd/base/error.h>

namespace gradus::detail {

struct Inflater::State {};
Inflater::Inflater() { fail<FileError>("the data are deflated, and this build of gradus has no zlib; configure it with -DGRADUS_ZLIB=ON"); }
Inflater::~Inflater() = default;
Inflater::Step Inflater::operator()(std::span<const std::byte>, std::span<std::byte>) { return {0, 0, true}; }   // there is no Inflater

void deflate(std::span<const std::span<const std::byte>>, const std::function<void(std::span<const std::byte>)>&) {
  fail<ValueError>("this build of gradus has no zlib, so it cannot deflate; configure it with -DGRADUS_ZLIB=ON, or do not compress");
}

}  // namespace gradus::detail
