// Pictures out of PNG and JPEG files, told apart by what they begin with, through libpng and libjpeg-turbo (where the build found them).
//   Tensor cat = data::read_image("cat.jpg");                                   // u8 [3, 480, 640], upright
//   Tensor mask = data::read_image("mask.png", {.channels = data::Channels::gray});
//   data::ImageFolder pets("pets");                                             // pets/cat/*.jpg, pets/dog/*.png: classes "cat", "dog"
//   auto [picture, label] = pets.get(0);
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::data {

enum class Channels { as_they_are, gray, rgb, rgba };

struct ImageOptions {
  Channels channels = Channels::as_they_are;   // gray: 299 R + 587 G + 114 B, or a JPEG's own brightness; opacity is left out, or 255
  bool upright = true;                         // turned and mirrored as EXIF's orientation says
  bool sixteen_bits = false;                   // i32 from 0 to 65535 instead of u8 from 0 to 255; pictures of 8 bits are widened
  std::uint64_t max_pixels = 1ull << 27;
};

// u8 [channels, height, width]: 1 for grey, 2 with opacity, 3 for red, green, blue, 4 with opacity. Palettes become colours, 1, 2 and 4
// bits become 8, 16 are rounded to 8; interlaced and progressive ones, and CMYK (as colours) too. FileError names the file: another
// format (it says which), truncated or damaged, more pixels than max_pixels or than so few bytes can be, or a build without the library
// that it takes.
Tensor read_image(const FileName& file, const ImageOptions& options = {});
Tensor decode_image(std::span<const std::byte> bytes, const ImageOptions& options = {});   // of a file, as they stand there

bool reads_png();    // whether this build does: GRADUS_PNG, and libpng was there
bool reads_jpeg();   // GRADUS_JPEG, libjpeg-turbo

// A folder with a folder for each class, sorted by name, whose pictures are the samples, sorted by path, those in folders below too
// (links to folders are not followed there). Files are known by their ends, .png, .jpg and .jpeg in any case; others and hidden ones are
// left out. Pictures are read when they are asked for, by several threads at once if a loader has them.
class ImageFolder {
 public:
  struct Sample {
    std::string file;
    std::int64_t label;
  };
  // FileError where there is no folder, or a class without a picture.
  explicit ImageFolder(const FileName& folder, const ImageOptions& options = {.channels = Channels::rgb});

  std::int64_t size() const { return static_cast<std::int64_t>(samples_.size()); }
  std::tuple<Tensor, std::int64_t> get(std::int64_t i) const;   // read_image's picture, class
  const std::vector<std::string>& classes() const { return classes_; }
  const std::vector<Sample>& samples() const { return samples_; }

 private:
  ImageOptions options_;
  std::vector<std::string> classes_;
  std::vector<Sample> samples_;
};

}  // namespace gradus::data
