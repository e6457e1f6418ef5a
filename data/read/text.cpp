#include <gradus/data/read/text.h>

#include <limits>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/internal/utf8.h>
#include <gradus/data/read/internal/naming.h>
#include <gradus/data/read/internal/text_buffer.h>

namespace gradus::data {
namespace {

// How many bytes of whole characters there are at the beginning.
std::size_t good_bytes(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = gradus::detail::character_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

TextLimits text_limits(const TextOptions& options) {
  return {.all = options.max_bytes, .row = std::numeric_limits<std::uint64_t>::max()};
}

}  // namespace

std::string read_text(const FileName& file, const TextOptions& options) {
  return naming("read_text", file, [&] {
    TextBuffer buffer(file, text_limits(options));
    const std::uint64_t begin = buffer.offset();
    std::string all;
    do {
      all.append(buffer.at(), buffer.end());
      buffer.use(buffer.end());
    } while (buffer.more());
    if (!gradus::detail::is_utf8(all)) fail<FileError>("byte ", begin + good_bytes(all), ": no UTF-8");
    return all;
  });
}

Texts read_lines(const FileName& file, const TextOptions& options) {
  return naming("read_lines", file, [&] {
    TextBuffer buffer(file, text_limits(options));
    Texts lines;
    for (std::int64_t number = 1;; ++number) {
      const char* end = buffer.at();
      while (true) {
        while (end != buffer.end() && *end != '\n' && *end != '\r') ++end;
        if (buffer.end() - end >= 2 || buffer.last()) break;
        const std::ptrdiff_t seen = end - buffer.at();   // CR may have its LF behind it
        buffer.more();
        end = buffer.at() + seen;
      }
      if (end == buffer.end() && end == buffer.at()) return lines;
      const std::string_view line(buffer.at(), static_cast<std::size_t>(end - buffer.at()));
      if (!gradus::detail::is_utf8(line)) fail<FileError>("line ", number, ", byte ", buffer.offset() + good_bytes(line), ": no UTF-8");
      if (!line.empty() || options.keep_empty_lines) lines.add(line);
      if (end != buffer.end()) end += *end == '\r' && end + 1 != buffer.end() && end[1] == '\n' ? 2 : 1;
      buffer.use(end);
    }
  });
}

}  // namespace gradus::data
