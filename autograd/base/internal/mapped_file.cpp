#include <gradus/autograd/base/internal/mapped_file.h>

#include <limits>

#include <sys/mman.h>
#include <unistd.h>

#include <gradus/autograd/base/error.h>

namespace gradus {

MappedBytes::MappedBytes(const InputFile& file, std::uint64_t begin, std::uint64_t size) {
  check<FileError>(begin <= file.size() && size <= file.size() - begin, "cannot map ", file.path(), ": it has ", file.size(), " bytes, no ",
                   size, " from byte ", begin, " on");
  if (size == 0) return;
  const std::uint64_t page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)), before = begin % page;
  if (size > std::numeric_limits<std::size_t>::max() - before) return;
  int flags = MAP_PRIVATE;
#if defined(MAP_NORESERVE)
  flags |= MAP_NORESERVE;   // a model may be larger than the memory: hardly a page of it is written to
#endif
  length_ = static_cast<std::size_t>(before + size);
  pages_ = ::mmap(nullptr, length_, PROT_READ | PROT_WRITE, flags, file.descriptor(), static_cast<off_t>(begin - before));
  if (pages_ == MAP_FAILED) pages_ = nullptr;
  else data_ = static_cast<std::byte*>(pages_) + before;
}

MappedBytes::~MappedBytes() {
  if (pages_) ::munmap(pages_, length_);
}

}  // namespace gradus
