// While this lives, temporary folders are in memory where the machine has such a folder: for tests that bring hundreds of files to the
// disk.
#pragma once
#include <cstdlib>
#include <optional>
#include <string>

#include <unistd.h>

namespace gradus {

class FoldersInMemory {
 public:
  FoldersInMemory() {
    if (const char* set = std::getenv("TMPDIR")) before_ = set;
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
  }
  FoldersInMemory(const FoldersInMemory&) = delete;
  ~FoldersInMemory() {
    if (before_) ::setenv("TMPDIR", before_->c_str(), 1);
    else ::unsetenv("TMPDIR");
  }

 private:
  std::optional<std::string> before_;
};

}  // namespace gradus
