// What goes wrong in a reader, named by the reader and its file:
//   return naming("read_csv", file, [&] { return read(); });      // read_csv: "a.csv": line 3, column 7: 'x' is no i64
// Errors of options name the reader.
#pragma once
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus::data {

template <class F>
auto naming(const char* reader, const FileName& file, F f) {
  try {
    return f();
  } catch (const FileError& e) {
    fail<FileError>(reader, ": ", file, ": ", e.what());
  } catch (const ValueError& e) {
    fail<ValueError>(reader, ": ", e.what());
  }
}

}  // namespace gradus::data
