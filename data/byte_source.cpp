#include <gradus/data/byte_source.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include <zlib.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/file.h>

namespace gradus::data {

struct ByteSource::State {
  std::string bytes;          // the file
  bool gzipped = false, ended = false;
  std::size_t position = 0;   // in a plain file
  z_stream stream{};

  explicit State(std::string file) : bytes(std::move(file)), gzipped(bytes.starts_with("\x1f\x8b")) {
    if (!gzipped) return;
    check<FileError>(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK, "zlib: no memory");   // 16: a gzip header and nothing else
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = 0;
  }
  ~State() { if (gzipped) inflateEnd(&stream); }

  std::size_t unread() const { return bytes.size() - static_cast<std::size_t>(reinterpret_cast<char*>(stream.next_in) - bytes.data()); }

  std::size_t copy(std::span<std::byte> to) {
    const std::size_t n = std::min(to.size(), bytes.size() - position);
    if (n > 0) std::memcpy(to.data(), bytes.data() + position, n);
    position += n;
    return n;
  }

  std::size_t inflate_into(std::span<std::byte> to) {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    std::size_t done = 0;
    while (done < to.size() && !ended) {
      stream.next_out = reinterpret_cast<Bytef*>(to.data() + done);
      stream.avail_out = static_cast<uInt>(std::min(to.size() - done, most));
      stream.avail_in = static_cast<uInt>(std::min(unread(), most));
      const uInt room = stream.avail_out;
      const int result = inflate(&stream, Z_NO_FLUSH);
      done += room - stream.avail_out;
      if (result == Z_STREAM_END) {
        ended = unread() == 0;   // else another gzip member follows, as RFC 1952 allows
        check<FileError>(ended || inflateReset(&stream) == Z_OK, "zlib: cannot go on to the next gzip member");
      } else if (result == Z_BUF_ERROR && unread() == 0) {
        fail<FileError>("truncated: the gzip stream does not end");
      } else {
        check<FileError>(result == Z_OK, "broken gzip stream: ", stream.msg ? stream.msg : zError(result));
      }
    }
    return done;
  }
};

ByteSource::ByteSource(const std::filesystem::path& file) : state_(std::make_unique<State>(read_file(file))) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

std::size_t ByteSource::read(std::span<std::byte> to) { return state_->gzipped ? state_->inflate_into(to) : state_->copy(to); }

}  // namespace gradus::data
