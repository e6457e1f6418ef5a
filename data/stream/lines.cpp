#include <gradus/data/stream/lines.h>

#include <cstring>
#include <utility>
#include <vector>

#include <gradus/autograd/base/error.h>
#include <gradus/data/read/internal/byte_source.h>
#include <gradus/data/stream/adapters.h>

namespace gradus::data {

void detail::check_stream(bool ok, const char* what, std::int64_t value) { check<ValueError>(ok, what, value); }

struct Lines::Reader::State {
  State(const std::string& name, std::int64_t most) : file(name), source(FileName(name)), max_bytes(most), buffer(1 << 16) {
    fill();
    if (size >= 3 && std::memcmp(buffer.data(), "\xef\xbb\xbf", 3) == 0) at = 3;
  }
  bool fill() {
    at = 0;
    size = source.read(buffer);
    return size > 0;
  }
  // Whether there is another line; its bytes go to `to`, unless that is null.
  bool next(std::string* to) {
    if (at == size && !fill()) return false;
    ++number;
    std::int64_t length = 0;
    for (;;) {
      const auto* begin = reinterpret_cast<const char*>(buffer.data()) + at;
      const auto* end = static_cast<const char*>(std::memchr(begin, '\n', size - at));
      const std::size_t bytes = end ? static_cast<std::size_t>(end - begin) : size - at;
      length += static_cast<std::int64_t>(bytes);
      check<FileError>(length <= max_bytes, FileName(file), ": line ", number, " has more than ", max_bytes,
                        " bytes; LinesOptions has the limit");
      if (to) to->append(begin, bytes);
      at += bytes;
      if (end) {
        ++at;
        if (to && to->ends_with('\r')) to->pop_back();
        return true;
      }
      if (!fill()) return true;
    }
  }

  std::string file;
  ByteSource source;
  std::int64_t max_bytes, number = 0;
  std::vector<std::byte> buffer;
  std::size_t at = 0, size = 0;
};

Lines::Lines(const FileName& file, LinesOptions options) : file_(file.string()), options_(options) {
  check<ValueError>(options.max_bytes >= 1, "data::lines: max_bytes must be at least 1, not ", options.max_bytes);
}
Lines::Reader::Reader(const Lines& of) : state_(std::make_unique<State>(of.file_, of.options_.max_bytes)) {}
Lines::Reader::Reader(Reader&&) noexcept = default;
Lines::Reader::~Reader() = default;

std::optional<std::string> Lines::Reader::next() {
  std::string line;
  if (!state_->next(&line)) return {};
  return line;
}
std::int64_t Lines::Reader::skip(std::int64_t n) {
  std::int64_t skipped = 0;
  while (skipped < n && state_->next(nullptr)) ++skipped;
  return skipped;
}
std::int64_t Lines::Reader::line() const { return state_->number; }

}  // namespace gradus::data
