// What the targets share: bytes as a file (in memory: nothing is left on the disk), and what a reader may do with it.
//   extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
//     return gradus::fuzz_file(data, size, [](const std::string& file) { gradus::load_npy(file); });
//   }
// A reader loads, or throws a gradus::Error; anything else is a finding: another exception, what the sanitizers see, more than 512 MB, 5 s.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/error.h>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace gradus {

// A file with these bytes, which has a name while this lives.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || ::write(descriptor_, data, size) != static_cast<ssize_t>(size)) std::abort();
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }
  std::string name() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

template <class F>
int fuzz_file(const std::uint8_t* data, std::size_t size, F load) {
  const MemoryFile file(data, size);
  try {
    load(file.name());
  } catch (const Error&) {
  }
  return 0;
}

// Reads every element of it, so that the sanitizers see each place.
inline void touch(const Array& a) {
  if (a.size() > 100'000) return;
  volatile double last = 0;
  for (const double value : a.to_vector()) last = value;
  (void)last;
}

}  // namespace gradus
