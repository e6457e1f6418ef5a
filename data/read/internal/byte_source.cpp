#include <gradus/data/read/internal/byte_source.h>

#include <algorithm>
#include <array>
#include <limits>

#include <zlib.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::data {

struct ByteSource::State {
  InputFile file;
  std::uint64_t unread;                        // bytes of the file that have not been read from it
  bool gzipped = false, ended = false;
  z_stream stream{};
  std::array<std::byte, 1 << 16> buffer;       // of a gzipped file: what has been read and not inflated

  explicit State(const FileName& path) : file(path), unread(file.size()) {
    std::array<std::byte, 2> magic{};
    file.read_at(0, std::span(magic).first(std::min<std::uint64_t>(2, file.size())));
    if (magic != std::array{std::byte{0x1f}, std::byte{0x8b}}) return;
    check<FileError>(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK, "zlib: no memory");   // 16: a gzip header and nothing else
    gzipped = true;
  }
  ~State() { if (gzipped) inflateEnd(&stream); }

  std::size_t copy(std::span<std::byte> to) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(to.size(), unread));
    file.read(to.first(n));
    unread -= n;
    return n;
  }

  // Sees to it that there is input, if there is any left.
  bool has_input() {
    if (stream.avail_in > 0) return true;
    const std::size_t n = copy(buffer);
    stream.next_in = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_in = static_cast<uInt>(n);
    return n > 0;
  }

  // After a member: zeros fill up what a tape or a disk wants filled; another member may follow, as RFC 1952 allows.
  void next_member() {
    while (has_input() && *stream.next_in == 0) ++stream.next_in, --stream.avail_in;
    ended = stream.avail_in == 0;
    check<FileError>(ended || inflateReset(&stream) == Z_OK, "zlib: cannot go on to the next gzip member");
  }

  std::size_t inflate_into(std::span<std::byte> to) {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    std::size_t done = 0;
    while (done < to.size() && !ended) {
      check<FileError>(has_input(), "truncated: the gzip stream does not end");
      stream.next_out = reinterpret_cast<Bytef*>(to.data() + done);
      stream.avail_out = static_cast<uInt>(std::min(to.size() - done, most));
      const uInt room = stream.avail_out;
      const int result = inflate(&stream, Z_NO_FLUSH);
      done += room - stream.avail_out;
      if (result == Z_STREAM_END) next_member();
      else check<FileError>(result == Z_OK || result == Z_BUF_ERROR, "broken gzip stream: ", stream.msg ? stream.msg : zError(result));
    }
    return done;
  }
};

ByteSource::ByteSource(const FileName& file) : state_(std::make_unique<State>(file)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

bool ByteSource::gzipped() const { return state_->gzipped; }
std::uint64_t ByteSource::file_bytes() const { return state_->file.size(); }

// A byte of deflate's cannot become more than 1032: 258 for two bits.
std::uint64_t ByteSource::most_bytes() const { return state_->gzipped ? 1032 * state_->file.size() : state_->file.size(); }

std::size_t ByteSource::read(std::span<std::byte> to) { return state_->gzipped ? state_->inflate_into(to) : state_->copy(to); }

}  // namespace gradus::data
