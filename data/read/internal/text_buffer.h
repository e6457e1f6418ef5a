// The bytes of a text file, as a piece of memory that always holds whole rows: whoever finds no end of a row in it asks for more.
//   while (true) { const char* line_end = find(buffer.at(), buffer.end());  if (line_end == buffer.end() && buffer.more()) continue;  … }
// Memory: a quarter of a MiB, or twice the longest row.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <gradus/data/read/internal/byte_source.h>

namespace gradus::data {

struct TextLimits {
  std::optional<std::uint64_t> all;      // bytes that may come out of a gzipped file; none: 1 GiB, or 100 times the file if that is more
  std::uint64_t row = 1ull << 26;        // bytes of a row
  bool unlimited = false;                // no limit for the whole: what is read is not kept
};

class TextBuffer {
 public:
  TextBuffer(const FileName& file, const TextLimits& limits);   // a byte order mark is skipped; FileError for UTF-16

  const char* at() const { return data_.get() + begin_; }       // what has not been used
  const char* end() const { return data_.get() + end_; }        // *end() is '\n'; 16 bytes from there may be read
  bool last() const { return last_; }                           // nothing comes behind end()
  std::uint64_t file_bytes() const { return source_.file_bytes(); }
  std::uint64_t offset() const { return offset_; }              // of at() in the file (inflated)
  void use(const char* to) {                                    // what is before `to` is done with
    offset_ += static_cast<std::uint64_t>(to - at());
    begin_ = static_cast<std::size_t>(to - data_.get());
  }
  // Brings more bytes behind those not used, which may move; false if there are none, and then last().
  bool more();

 private:
  ByteSource source_;
  TextLimits limits_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  std::uint64_t offset_ = 0, read_ = 0, most_ = 0;
  bool last_ = false;
};

}  // namespace gradus::data
