#include <gradus/data/read/image.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/data/dataset/dataset.h>
#include <gradus/data/read/internal/naming.h>
#include <gradus/data/read/internal/raw_image.h>

namespace gradus::data {
namespace {

// Where a pixel of the upright picture lies in the raw one: begin + y · down + x · right, in pixels.
struct Walk {
  std::int64_t height, width, begin, down, right;
};
Walk upright(const RawImage& raw, bool wanted) {
  const std::int64_t h = raw.height, w = raw.width, last_row = (h - 1) * w, last_column = w - 1;
  switch (wanted ? raw.orientation : 1) {
    case 2: return {h, w, last_column, w, -1};
    case 3: return {h, w, last_row + last_column, -w, -1};
    case 4: return {h, w, last_row, -w, 1};
    case 5: return {w, h, 0, 1, w};
    case 6: return {w, h, last_row, 1, -w};
    case 7: return {w, h, last_row + last_column, -1, -w};
    case 8: return {w, h, last_column, -1, w};
    default: return {h, w, 0, w, 1};
  }
}

// One channel of the picture: channel `place` of the raw one; −1: opaque; −2: the brightness of its colours.
template <class From, class To>
void fill_plane(const RawImage& raw, const Walk& walk, int place, To* to) {
  const auto* pixels = reinterpret_cast<const From*>(raw.bytes.get());
  constexpr bool widened = sizeof(From) < sizeof(To);   // 8 bits become 16
  constexpr To most = sizeof(To) == 1 ? 255 : 65535;
  const std::int64_t n = raw.channels;
  for (std::int64_t y = 0; y < walk.height; ++y) {
    const From* from = pixels + (walk.begin + y * walk.down) * n;
    for (std::int64_t x = 0; x < walk.width; ++x, from += walk.right * n) {
      To value = most;
      if (place >= 0) {
        value = from[place];
      } else if (place == -2) {
        const std::int64_t red = from[0], green = from[1], blue = from[2];
        value = static_cast<To>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
      }
      if constexpr (widened && sizeof(From) == 1) value = place == -1 ? most : static_cast<To>(value * 257);
      *to++ = value;
    }
  }
}

Tensor finish(const RawImage& raw, const ImageOptions& options) {
  const Walk walk = upright(raw, options.upright);
  const bool colours = raw.channels >= 3, opacity = raw.channels % 2 == 0;
  const int alpha = opacity ? raw.channels - 1 : -1;
  std::vector<int> places;
  switch (options.channels) {
    case Channels::as_they_are:
      for (int c = 0; c < raw.channels; ++c) places.push_back(c);
      break;
    case Channels::gray: places = {colours ? -2 : 0}; break;
    case Channels::rgb: places = colours ? std::vector<int>{0, 1, 2} : std::vector<int>{0, 0, 0}; break;
    case Channels::rgba: places = colours ? std::vector<int>{0, 1, 2, alpha} : std::vector<int>{0, 0, 0, alpha}; break;
  }
  Array out({static_cast<std::int64_t>(places.size()), walk.height, walk.width}, options.sixteen_bits ? i32 : u8);
  const std::int64_t plane = walk.height * walk.width;
  for (std::size_t c = 0; c < places.size(); ++c) {
    const std::int64_t at = static_cast<std::int64_t>(c) * plane;
    if (!options.sixteen_bits) fill_plane<std::uint8_t>(raw, walk, places[c], out.mutable_data<std::uint8_t>() + at);
    else if (raw.bits == 8) fill_plane<std::uint8_t>(raw, walk, places[c], out.mutable_data<std::int32_t>() + at);
    else fill_plane<std::uint16_t>(raw, walk, places[c], out.mutable_data<std::int32_t>() + at);
  }
  return out;
}

std::string format_of(std::string_view bytes) {
  const auto has = [&](std::size_t at, std::string_view mark) { return bytes.size() > at && bytes.substr(at).starts_with(mark); };
  if (has(0, "GIF8")) return "a GIF file";
  if (has(0, "BM")) return "a BMP file";
  if (has(0, "RIFF") && has(8, "WEBP")) return "a WebP file";
  if (has(0, std::string_view("II*\0", 4)) || has(0, std::string_view("MM\0*", 4))) return "a TIFF file";
  if (has(4, "ftyp")) return "an AVIF, HEIC or MP4 file";
  return bytes.empty() ? "an empty file" : "neither a PNG nor a JPEG file";
}

Tensor decode(std::span<const std::byte> bytes, const ImageOptions& options) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return finish(decode_png(bytes, options), options);
  if (text.starts_with("\xff\xd8\xff")) return finish(decode_jpeg(bytes, options), options);
  fail<FileError>(format_of(text), "; PNG and JPEG are read, convert others first");
}

}  // namespace

void check_pixels(std::int64_t height, std::int64_t width, const ImageOptions& options, std::uint64_t bytes, std::uint64_t most_per_byte) {
  check<FileError>(height > 0 && width > 0, "a picture of ", height, " x ", width, " pixels");
  const auto pixels = static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width);   // sides have 32 bits
  check<FileError>(pixels <= options.max_pixels, height, " x ", width, " pixels, more than the ", options.max_pixels,
                   " allowed; if the file is to be trusted, set max_pixels");
  check<FileError>(pixels / most_per_byte <= bytes, "truncated: ", bytes, " bytes cannot be ", height, " x ", width, " pixels");
}

Tensor decode_image(std::span<const std::byte> bytes, const ImageOptions& options) {
  try {
    return decode(bytes, options);
  } catch (const FileError& e) {
    fail<FileError>("decode_image: ", e.what());
  }
}

Tensor read_image(const FileName& file, const ImageOptions& options) {
  return naming("read_image", file, [&] {
    const std::string bytes = [&] {
      InputFile in(file);
      std::string all(static_cast<std::size_t>(in.size()), '\0');
      in.read(all.data(), all.size());
      return all;
    }();
    return decode(std::as_bytes(std::span(bytes)), options);
  });
}

ImageFolder::ImageFolder(const FileName& folder, const ImageOptions& options) : options_(options) {
  namespace fs = std::filesystem;
  const fs::path root = folder.string();
  std::error_code error;
  check<FileError>(fs::is_directory(root, error), "ImageFolder: ", folder, " is no folder");
  const auto is_picture = [](const fs::path& file) {
    std::string end = file.extension().string();
    std::ranges::transform(end, end.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return !file.filename().string().starts_with('.') && (end == ".png" || end == ".jpg" || end == ".jpeg");
  };
  try {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(root))
      if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) folders.push_back(entry.path());
    std::ranges::sort(folders);
    check<FileError>(!folders.empty(), "ImageFolder: ", folder, " has no folders; the pictures of a class lie in a folder of its name");
    for (const fs::path& of_class : folders) {
      const std::size_t before = samples_.size();
      for (const auto& entry : fs::recursive_directory_iterator(of_class))
        if (is_picture(entry.path()) && entry.is_regular_file())
          samples_.push_back({entry.path().string(), static_cast<std::int64_t>(classes_.size())});
      check<FileError>(samples_.size() > before, "ImageFolder: ", of_class, " has no picture; .png, .jpg and .jpeg are known");
      std::sort(samples_.begin() + static_cast<std::ptrdiff_t>(before), samples_.end(),
                [](const Sample& a, const Sample& b) { return a.file < b.file; });
      classes_.push_back(of_class.filename().string());
    }
  } catch (const fs::filesystem_error& e) {
    fail<FileError>("ImageFolder: ", e.what());
  }
}

std::tuple<Tensor, std::int64_t> ImageFolder::get(std::int64_t i) const {
  check_index(i, size(), "ImageFolder");
  const Sample& sample = samples_[static_cast<std::size_t>(i)];
  return {read_image(sample.file, options_), sample.label};
}

}  // namespace gradus::data
