// What goes wrong in a reader, named by the reader and its file:
//   return naming("read_csv", file, [&] { return read(); });      // read_csv: "a.csv": line 3, column 7: 'x' is no i64
// Errors of options name the reader.
#pragma once
#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus::data {

template <class F>
auto naming(const char* reader, const FileName& file, F f) {
  try {
    return gradus::detail::naming_the_file(reader, file, f);
  } catch (const ValueError& e) {
    fail<ValueError>(reader, ": ", e.what());
  }
}

}  // namespace gradus::data
