#include <gradus/data/write/png.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <zlib.h>

#include <gradus/autograd/base/internal/file.h>

namespace gradus::data {
namespace {

void put_big_endian(std::uint8_t* to, std::uint64_t number) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
}

// Length, type, bytes, checksum of the last two.
void write_chunk(std::string& out, std::string_view type, std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, 8> head;
  put_big_endian(head.data(), bytes.size());
  for (std::size_t i = 0; i < 4; ++i) head[4 + i] = static_cast<std::uint8_t>(type[i]);
  uLong sum = crc32(0, head.data() + 4, 4);
  if (!bytes.empty()) sum = crc32(sum, bytes.data(), static_cast<uInt>(bytes.size()));   // of no bytes zlib says 0
  std::array<std::uint8_t, 4> tail;
  put_big_endian(tail.data(), sum);
  const auto put = [&](const auto& part) { out.append(reinterpret_cast<const char*>(part.data()), part.size()); };
  put(head);
  put(bytes);
  put(tail);
}

// Deflates what it is given into chunks of pixels.
class PixelStream {
 public:
  explicit PixelStream(std::string& out) : out_(out), buffer_(1 << 16) {
    check<FileError>(deflateInit(&stream_, Z_DEFAULT_COMPRESSION) == Z_OK, "zlib: no memory");
    empty();
  }
  PixelStream(const PixelStream&) = delete;
  PixelStream& operator=(const PixelStream&) = delete;
  ~PixelStream() { deflateEnd(&stream_); }

  void write(std::span<std::uint8_t> bytes) {
    stream_.next_in = bytes.data();
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (stream_.avail_in > 0) {
      deflate(&stream_, Z_NO_FLUSH);
      if (stream_.avail_out == 0) flush();
    }
  }
  void finish() {
    while (deflate(&stream_, Z_FINISH) != Z_STREAM_END) flush();
    flush();
  }

 private:
  void empty() {
    stream_.next_out = buffer_.data();
    stream_.avail_out = static_cast<uInt>(buffer_.size());
  }
  void flush() {
    write_chunk(out_, "IDAT", std::span(buffer_).first(buffer_.size() - stream_.avail_out));
    empty();
  }

  std::string& out_;
  std::vector<std::uint8_t> buffer_;
  z_stream stream_{};
};

std::string picture_bytes(const Array& pixels) {
  const std::int64_t channels = pixels.shape()[0], height = pixels.shape()[1], width = pixels.shape()[2];
  constexpr std::uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, colour_type[] = {0, 4, 2, 6};
  std::array<std::uint8_t, 13> header{};
  put_big_endian(header.data(), static_cast<std::uint64_t>(width));
  put_big_endian(header.data() + 4, static_cast<std::uint64_t>(height));
  header[8] = 8;   // bits a channel
  header[9] = colour_type[channels - 1];
  const Array rows = pixels.permute({1, 2, 0}).as_contiguous();   // [H, W, C]
  const std::uint8_t* from = rows.data<std::uint8_t>();

  std::string out(reinterpret_cast<const char*>(signature), sizeof signature);
  write_chunk(out, "IHDR", header);
  PixelStream stream(out);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(width * channels) + 1);   // the first byte says: not filtered
  for (std::int64_t y = 0; y < height; ++y, from += width * channels) {
    std::copy_n(from, width * channels, row.begin() + 1);
    stream.write(row);
  }
  stream.finish();
  write_chunk(out, "IEND", {});
  return out;
}

template <class T>
Array bytes_of(const Array& x) {
  const Array from = x.as_contiguous();
  Array to(x.shape(), u8);
  std::uint8_t* byte = to.mutable_data<std::uint8_t>();
  for (const T value : from.span<T>()) {
    const T level = value * 255 + T(0.5);
    *byte++ = level > 0 ? static_cast<std::uint8_t>(std::min(level, T(255))) : std::uint8_t{0};
  }
  return to;
}

std::string checked_picture(const Array& x, std::string_view who) {
  check<ShapeError>(x.rank() == 2 || x.rank() == 3, who, ": a picture is [H, W] or [C, H, W], not ", x.shape(),
                    "; save_image takes several");
  const Array picture = x.rank() == 2 ? x.unsqueeze(0) : x;
  const Shape& shape = picture.shape();
  check<ShapeError>(shape[0] >= 1 && shape[0] <= 4, who, ": a picture has 1 to 4 channels, which come first: ", x.shape());
  constexpr std::int64_t most = 0x7fffffff;
  check<ShapeError>(shape[1] >= 1 && shape[2] >= 1 && shape[1] <= most && shape[2] <= most / 4, who,
                    ": a picture has at least one pixel, and sides that a PNG can name: ", x.shape());
  return picture_bytes(picture);
}

}  // namespace

void write_png(const Tensor& pixels, const FileName& file) {
  check<DtypeError>(pixels.dtype() == u8, "write_png: pixels must be u8, not ", pixels.dtype(), "; save_image takes floats in [0, 1]");
  const std::string bytes = checked_picture(pixels.value(), "write_png");
  FileReplacement out(file);
  out.write(bytes.data(), bytes.size());
  out.commit();
}

std::string encode_png(const Tensor& pixels) {
  const Array& x = pixels.value();
  if (x.dtype() == u8) return checked_picture(x, "encode_png");
  return visit_floating(x.dtype(), "encode_png", [&]<class T>(T) { return checked_picture(bytes_of<T>(x), "encode_png"); });
}

Tensor make_grid(const Tensor& images, const ImageGridOptions& options) {
  check_options("make_grid", options);
  const Array given = images.value();
  check<ShapeError>(given.rank() == 3 || given.rank() == 4, "make_grid: pictures are [N, C, H, W] or [N, H, W], not ", given.shape());
  const Array x = (given.rank() == 3 ? given.unsqueeze(1) : given).as_contiguous();
  const std::int64_t n = x.shape()[0], channels = x.shape()[1], height = x.shape()[2], width = x.shape()[3];
  check<ShapeError>(n >= 1, "make_grid: there is no picture: ", given.shape());
  if (n == 1) return x.slice(0, 0, 1).squeeze(0);
  const std::int64_t across = std::min(options.nrow, n), down = (n + across - 1) / across, pad = options.padding;
  check<ValueError>(pad <= 1 << 20, "make_grid: padding is at most 2^20, not ", pad);
  Array grid = Array::full({channels, down * (height + pad) + pad, across * (width + pad) + pad}, options.pad_value, x.dtype());
  const std::size_t element = size_of(x.dtype()), row = static_cast<std::size_t>(width) * element,
                    grid_row = static_cast<std::size_t>(grid.shape()[2]) * element;
  const auto* from = static_cast<const std::byte*>(x.raw());
  auto* const to = static_cast<std::byte*>(grid.mutable_raw());
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t top = c * grid.shape()[1] + i / across * (height + pad) + pad, left = i % across * (width + pad) + pad;
      for (std::int64_t y = 0; y < height; ++y, from += row)
        std::copy_n(from, row, to + static_cast<std::size_t>(top + y) * grid_row + static_cast<std::size_t>(left) * element);
    }
  return grid;
}

void save_image(const Tensor& images, const FileName& file, const ImageGridOptions& options) {
  check_options("save_image", options);
  const Array x = images.value();
  const bool bytes = x.dtype() == u8;
  if (!bytes) check_computes_in(x.dtype(), "save_image");
  const Array picture = x.rank() == 4 ? make_grid(images, options).value() : x;
  if (bytes) return write_png(picture, file);
  visit_floating(x.dtype(), "save_image", [&]<class T>(T) { write_png(bytes_of<T>(picture), file); });
}

}  // namespace gradus::data
