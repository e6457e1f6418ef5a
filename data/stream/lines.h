// The lines of a text file as a stream, gzipped or not, however long the file.
//   for (const std::vector<std::string>& texts : data::DataLoader(data::lines("corpus.txt"), {.batch_size = 32})) …
//   auto all = data::interleave(std::vector{data::lines("a.txt"), data::lines("b.txt")});
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <gradus/autograd/base/file_name.h>

namespace gradus::data {

struct LinesOptions {
  std::int64_t max_bytes = 64 << 20;              // of a line; FileError for a longer one
};

// Bytes are handed on as they are, without "\n" or "\r\n" at the end; so is a last line without either. A byte-order mark of UTF-8 at the
// file's beginning is left out. open() throws FileError when the file cannot be read, the reader when its gzip stream is broken.
class Lines {
 public:
  explicit Lines(const FileName& file, LinesOptions options = {});   // ValueError unless max_bytes >= 1; the file is opened by open() alone

  class Reader {
   public:
    explicit Reader(const Lines& of);
    Reader(Reader&&) noexcept;
    ~Reader();
    std::optional<std::string> next();
    std::int64_t skip(std::int64_t n);
    std::int64_t line() const;                    // of the line that came last, from 1

   private:
    struct State;
    std::unique_ptr<State> state_;
  };
  Reader open() const { return Reader(*this); }

 private:
  std::string file_;
  LinesOptions options_;
};
inline Lines lines(const FileName& file, LinesOptions options = {}) { return Lines(file, options); }

}  // namespace gradus::data
