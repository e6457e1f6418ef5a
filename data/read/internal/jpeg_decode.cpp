// JPEG through libjpeg-turbo. Errors leave the C library by longjmp, over frames that own nothing, and become exceptions on this side.
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>

#include <jpeglib.h>
#include <jerror.h>

#include <gradus/autograd/base/error.h>
#include <gradus/data/read/internal/raw_image.h>

namespace gradus::data {
namespace {

class JpegDecoder {
 public:
  JpegDecoder(std::span<const std::byte> bytes, bool gray) : bytes_(bytes), gray_(gray) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) { self_of(jpeg).give_up(); };
    errors_.emit_message = [](j_common_ptr jpeg, int level) {
      if (level < 0) self_of(jpeg).warned();
    };
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = [](j_common_ptr jpeg) { self_of(jpeg).check_scans(); };
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() {
    if (created_) jpeg_destroy_decompress(&jpeg_);
  }

  RawImage decode(const ImageOptions& options) {
    run([](JpegDecoder& d) { d.read_header(); });
    RawImage out{.height = jpeg_.image_height, .width = jpeg_.image_width, .orientation = orientation_};
    // A block of 64 pixels takes one bit at least, where Huffman's code is used; and half of the blocks of the finest channel may do.
    check_pixels(out.height, out.width, options, bytes_.size(), jpeg_.arith_code ? 1 << 20 : 1024);
    check<FileError>(jpeg_.num_components == 1 || jpeg_.num_components == 3 || jpeg_.num_components == 4, jpeg_.num_components,
                     " channels; a picture has 1, 3, or 4 (CMYK)");
    run([](JpegDecoder& d) { d.start(); });
    check<FileError>(jpeg_.output_components == jpeg_.out_color_components, "libjpeg: an unknown form of pixels");
    out.channels = jpeg_.output_components;
    row_ = static_cast<std::size_t>(out.width * out.channels);
    out.bytes.reset(new std::uint8_t[row_ * static_cast<std::size_t>(out.height)]);
    pixels_ = out.bytes.get();
    run([](JpegDecoder& d) { d.read_pixels(); });
    if (out.channels == 4) cmyk_to_rgb(out);
    return out;
  }

 private:
  static JpegDecoder& self_of(j_common_ptr jpeg) { return *static_cast<JpegDecoder*>(jpeg->client_data); }

  void run(void (*step)(JpegDecoder&)) {
    if (setjmp(jump_) == 0) {
      step(*this);
      return;
    }
    fail<FileError>(static_cast<const char*>(message_));
  }
  [[noreturn]] void give_up() {
    errors_.format_message(reinterpret_cast<j_common_ptr>(&jpeg_), message_);
    std::longjmp(jump_, 1);
  }
  [[noreturn]] void give_up(const char* message) {
    std::strncpy(message_, message, sizeof message_ - 1);
    std::longjmp(jump_, 1);
  }
  // libjpeg goes on and fills with grey; some of what it warns of leaves the picture whole.
  void warned() {
    switch (errors_.msg_code) {
      case JWRN_JPEG_EOF:
      case JWRN_HIT_MARKER: give_up("truncated");
      case JWRN_HUFF_BAD_CODE:
      case JWRN_ARITH_BAD_CODE:
      case JWRN_MUST_RESYNC:
      case JWRN_BOGUS_PROGRESSION: give_up();
      default: break;
    }
  }
  // A progressive picture is decoded anew with each of its scans, which may be empty and many.
  void check_scans() {
    if (jpeg_.input_scan_number > 100) give_up("more than 100 scans");
  }

  void read_header() {
    jpeg_create_decompress(&jpeg_);
    created_ = true;
    jpeg_.client_data = this;
    jpeg_.progress = &progress_;
    jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes_.data()), static_cast<unsigned long>(bytes_.size()));
    jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&jpeg_, TRUE);
    for (jpeg_saved_marker_ptr m = jpeg_.marker_list; m; m = m->next)
      if (m->data_length > 6 && std::memcmp(m->data, "Exif\0\0", 6) == 0) {
        orientation_ = exif_orientation({m->data + 6, m->data_length - 6});
        break;
      }
  }
  void start() {
    jpeg_.out_color_space = jpeg_.num_components == 1 || (gray_ && jpeg_.jpeg_color_space == JCS_YCbCr) ? JCS_GRAYSCALE
                            : jpeg_.num_components == 3                                                ? JCS_RGB
                                                                                                       : JCS_CMYK;
    jpeg_start_decompress(&jpeg_);
  }
  void read_pixels() {
    while (jpeg_.output_scanline < jpeg_.output_height) {
      JSAMPROW row = pixels_ + row_ * jpeg_.output_scanline;
      jpeg_read_scanlines(&jpeg_, &row, 1);
    }
    jpeg_finish_decompress(&jpeg_);
  }
  // Adobe writes inks upside down: 255 is none.
  void cmyk_to_rgb(RawImage& image) const {
    const bool inverted = jpeg_.saw_Adobe_marker != 0;
    const std::uint8_t* from = image.bytes.get();
    std::uint8_t* to = image.bytes.get();
    for (std::int64_t i = 0; i < image.height * image.width; ++i, from += 4, to += 3) {
      const int black = inverted ? from[3] : 255 - from[3];
      for (int c = 0; c < 3; ++c) {
        const int product = (inverted ? from[c] : 255 - from[c]) * black;
        to[c] = static_cast<std::uint8_t>((product + 127) / 255);
      }
    }
    image.channels = 3;
  }

  std::span<const std::byte> bytes_;
  bool gray_, created_ = false;
  std::size_t row_ = 0;
  std::uint8_t* pixels_ = nullptr;
  int orientation_ = 1;
  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_;
  char message_[JMSG_LENGTH_MAX] = {};
};

}  // namespace

RawImage decode_jpeg(std::span<const std::byte> bytes, const ImageOptions& options) {
  return JpegDecoder(bytes, options.channels == Channels::gray).decode(options);
}
bool reads_jpeg() { return true; }

}  // namespace gradus::data
