#include <gradus/data/read/image.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/loader/loader.h>
#include <gradus/data/write/png.h>
#include <golden_values.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::data::image_test {

using ::testing::HasSubstr;

const std::filesystem::path images = std::filesystem::path(GRADUS_GOLDEN) / "images";

std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return std::move(out).str();
}
Array decoded(const std::string& bytes, const ImageOptions& options = {}) {
  return decode_image(std::as_bytes(std::span(bytes)), options).value();
}
bool can_read(const std::filesystem::path& file) { return file.extension() == ".png" ? reads_png() : reads_jpeg(); }

// The largest difference of any pixel; 1000 where shapes differ.
double difference(const Array& a, const Array& b) {
  if (a.shape() != b.shape()) return 1000;
  const std::vector<double> x = a.to_vector(), y = b.to_vector();
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x[i] - y[i]));
  return most;
}

TEST(Image, PixelsArePillows) {
  int read = 0;
  for (const auto& [name, pixels] : golden_values("image_pixels")) {
    if (!std::filesystem::exists(images / name) || !can_read(name)) continue;
    ImageOptions options{.upright = false};
    if (name == "palette_transparent.png") options.channels = Channels::rgba;
    const Array mine = read_image(images / name, options).value();
    EXPECT_EQ(mine.dtype(), u8);
    EXPECT_LE(difference(mine, pixels), name == "cmyk.jpg" ? 1 : 0) << name << ": " << mine.shape() << ", Pillow " << pixels.shape();
    ++read;
  }
  EXPECT_EQ(read, 10 * reads_png() + 6 * reads_jpeg());
}

TEST(Image, ChannelsAreChosen) {
  if (!reads_png() || !reads_jpeg()) GTEST_SKIP() << "this build reads no pictures";
  const auto shape = [](const char* name, Channels channels) { return read_image(images / name, {.channels = channels}).shape(); };
  for (const char* name : {"gray.png", "gray_alpha.png", "rgb.png", "rgba.png", "palette.png", "rgb.jpg", "gray.jpg", "cmyk.jpg"}) {
    EXPECT_EQ(shape(name, Channels::gray), (Shape{1, 11, 14})) << name;
    EXPECT_EQ(shape(name, Channels::rgb), (Shape{3, 11, 14})) << name;
    EXPECT_EQ(shape(name, Channels::rgba), (Shape{4, 11, 14})) << name;
  }
  const auto& pixels = golden_values("image_pixels");
  EXPECT_EQ(difference(read_image(images / "rgb.png", {.channels = Channels::gray}).value(), pixels.at("rgb.png.gray")), 0);
  const Array gray = read_image(images / "gray_alpha.png").value(), rgba = read_image(images / "gray_alpha.png",
      {.channels = Channels::rgba}).value();
  EXPECT_EQ(rgba.at({2, 3, 4}), gray.at({0, 3, 4}));
  EXPECT_EQ(rgba.at({3, 3, 4}), gray.at({1, 3, 4}));
  EXPECT_EQ(read_image(images / "rgb.png", {.channels = Channels::rgba}).value().at({3, 0, 0}), 255);
  const Array deep = read_image(images / "sixteen_bits.png", {.sixteen_bits = true}).value();
  EXPECT_EQ(deep.dtype(), i32);
  EXPECT_EQ(difference(deep, pixels.at("sixteen_bits.png.deep")), 0);
  EXPECT_EQ(read_image(images / "gray.png", {.sixteen_bits = true}).value().at({0, 5, 5}),
      257 * read_image(images / "gray.png").value().at({0, 5, 5}));
}

// Each of EXIF's orientations, by what Pillow's table says of the upright picture: its element (y, x) is which one of the stored picture.
TEST(Image, IsSetUpright) {
  if (!reads_jpeg()) GTEST_SKIP() << "this build reads no JPEG";
  std::string file = bytes_of(images / "turned.jpg");
  const Array stored = decoded(file, {.upright = false});
  const std::int64_t h = 11, w = 14;
  const std::size_t entry = file.find(std::string("\x01\x12\x00\x03", 4)), little = file.find(std::string("\x12\x01\x03\x00", 4));
  ASSERT_TRUE(entry != file.npos || little != file.npos);
  for (int orientation = 0; orientation <= 9; ++orientation) {
    if (entry != file.npos) file[entry + 9] = static_cast<char>(orientation);
    else file[little + 8] = static_cast<char>(orientation);
    const Array upright = decoded(file);
    const bool turned = orientation >= 5 && orientation <= 8;
    ASSERT_EQ(upright.shape(), turned ? (Shape{3, w, h}) : (Shape{3, h, w})) << orientation;
    for (std::int64_t y = 0; y < upright.dim(1); ++y)
      for (std::int64_t x = 0; x < upright.dim(2); ++x) {
        const std::array<std::int64_t, 2> from[] = {{y, x},         {y, w - 1 - x},         {h - 1 - y, w - 1 - x}, {h - 1 - y, x},
                                                    {x, y},         {h - 1 - x, y},         {h - 1 - x, w - 1 - y}, {x, w - 1 - y}};
        const auto [row, column] = from[orientation >= 1 && orientation <= 8 ? orientation - 1 : 0];
        ASSERT_EQ(upright.at({1, y, x}), stored.at({1, row, column})) << orientation << ": " << y << ", " << x;
      }
  }
}

TEST(Image, EveryCutIsAnError) {
  for (const char* name : {"interlaced.png", "palette.png", "rgb.jpg", "progressive.jpg"}) {
    if (!can_read(name)) continue;
    const std::string bytes = bytes_of(images / name);
    for (std::size_t size = 0; size + 2 < bytes.size(); ++size) EXPECT_THROW(decoded(bytes.substr(0, size)),
        FileError) << name << ", " << size;
  }
}

TEST(Image, NamesWhatIsWrong) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& bytes) { return message_of([&] { read_image(folder.write("x.png", bytes)); }); };
  EXPECT_THAT(error("GIF89a"), HasSubstr("x.png\": a GIF file; PNG and JPEG are read"));
  EXPECT_THAT(error("RIFFxxxxWEBPVP8 "), HasSubstr("a WebP file"));
  EXPECT_THAT(error(""), HasSubstr("an empty file"));
  EXPECT_THAT(error("hello"), HasSubstr("neither a PNG nor a JPEG"));
  EXPECT_THROW(read_image(folder / "none.png"), FileError);
  if (reads_png()) {
    std::string damaged = bytes_of(images / "rgb.png");
    damaged[damaged.size() / 2] ^= 1;
    EXPECT_THAT(error(damaged), HasSubstr("x.png\": "));
    EXPECT_THAT(message_of([&] { read_image(images / "rgb.png", {.max_pixels = 100}); }),
        HasSubstr("11 x 14 pixels, more than the 100 allowed"));
  } else {
    EXPECT_THAT(error(bytes_of(images / "rgb.png")), HasSubstr("GRADUS_PNG=ON"));
  }
  if (!reads_jpeg()) {
    EXPECT_THAT(error(bytes_of(images / "rgb.jpg")), HasSubstr("GRADUS_JPEG=ON"));
  }
}

TEST(ImageFolder, HasClassesByFolders) {
  if (!reads_png()) GTEST_SKIP() << "this build reads no PNG";
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "dog/more");
  std::filesystem::create_directories(folder / "cat");
  std::filesystem::create_directories(folder / ".hidden");
  for (const char* name : {"dog/b.png", "dog/more/a.PNG", "cat/z.png", "cat/a.png"})
    write_png(Array::full({3, 2, 2}, static_cast<double>(std::string_view(name).size()), u8), folder / name);
  folder.write("cat/notes.txt", "no picture");
  folder.write("cat/._a.png", "no picture");
  folder.write("beside.png", "of no class");
  ImageFolder pets(folder.path());
  EXPECT_EQ(pets.classes(), (std::vector<std::string>{"cat", "dog"}));
  ASSERT_EQ(pets.size(), 4);
  EXPECT_THAT(pets.samples()[0].file, HasSubstr("cat/a.png"));
  EXPECT_EQ(std::get<1>(pets.get(2)), 1);
  DataLoader loader(pets, {.batch_size = 4, .workers = 2});
  for (const auto& [pictures, labels] : loader) {
    EXPECT_EQ(pictures.shape(), (Shape{4, 3, 2, 2}));
    EXPECT_EQ(labels.value().to_vector(), (std::vector<double>{0, 0, 1, 1}));
    EXPECT_EQ(pictures.value().at({3, 0, 0, 0}), 14);
  }
  folder.write("dog/b.png", "damaged");
  EXPECT_THAT(message_of([&] { pets.get(2); }), HasSubstr("dog/b.png\": neither"));
  EXPECT_THROW(pets.get(4), ValueError);
  std::filesystem::create_directory(folder / "fox");
  EXPECT_THAT(message_of([&] { ImageFolder(folder.path()); }), HasSubstr("fox\" has no picture"));
  EXPECT_THAT(message_of([&] { ImageFolder(folder / "fox"); }), HasSubstr("has no folders"));
  EXPECT_THROW(ImageFolder(folder / "cat/a.png"), FileError);
}

}  // namespace gradus::data::image_test
