#include <gradus/data/transform/pictures.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/creation.h>

#include "golden_values.h"

namespace gradus::data::pictures_test {

namespace pic = pictures;

const Array& golden(const std::string& name) { return golden_values("transforms").at(name); }

using Change = std::function<Tensor(const Tensor&)>;
const std::map<std::string, Change>& changes() {
  static const std::map<std::string, Change> all{
      {"resize.smaller", [](auto& x) { return pic::resize(x, 4, 3); }},
      {"resize.larger", [](auto& x) { return pic::resize(x, 13, 10); }},
      {"resize.mixed", [](auto& x) { return pic::resize(x, 5, 16); }},
      {"resize.plain", [](auto& x) { return pic::resize(x, 4, 16, {.antialias = false}); }},
      {"resize.bicubic", [](auto& x) { return pic::resize(x, 5, 11, {.mode = Interpolation::bicubic}); }},
      {"resize.bicubic_plain", [](auto& x) { return pic::resize(x, 6, 11, {Interpolation::bicubic, false}); }},
      {"resize.nearest", [](auto& x) { return pic::resize(x, 4, 11, {.mode = Interpolation::nearest}); }},
      {"resize.nearest_exact", [](auto& x) { return pic::resize(x, 4, 11, {.mode = Interpolation::nearest_exact}); }},
      {"rotate.nearest", [](auto& x) { return pic::rotate(x, 33); }},
      {"rotate.bilinear", [](auto& x) { return pic::rotate(x, -20, {.mode = GridMode::bilinear}); }},
      {"rotate.expand", [](auto& x) { return pic::rotate(x, 40, {.mode = GridMode::bilinear, .expand = true}); }},
      {"rotate.filled", [](auto& x) { return pic::rotate(x, 50, {.fill = 1}); }},
      {"rotate.quarter", [](auto& x) { return pic::rotate(x, 90, {.expand = true}); }},
      {"rotate.half", [](auto& x) { return pic::rotate(x, -180); }},
      {"affine.nearest", [](auto& x) { return pic::affine(x, {25, {1, -2}, 1.3, {10, -5}}); }},
      {"affine.bilinear", [](auto& x) { return pic::affine(x, {-12, {1, 2}, 0.8, {-15, 8}}, {.mode = GridMode::bilinear}); }},
      {"crop.inside", [](auto& x) { return pic::crop(x, 2, 1, 4, 5); }},
      {"crop.beyond", [](auto& x) { return pic::crop(x, -2, 3, 6, 8); }},
      {"center_crop.smaller", [](auto& x) { return pic::center_crop(x, 4, 4); }},
      {"center_crop.larger", [](auto& x) { return pic::center_crop(x, 12, 4); }},
      {"pad.constant", [](auto& x) { return pic::pad(x, {1, 2, 3, 4}, PaddingMode::constant, 1); }},
      {"pad.edge", [](auto& x) { return pic::pad(x, {1, 2, 3, 4}, PaddingMode::edge); }},
      {"pad.reflect", [](auto& x) { return pic::pad(x, {1, 2, 3, 4}, PaddingMode::reflect); }},
      {"pad.symmetric", [](auto& x) { return pic::pad(x, {1, 2, 3, 4}, PaddingMode::symmetric); }},
      {"flip.horizontal", [](auto& x) { return pic::horizontal_flip(x); }},
      {"flip.vertical", [](auto& x) { return pic::vertical_flip(x); }},
      {"brightness.darker", [](auto& x) { return pic::adjust_brightness(x, 0.6); }},
      {"brightness.brighter", [](auto& x) { return pic::adjust_brightness(x, 1.7); }},
      {"contrast.less", [](auto& x) { return pic::adjust_contrast(x, 0.4); }},
      {"contrast.more", [](auto& x) { return pic::adjust_contrast(x, 1.6); }},
      {"saturation.less", [](auto& x) { return pic::adjust_saturation(x, 0.3); }},
      {"saturation.more", [](auto& x) { return pic::adjust_saturation(x, 1.8); }},
      {"hue.back", [](auto& x) { return pic::adjust_hue(x, -0.3); }},
      {"hue.on", [](auto& x) { return pic::adjust_hue(x, 0.21); }},
      {"grayscale", [](auto& x) { return pic::grayscale(x); }},
      {"invert", [](auto& x) { return pic::invert(x); }},
      {"posterize", [](auto& x) { return pic::posterize(x, 3); }},
      {"autocontrast", [](auto& x) { return pic::autocontrast(x); }},
      {"blur", [](auto& x) { return pic::gaussian_blur(x, 5, 1.2); }},
      {"blur.default", [](auto& x) { return pic::gaussian_blur(x, 3); }},
      {"sharpness.less", [](auto& x) { return pic::adjust_sharpness(x, 0.2); }},
      {"sharpness.more", [](auto& x) { return pic::adjust_sharpness(x, 1.9); }},
      {"equalize", [](auto& x) { return pic::equalize(x); }},
      {"affine.corner", [](auto& x) { return pic::affine(x, {12, {1, 0}, 1.1, {7, -4}, {{0, 0}}}); }},
  };
  return all;
}

void expect_like(const Array& mine, const Array& theirs, const std::string& name, double allowed) {
  ASSERT_EQ(mine.shape(), theirs.shape()) << name;
  ASSERT_EQ(mine.dtype(), theirs.dtype()) << name;
  const auto a = mine.to_vector(), b = theirs.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], allowed) << name << " at " << i;
}

TEST(Pictures, AreTorchvisions) {
  for (const auto& [name, change] : changes()) {
    // torchvision's sums are fused, so a byte that is nearly whole may be cut to the one below
    expect_like(change(golden("picture.u8")).value(), golden(name + ".u8"), name, name.starts_with("saturation") ? 1 : 0);
    expect_like(change(golden("picture.f32")).value(), golden(name + ".f32"), name, 2e-6);
  }
  const Tensor bytes = golden("picture.u8");
  expect_like(pic::normalize(bytes, std::array{0.485, 0.456, 0.406}, std::array{0.229, 0.224, 0.225}).value(), golden("normalize.u8"),
              "normalize", 2e-6);
  expect_like(pic::solarize(bytes, 128).value(), golden("solarize.u8"), "solarize", 0);
  expect_like(pic::to_bytes(golden("contrast.more.f32")).value(), golden("to_bytes"), "to_bytes", 0);
  expect_like(pic::to_float(bytes).value(), golden("picture.f32"), "to_float", 1e-7);
}

// Views, batches and pictures without pixels go the same way.
TEST(Pictures, OfABatchAreTheBatchOfThose) {
  const Array one = golden("picture.u8"), other = pic::invert(one).value();
  Array batch({2, 3, 7, 9}, u8);
  for (std::int64_t i = 0; i < one.size(); ++i) {
    const std::int64_t c = i / 63, y = i % 63 / 7, x = i % 7, at = c * 63 + x * 9 + y;
    batch.mutable_data<std::uint8_t>()[at] = one.data<std::uint8_t>()[i];
    batch.mutable_data<std::uint8_t>()[189 + at] = other.data<std::uint8_t>()[i];
  }
  const Array upright = batch.transpose(2, 3);  // [2, 3, 9, 7], not contiguous
  for (const auto& [name, change] : changes()) {
    const Array all = change(upright).value();
    expect_like(all.slice(0, 0, 1).squeeze(0), change(one).value(), name, 0);
    expect_like(all.slice(0, 1, 2).squeeze(0), change(other).value(), name, 0);
  }
}

TEST(Pictures, OfOneChannelOrNoPixels) {
  const Tensor grey = pic::grayscale(golden("picture.u8"));
  EXPECT_EQ(pic::adjust_saturation(grey, 0.2).value().to_vector(), grey.value().to_vector());
  EXPECT_EQ(pic::adjust_hue(grey, 0.2).value().to_vector(), grey.value().to_vector());
  EXPECT_EQ(pic::grayscale(grey, 3).shape(), (Shape{3, 9, 7}));
  const Tensor dot = full({1, 1, 1}, 7, u8);
  EXPECT_EQ(pic::resize(dot, 3, 2).value().to_vector(), std::vector<double>(6, 7));
  EXPECT_EQ(pic::resize(dot, 2, 2, {.mode = Interpolation::bicubic, .antialias = false}).value().to_vector(), std::vector<double>(4, 7));
  EXPECT_EQ(pic::pad(dot, {2, 0, 1, 0}, PaddingMode::edge).value().to_vector(), std::vector<double>(4, 7));
  EXPECT_EQ(pic::pad(dot, {1, 0, 0, 0}, PaddingMode::symmetric).value().to_vector(), std::vector<double>(2, 7));
  EXPECT_EQ(pic::gaussian_blur(dot, 1).value().to_vector(), std::vector<double>(1, 7));
  EXPECT_EQ(pic::rotate(dot, 45, {.mode = GridMode::bilinear}).value().to_vector(), std::vector<double>(1, 7));
  for (const Shape& shape : {Shape{3, 0, 5}, Shape{3, 5, 0}, Shape{0, 3, 5, 5}}) {
    const Tensor none = zeros(shape, u8);
    for (const char* name :
         {"flip.horizontal", "flip.vertical", "contrast.more", "hue.on", "grayscale", "invert", "autocontrast", "rotate.bilinear"})
      EXPECT_EQ(changes().at(name)(none).size(), 0) << name;
    EXPECT_EQ(pic::crop(none, 0, 0, 2, 2).size(), shape.elements() == 0 && shape.rank() == 4 ? 0 : 12);
  }
}

TEST(Pictures, OfStrangeNumbersAreNoHarm) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const Tensor strange = Array::from({nan, inf, -inf, 1e30, -1.0, 0.0, 2.0, 1e-40, -0.0, 0.5, nan, 3.0}, {3, 2, 2}).to(f32);
  for (const auto& [name, change] : changes())
    if (!name.starts_with("pad.") && !name.starts_with("blur")) {
      EXPECT_EQ(change(strange).dtype(), f32) << name;
    }
  EXPECT_EQ(pic::to_bytes(strange).value().at({0, 0, 0}), 0);
  EXPECT_EQ(pic::to_bytes(strange).value().at({0, 0, 1}), 255);
  EXPECT_EQ(pic::adjust_brightness(full({3, 1, 1}, 200, u8), 1e300).value().at({0, 0, 0}), 255);
}

template <class Kind>
void expect_refused(const Change& change, const Tensor& picture, const std::string& words) {
  try {
    change(picture);
    ADD_FAILURE() << "taken; should say: " << words;
  } catch (const Kind& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr(words));
  }
}

TEST(Pictures, RefuseWhatTheyCannotDo) {
  const Tensor bytes = golden("picture.u8");
  expect_refused<DtypeError>([](auto& x) { return pic::vertical_flip(x); }, zeros({3, 2, 2}, f64),
                             "vertical_flip: a picture has u8 or f32, not f64");
  expect_refused<ShapeError>([](auto& x) { return pic::vertical_flip(x); }, zeros({2, 2}), "or a batch of such; not [2, 2]");
  expect_refused<ShapeError>([](auto& x) { return pic::adjust_hue(x, 0); }, zeros({2, 2, 2}), "1 or 3 channels, not 2");
  expect_refused<ShapeError>([](auto& x) { return pic::resize(x, 2, 2); }, zeros({3, 0, 2}), "without pixels");
  const std::vector<std::pair<const char*, Change>> rows{
      {"cannot be mirrored or repeated 7 pixels", [](auto& x) { return pic::pad(x, {7, 0, 0, 0}, PaddingMode::reflect); }},
      {"cannot lose more", [](auto& x) { return pic::pad(x, {-4, 0, -4, 0}); }},
      {"bytes cannot be filled with 256", [](auto& x) { return pic::pad(x, {1, 0, 0, 0}, PaddingMode::constant, 256); }},
      {"pad: 9223372036854775807 pixels", [](auto& x) { return pic::pad(x, {std::numeric_limits<std::int64_t>::max(), 0, 0, 0}); }},
      {"crop: a side of -1 pixels", [](auto& x) { return pic::crop(x, 0, 0, -1, 2); }},
      {"crop: a place", [](auto& x) { return pic::crop(x, std::numeric_limits<std::int64_t>::min(), 0, 1, 2); }},
      {"resize: to 0 x 3", [](auto& x) { return pic::resize(x, 0, 3); }},
      {"nearest, nearest_exact, bilinear and bicubic", [](auto& x) { return pic::resize(x, 2, 3, {.mode = Interpolation::area}); }},
      {"rotate: by nan", [](auto& x) { return pic::rotate(x, std::nan("")); }},
      {"scale must be above 0", [](auto& x) { return pic::affine(x, {.scale = 0}); }},
      {"only rotate can expand", [](auto& x) { return pic::affine(x, {}, {.expand = true}); }},
      {"at least 0, not -1", [](auto& x) { return pic::adjust_contrast(x, -1); }},
      {"[-0.5, 0.5]", [](auto& x) { return pic::adjust_hue(x, 0.6); }},
      {"must be odd", [](auto& x) { return pic::gaussian_blur(x, 4); }},
      {"sides of more than 7", [](auto& x) { return pic::gaussian_blur(x, 15); }},
      {"2 values of mean for 3 channels", [](auto& x) { return pic::normalize(x, std::array{0.5, 0.5}, std::array{1.0}); }},
      {"deviation must not be 0", [](auto& x) { return pic::normalize(x, std::array{0.5}, std::array{0.0}); }},
      {"bits must lie in [0, 8]", [](auto& x) { return pic::posterize(x, 9); }},
  };
  for (const auto& [words, change] : rows) expect_refused<ValueError>(change, bytes, words);
}

}  // namespace gradus::data::pictures_test
