#include <gradus/data/fashion_mnist.h>

#include <gradus/data/idx.h>

namespace gradus::data {
namespace {

Array read(const std::filesystem::path& root, const std::string& name) {
  std::error_code unreachable;
  for (const char* end : {".gz", ""})
    if (std::filesystem::exists(root / (name + end), unreachable)) return read_idx(root / (name + end));
  fail<FileError>("fashion_mnist: ", root / (name + ".gz"), " is missing; Debian: apt install dataset-fashion-mnist, or set .root to the files' folder");
}

}  // namespace

IdxImages fashion_mnist(Split split, const FashionMnistOptions& options) {
  const std::string prefix = split == Split::train ? "train-" : "t10k-";
  return {read(options.root, prefix + "images-idx3-ubyte"), read(options.root, prefix + "labels-idx1-ubyte"), options.normalisation};
}

}  // namespace gradus::data
