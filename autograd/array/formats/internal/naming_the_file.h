// Errors of a reader learn which file they are of:
//   naming_the_file("npz", path, [&] { return read(); });      // npz: "all.npz": entry 'w.npy': truncated
#pragma once
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus::detail {

template <class F>
auto naming_the_file(const char* format, const FileName& path, F f) {
  try {
    return f();
  } catch (const FileError& e) {
    fail<FileError>(format, ": ", path, ": ", e.what());
  }
}

}  // namespace gradus::detail
