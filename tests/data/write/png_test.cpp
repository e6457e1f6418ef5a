#include <gradus/data/write/png.h>

#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/internal/file.h>
#include <temporary_folder.h>

namespace gradus::data::png_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::uint32_t number(const std::string& bytes, std::size_t at) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<std::uint8_t>(bytes.at(at + i));
  return n;
}

struct Picture {
  std::uint32_t width = 0, height = 0;
  int depth = 0, colour = -1;
  std::string pixels;                  // row by row, the byte of its filter in front of each
};

// Reads a PNG as its specification says: signature, chunks with right checksums, IHDR first, IEND last, one zlib stream in all IDATs.
Picture decode(const std::string& file) {
  EXPECT_EQ(file.substr(0, 8), "\x89PNG\r\n\x1a\n");
  Picture picture;
  std::string deflated, last;
  for (std::size_t at = 8; at < file.size();) {
    const std::size_t length = number(file, at);
    const std::string type = file.substr(at + 4, 4), bytes = file.substr(at + 8, length);
    EXPECT_EQ(bytes.size(), length);
    const std::string summed = type + bytes;
    EXPECT_EQ(number(file, at + 8 + length), crc32(0, reinterpret_cast<const Bytef*>(summed.data()), static_cast<uInt>(summed.size())));
    EXPECT_EQ(at == 8, type == "IHDR");
    if (type == "IHDR") {
      EXPECT_EQ(length, 13U);
      picture.width = number(bytes, 0), picture.height = number(bytes, 4), picture.depth = bytes[8], picture.colour = bytes[9];
      EXPECT_EQ(bytes.substr(10), std::string(3, '\0'));
    } else if (type == "IDAT") {
      deflated += bytes;
    }
    last = type;
    at += 12 + length;
  }
  EXPECT_EQ(last, "IEND");
  constexpr std::size_t channels[] = {1, 0, 3, 0, 2, 0, 4};
  uLongf size = picture.height * (1 + picture.width * channels[picture.colour]);
  picture.pixels.resize(size);
  auto* const pixels = reinterpret_cast<Bytef*>(picture.pixels.data());
  EXPECT_EQ(uncompress(pixels, &size, reinterpret_cast<const Bytef*>(deflated.data()), deflated.size()), Z_OK);
  EXPECT_EQ(size, picture.pixels.size());
  return picture;
}

TEST(Png, WritesGreyAndColouredPicturesOfAnyStrides) {
  const TemporaryFolder folder;
  const FileName file = folder.path() / "a.png";
  const Array grey = Array::from(std::vector<std::uint8_t>{0, 1, 2, 127, 128, 255}, {2, 3});
  write_png(grey, file);
  const Picture rows = decode(read_file(file));
  EXPECT_EQ(rows.width, 3U);
  EXPECT_EQ(rows.height, 2U);
  EXPECT_EQ(rows.depth, 8);
  EXPECT_EQ(rows.colour, 0);
  EXPECT_EQ(rows.pixels, std::string("\0\x00\x01\x02" "\0\x7f\x80\xff", 8));

  write_png(grey.transpose(0, 1), file);   // over the one that is there
  const Picture columns = decode(read_file(file));
  EXPECT_EQ(columns.width, 2U);
  EXPECT_EQ(columns.pixels, std::string("\0\x00\x7f" "\0\x01\x80" "\0\x02\xff", 9));

  for (const std::int64_t channels : {1, 2, 3, 4}) {
    const Array planes = Array::from(std::vector<std::uint8_t>{10, 11, 20, 21, 30, 31, 40, 41}, {4, 1, 2}).slice(0, 0, channels);
    write_png(planes, file);
    const Picture picture = decode(read_file(file));
    EXPECT_EQ(picture.colour, (std::array{0, 4, 2, 6}[channels - 1]));
    const std::string all("\x0a\x14\x1e\x28\x0b\x15\x1f\x29");
    EXPECT_EQ(picture.pixels, '\0' + all.substr(0, channels) + all.substr(4, channels));
  }
}

TEST(Png, LargePicturesTakeSeveralChunks) {
  const TemporaryFolder folder;
  const FileName file = folder.path() / "a.png";
  std::vector<std::uint8_t> noise(300 * 1000);
  std::uint32_t state = 1;
  for (auto& byte : noise) byte = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24);
  write_png(Array::from(noise, {300, 1000}), file);
  const std::string bytes = read_file(file);
  EXPECT_NE(bytes.find("IDAT"), bytes.rfind("IDAT"));
  const Picture picture = decode(bytes);
  for (std::size_t y = 0; y < 300; ++y) {
    ASSERT_EQ(picture.pixels[y * 1001], 0);
    ASSERT_EQ(picture.pixels.substr(y * 1001 + 1, 1000), std::string(noise.begin() + 1000 * y, noise.begin() + 1000 * (y + 1)));
  }
}

TEST(Png, SaveImageRoundsAndCuts) {
  const TemporaryFolder folder;
  const FileName file = folder.path() / "a.png";
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (const Dtype dtype : {f32, f64}) {
    save_image(Array::from({0., 1., 0.5, 0.499, -3., 7., nan, inf, -inf, 1 / 255.}, {1, 10}).to(dtype), file);
    EXPECT_EQ(decode(read_file(file)).pixels, std::string("\0\x00\xff\x80\x7f\x00\xff\x00\xff\x00\x01", 11));
  }
}

TEST(Png, GridsAreTorchvisions) {
  const Tensor x = Array::from({1., 2., 3., 4., 5., 6.}, {3, 1, 1, 2});
  const Tensor grid = make_grid(x, {.nrow = 2, .padding = 1, .pad_value = 9});
  EXPECT_EQ(grid.shape(), (Shape{1, 5, 7}));
  EXPECT_THAT(grid.value().to_vector(), ElementsAre(9, 9, 9, 9, 9, 9, 9,  //
                                                    9, 1, 2, 9, 3, 4, 9,  //
                                                    9, 9, 9, 9, 9, 9, 9,  //
                                                    9, 5, 6, 9, 9, 9, 9,  //
                                                    9, 9, 9, 9, 9, 9, 9));
  EXPECT_EQ(make_grid(x, {.padding = 0}).shape(), (Shape{1, 1, 6}));   // no wider than there are pictures
  EXPECT_EQ(make_grid(Array::zeros({1, 3, 4, 5})).shape(), (Shape{3, 4, 5}));
  const Tensor colours = make_grid(Array::from({1., 2., 3., 4.}, {2, 2, 1, 1}), {.padding = 0});
  EXPECT_THAT(colours.value().to_vector(), ElementsAre(1, 3, 2, 4));

  const TemporaryFolder folder;
  const FileName file = folder.path() / "grid.png";
  save_image(Array::full({5, 1, 4, 4}, 200, u8), file, {.nrow = 3, .padding = 1, .pad_value = 7});
  const Picture picture = decode(read_file(file));
  EXPECT_EQ(picture.width, 16U);
  EXPECT_EQ(picture.height, 11U);
  EXPECT_EQ(picture.pixels.substr(18, 7), std::string("\x07\xc8\xc8\xc8\xc8\x07\xc8"));
}

TEST(Png, WhatIsNoPictureLeavesTheOldOne) {
  const TemporaryFolder folder;
  const FileName file = folder.write("old.png", "old");
  const auto refused = [&](const Tensor& x, const char* words) {
    EXPECT_THAT([&] { write_png(x, file); }, ThrowsMessage<Error>(HasSubstr(words)));
    EXPECT_EQ(read_file(file), "old");
  };
  refused(Array::zeros({2, 2}), "pixels must be u8, not f32; save_image takes floats");
  refused(Array::zeros({4}, u8), "[H, W] or [C, H, W], not [4]");
  refused(Array::zeros({5, 2, 2}, u8), "1 to 4 channels, which come first: [5, 2, 2]");
  refused(Array::zeros({0, 2, 2}, u8), "1 to 4 channels");
  refused(Array::zeros({0, 2}, u8), "at least one pixel");
  refused(Array::zeros({3, 2, 0}, u8), "at least one pixel");
  const auto not_saved = [&](const Tensor& x, const ImageGridOptions& options, const char* words) {
    EXPECT_THAT([&] { save_image(x, file, options); }, ThrowsMessage<Error>(HasSubstr(words)));
    EXPECT_EQ(read_file(file), "old");
  };
  not_saved(Array::zeros({2, 2}, i64), {}, "save_image");
  not_saved(Array::zeros({0, 1, 2, 2}), {}, "there is no picture");
  not_saved(Array::zeros({2, 1, 2, 2}), {.nrow = 0}, "nrow");
  not_saved(Array::zeros({2, 1, 2, 2}), {.padding = -1}, "padding");
  not_saved(Array::zeros({2, 1, 2, 2}), {.padding = std::int64_t{1} << 60}, "padding is at most 2^20");
  EXPECT_THROW(write_png(Array::zeros({2, 2}, u8), folder.path() / "no" / "where.png"), FileError);
}

}  // namespace gradus::data::png_test
