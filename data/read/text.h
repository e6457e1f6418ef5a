// Plain text files, checked to be UTF-8; gzipped too.
//   std::string book = data::read_text("book.txt");
//   data::Texts lines = data::read_lines("names.txt");        // a dataset: lines[3], lines.size(), DataLoader(lines)
// Opt-in, by name: no umbrella header includes it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <gradus/autograd/base/file_name.h>
#include <gradus/data/read/table.h>

namespace gradus::data {

struct TextOptions {
  bool keep_empty_lines = true;                  // read_lines
  std::optional<std::uint64_t> max_bytes = {};   // what a gzipped file may become; none: 1 GiB, or 100 times the file if that is more
};

// A byte order mark is left out; all else is as it stands there. FileError names the file and the byte: no UTF-8, broken gzip.
std::string read_text(const FileName& file, const TextOptions& options = {});

// Lines without their ends, which are LF, CRLF or CR; the last one may have none. FileError names the line too.
Texts read_lines(const FileName& file, const TextOptions& options = {});

}  // namespace gradus::data
