#include <gradus/nn/onnx/internal/file_bytes.h>

#include <algorithm>
#include <limits>

#include <sys/mman.h>

namespace gradus::nn::onnx {

FileBytes::FileBytes(const InputFile& file) : file_(file) {
  if (file.size() == 0 || file.size() > std::numeric_limits<std::size_t>::max()) return;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#if defined(MAP_NORESERVE)
  flags |= MAP_NORESERVE;   // hardly a page is written to
#endif
  void* pages = ::mmap(nullptr, static_cast<std::size_t>(file.size()), PROT_READ | PROT_WRITE, flags, -1, 0);
  if (pages == MAP_FAILED) return;
  data_ = static_cast<char*>(pages);
  read_.resize(static_cast<std::size_t>((file.size() - 1) / piece + 1));
}

FileBytes::~FileBytes() {
  if (data_) ::munmap(data_, static_cast<std::size_t>(file_.size()));
}

void FileBytes::need(std::uint64_t begin, std::uint64_t bytes) {
  if (bytes == 0) return;
  for (std::uint64_t i = begin / piece, last = (begin + bytes - 1) / piece; i <= last; ++i) {
    if (read_[i]) continue;
    std::uint64_t end = i + 1;   // pieces side by side are read at once
    while (end <= last && !read_[end]) ++end;
    const std::uint64_t at = i * piece;
    file_.read_at(at, data_ + at, static_cast<std::size_t>(std::min(end * piece, file_.size()) - at));
    for (; i < end; ++i) read_[i] = true;
    gone_ = std::min(gone_, at / piece);
  }
}

void FileBytes::let_go(std::uint64_t end) {
  const std::uint64_t pieces = end / piece;
  if (!data_ || pieces <= gone_) return;
  ::madvise(data_ + gone_ * piece, static_cast<std::size_t>((pieces - gone_) * piece), MADV_DONTNEED);
  std::fill(read_.begin() + static_cast<std::ptrdiff_t>(gone_), read_.begin() + static_cast<std::ptrdiff_t>(pieces), false);
  gone_ = pieces;
}

}  // namespace gradus::nn::onnx
