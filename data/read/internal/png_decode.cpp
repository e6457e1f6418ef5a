// PNG through libpng. Errors leave the C library by longjmp, over frames that own nothing, and become exceptions on this side.
#include <csetjmp>
#include <cstring>
#include <string>

#include <png.h>

#include <gradus/autograd/base/error.h>
#include <gradus/data/read/internal/raw_image.h>

namespace gradus::data {
namespace {

class PngDecoder {
 public:
  explicit PngDecoder(std::span<const std::byte> bytes) : bytes_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, [](png_structp, png_const_charp) {});
    if (png_) info_ = png_create_info_struct(png_);
    if (!info_) png_destroy_read_struct(&png_, nullptr, nullptr);
    check<FileError>(info_ != nullptr, "libpng: no memory, or another version than it was built for");
  }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }

  RawImage decode(const ImageOptions& options) {
    run([](PngDecoder& d) { d.read_header(); });
    const auto height = static_cast<std::int64_t>(height_), width = static_cast<std::int64_t>(width_);
    check_pixels(height, width, options, bytes_.size(), 8 * 1032);   // deflate makes 1032 bytes of one, and a byte can be 8 pixels
    keep_sixteen_ = options.sixteen_bits;
    run([](PngDecoder& d) { d.choose_format(); });
    RawImage out{.height = height, .width = width, .channels = png_get_channels(png_, info_), .bits = png_get_bit_depth(png_, info_)};
    row_ = png_get_rowbytes(png_, info_);
    check<FileError>(out.channels >= 1 && out.channels <= 4 && (out.bits == 8 || out.bits == 16) &&
                         row_ == static_cast<std::size_t>(out.width * out.channels * out.bits / 8),
                     "libpng: an unknown form of pixels");
    out.bytes.reset(new std::uint8_t[row_ * static_cast<std::size_t>(height)]);
    pixels_ = out.bytes.get();
    run([](PngDecoder& d) { d.read_pixels(); });
    out.orientation = orientation_;
    return out;
  }

 private:
  // Of what is thrown out of: trivial frames only, between here and on_error.
  void run(void (*step)(PngDecoder&)) {
    if (setjmp(jump_) == 0) {
      step(*this);
      return;
    }
    fail<FileError>(static_cast<const char*>(message_));
  }
  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto& self = *static_cast<PngDecoder*>(png_get_error_ptr(png));
    std::strncpy(self.message_, message, sizeof self.message_ - 1);
    std::longjmp(self.jump_, 1);
  }
  static void on_read(png_structp png, png_bytep to, std::size_t n) {
    auto& self = *static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (n > self.bytes_.size() - self.at_) png_error(png, "truncated");
    std::memcpy(to, self.bytes_.data() + self.at_, n);
    self.at_ += n;
  }

  void read_header() {
    png_set_read_fn(png_, this, on_read);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);   // check_pixels has its own
    png_set_chunk_malloc_max(png_, 1 << 23);
    // Texts and colour profiles, which may be inflated, are not wanted.
    static const png_byte unwanted[] = {'i', 'C', 'C', 'P', 0, 'i', 'T', 'X', 't', 0, 't', 'E', 'X', 't', 0, 'z', 'T', 'X', 't', 0,
                                        's', 'P', 'L', 'T', 0, 'h', 'I', 'S', 'T', 0};
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, unwanted, 6);
    png_read_info(png_, info_);
    width_ = png_get_image_width(png_, info_);
    height_ = png_get_image_height(png_, info_);
  }
  void choose_format() {
    png_set_expand(png_);   // palettes, few bits, transparent colours
    if (!keep_sixteen_) png_set_scale_16(png_);
    const std::uint16_t one = 1;
    std::uint8_t first;
    std::memcpy(&first, &one, 1);
    if (keep_sixteen_ && first == 1) png_set_swap(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }
  void read_pixels() {
    for (int pass = 0; pass < passes_; ++pass)
      for (std::size_t y = 0; y < height_; ++y) png_read_row(png_, pixels_ + y * row_, nullptr);
    png_read_end(png_, info_);
#ifdef PNG_eXIf_SUPPORTED
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(png_, info_, &size, &exif) != 0) orientation_ = exif_orientation({exif, size});
#endif
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0, row_ = 0, height_ = 0, width_ = 0;
  std::uint8_t* pixels_ = nullptr;
  int passes_ = 1, orientation_ = 1;
  bool keep_sixteen_ = false;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_;
  char message_[200] = {};
};

}  // namespace

RawImage decode_png(std::span<const std::byte> bytes, const ImageOptions& options) { return PngDecoder(bytes).decode(options); }
bool reads_png() { return true; }

}  // namespace gradus::data
