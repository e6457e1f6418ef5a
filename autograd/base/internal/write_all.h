// Bytes to a descriptor, all of them: a system call may take fewer than it is given, and a signal may interrupt it.
//   if (!write_all(descriptor, bytes)) fail_with_errno(file, "cannot write");
#pragma once
#include <cerrno>
#include <cstddef>
#include <span>

#include <unistd.h>

namespace gradus {

// false, and errno says why: ENOSPC, too, where the system takes nothing and gives no reason. `write` is ::write but in tests.
template <class Write>
bool write_all_by(Write write, std::span<const std::byte> bytes) {
  constexpr std::size_t most = std::size_t{1} << 30;   // Linux takes 2 GiB − 4 KiB, others fail above INT_MAX
  while (!bytes.empty()) {
    const auto n = write(bytes.data(), bytes.size() < most ? bytes.size() : most);
    if (n > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    } else if (n == 0) {
      errno = ENOSPC;
      return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}
inline bool write_all(int descriptor, std::span<const std::byte> bytes) {
  return write_all_by([=](const void* from, std::size_t n) { return ::write(descriptor, from, n); }, bytes);
}

}  // namespace gradus
