#include <gradus/data/read/internal/text_buffer.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include <gradus/autograd/base/error.h>

namespace gradus::data {
namespace {
constexpr std::size_t padding = 16;   // of which the first ends the last line
}

TextBuffer::TextBuffer(const FileName& file, const TextLimits& limits) : source_(file), limits_(limits) {
  most_ = !source_.gzipped() || limits.unlimited ? std::numeric_limits<std::uint64_t>::max()
                                                 : limits.all.value_or(std::max(std::uint64_t{1} << 30, 100 * source_.file_bytes()));
  more();
  const auto begins_with = [&](std::string_view bytes) {
    return end_ >= bytes.size() && std::string_view(data_.get(), bytes.size()) == bytes;
  };
  check<FileError>(!begins_with("\xff\xfe") && !begins_with("\xfe\xff"), "UTF-16, not UTF-8; iconv -f UTF-16 -t UTF-8 converts it");
  if (begins_with("\xef\xbb\xbf")) use(at() + 3);
}

bool TextBuffer::more() {
  if (last_) return false;
  const std::size_t kept = end_ - begin_;
  if (capacity_ == 0 || kept * 2 > capacity_) {
    check<FileError>(kept <= limits_.row, "more than ", limits_.row, " bytes without the end of a row, from byte ", offset_, " on");
    // No more than the file can fill: a small file takes little.
    const std::uint64_t whole = source_.most_bytes() + 1;
    const std::size_t first = static_cast<std::size_t>(std::min<std::uint64_t>(whole, 1 << 18));
    const std::size_t capacity = std::max<std::size_t>(capacity_ == 0 ? first : 2 * capacity_, 16);
    std::unique_ptr<char[]> larger(new char[capacity + padding]());
    if (kept > 0) std::memcpy(larger.get(), at(), kept);
    data_ = std::move(larger);
    capacity_ = capacity;
  } else if (kept > 0) {
    std::memmove(data_.get(), at(), kept);
  }
  begin_ = 0;
  const std::size_t room = capacity_ - kept;
  const std::size_t n = source_.read({reinterpret_cast<std::byte*>(data_.get() + kept), room});
  end_ = kept + n;
  data_[end_] = '\n';
  last_ = n < room;
  read_ += n;
  check<FileError>(read_ <= most_, "the gzipped file of ", source_.file_bytes(), " bytes becomes more than the ", most_,
                   " allowed; if it is to be trusted, set max_bytes");
  return n > 0;
}

}  // namespace gradus::data
