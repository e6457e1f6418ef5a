#include <gradus/data/sets/fashion_mnist.h>

#include <filesystem>
#include <initializer_list>

#include <gradus/data/read/idx.h>

namespace gradus::data {
namespace {

// The first file there is whose name is <prefix><part><mark><kind><end>.
Array read(const FashionMnistOptions& options, std::initializer_list<const char*> parts, const char* what,
           std::initializer_list<const char*> kinds) {
  const std::filesystem::path root = options.root;
  std::error_code unreachable;
  for (const char* part : parts)
    for (const char* mark : {"-", "."})
      for (const char* kind : kinds)
        for (const char* end : {".gz", ""}) {
          const std::filesystem::path file = root / text(options.prefix, part, what, mark, kind, end);
          if (std::filesystem::is_regular_file(file, unreachable)) return read_idx(file);
        }
  fail<FileError>(
      "fashion_mnist: ", root / text(options.prefix, *parts.begin(), what, "-", *kinds.begin(), ".gz"),
      " is missing; Debian: apt install dataset-fashion-mnist, or set .root to the files' folder and .prefix to how their names begin");
}

}  // namespace

Pictures fashion_mnist(Split split, const FashionMnistOptions& options) {
  const std::initializer_list<const char*> train{"train"}, test{"t10k", "test"}, parts = split == Split::train ? train : test;
  const Array images = read(options, parts, "-images", {"idx3-ubyte", "idx4-ubyte"});
  return {options.transposed && images.rank() >= 3 ? images.transpose(-2, -1) : images, read(options, parts, "-labels", {"idx1-ubyte"}),
          options.normalisation};
}

}  // namespace gradus::data
