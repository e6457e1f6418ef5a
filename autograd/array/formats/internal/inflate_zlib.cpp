#include <gradus/autograd/array/formats/internal/inflate.h>

#include <algorithm>
#include <new>
#include <vector>

#include <zlib.h>

#include <gradus/autograd/base/error.h>

namespace gradus::detail {
namespace {

constexpr std::size_t most_at_once = std::size_t{1} << 30;   // zlib counts in unsigned int
constexpr int without_header = -MAX_WBITS;
constexpr int usual_memory = 8;

// zlib reads through a pointer that is not const.
Bytef* for_zlib(const std::byte* bytes) { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes)); }

}  // namespace

struct Inflater::State {
  z_stream stream = {};
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  if (inflateInit2(&state_->stream, without_header) != Z_OK) throw std::bad_alloc();
}
Inflater::~Inflater() { inflateEnd(&state_->stream); }

Inflater::Step Inflater::operator()(std::span<const std::byte> from, std::span<std::byte> to) {
  z_stream& stream = state_->stream;
  const std::size_t offered = std::min(from.size(), most_at_once), wanted = std::min(to.size(), most_at_once);
  stream.next_in = for_zlib(from.data());
  stream.avail_in = static_cast<uInt>(offered);
  std::byte nothing;
  stream.next_out = reinterpret_cast<Bytef*>(to.empty() ? &nothing : to.data());
  stream.avail_out = static_cast<uInt>(wanted);
  const int result = ::inflate(&stream, Z_NO_FLUSH);
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  check<FileError>(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, "the deflated data are damaged",
                   [&] { return stream.msg ? text(" (zlib: ", stream.msg, ")") : std::string(); });
  return {offered - stream.avail_in, wanted - stream.avail_out, result == Z_STREAM_END};
}

void deflate(std::span<const std::span<const std::byte>> pieces, const std::function<void(std::span<const std::byte>)>& give) {
  struct Deflating {
    z_stream stream = {};
    Deflating() {
      if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, without_header, usual_memory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    }
    ~Deflating() { deflateEnd(&stream); }
  } deflating;
  z_stream& stream = deflating.stream;
  std::vector<std::byte> out(std::size_t{1} << 16);
  const auto step = [&](int flush) {
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = ::deflate(&stream, flush);
    if (const std::size_t made = out.size() - stream.avail_out; made > 0) give({out.data(), made});
    return result;
  };
  for (std::span<const std::byte> piece : pieces)
    while (!piece.empty()) {
      const std::size_t offered = std::min(piece.size(), most_at_once);
      stream.next_in = for_zlib(piece.data());
      stream.avail_in = static_cast<uInt>(offered);
      while (stream.avail_in > 0) step(Z_NO_FLUSH);
      piece = piece.subspan(offered);
    }
  while (step(Z_FINISH) != Z_STREAM_END) {}
}

}  // namespace gradus::detail
