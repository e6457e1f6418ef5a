// Bytes of a file, seen in memory where they lie: read when they are touched, given up by the system when memory is short. What is written
// to them stays in this process, page by page, and never reaches the file.
//   MappedBytes bytes(file, begin, size);  if (bytes.data()) use(bytes.data());
// The mapping outlives the InputFile, and a file that was removed or replaced (FileReplacement renames) stays what it was. A file that is
// shortened in place takes its pages along: touching them ends the process (SIGBUS), so map what nobody truncates.
#pragma once
#include <cstddef>
#include <cstdint>

#include <gradus/autograd/base/internal/file.h>

namespace gradus {

class MappedBytes {
 public:
  MappedBytes(const InputFile& file, std::uint64_t begin, std::uint64_t size);   // FileError unless the file has them
  MappedBytes(const MappedBytes&) = delete;
  MappedBytes& operator=(const MappedBytes&) = delete;
  ~MappedBytes();

  std::byte* data() const { return data_; }   // null if there are none, or the system does not map them: then read them

 private:
  void* pages_ = nullptr;
  std::size_t length_ = 0;                    // of the pages
  std::byte* data_ = nullptr;
};

}  // namespace gradus
