#include <gradus/data/transform/augment.h>

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/creation.h>
#include <message_of.h>

#include "golden_values.h"

namespace gradus::data::augment_test {

const Array& golden(const std::string& name) { return golden_values("transforms").at(name); }

void expect_like(const Tensor& mine, const Array& theirs, const std::string& name, double allowed) {
  ASSERT_EQ(mine.shape(), theirs.shape()) << name;
  ASSERT_EQ(mine.dtype(), theirs.dtype()) << name;
  const auto a = mine.value().to_vector(), b = theirs.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], allowed) << name << " at " << i;
}

TEST(Augment, IsTorchvisions) {
  using enum Augmentation;
  struct Case {
    const char* name;
    Augmentation what;
    double strength;
  };
  for (const Case& c : {Case{"ShearX", shear_x, 0.4}, {"ShearY", shear_y, -0.7}, {"TranslateX", translate_x, -5.9},
                        {"TranslateY", translate_y, 9.2}, {"Rotate", rotate, -50.3}, {"Brightness", brightness, 0.5},
                        {"Color", color, -0.8}, {"Contrast", contrast, -0.6}, {"Sharpness", sharpness, 0.9}, {"Posterize", posterize, 3},
                        {"Solarize", solarize, 0.6}, {"AutoContrast", auto_contrast, 0}, {"Equalize", equalize, 0}})
    for (const std::string kind : {".u8", ".f32"})
      expect_like(pictures::augment(golden("picture" + kind), c.what, c.strength), golden(std::string("augment.") + c.name + kind),
                  c.name + kind, kind == ".f32" ? 2e-6 : c.what == color ? 1 : 0);   // saturation: see pictures_test
}

// Sixteen bytes at a time, rests, and rows whose last bytes end the memory.
TEST(Augment, BytesOfLargerPicturesAreTorchvisions) {
  const Tensor wide = golden("wide");
  for (const auto& [h, w] : {std::pair{23, 31}, {61, 77}, {40, 18}, {11, 53}, {7, 4}, {40, 106}})
    expect_like(pictures::resize(wide, h, w), golden("wide." + std::to_string(h) + "x" + std::to_string(w)), "resize", 0);
  expect_like(pictures::resize(wide, 23, 77, {.mode = Interpolation::bicubic}), golden("wide.bicubic"), "bicubic", 0);
  expect_like(pictures::equalize(wide), golden("wide.equalize"), "equalize", 0);
}

// Every change is drawn about as often as any other, this way and that; the same generator gives the same picture.
TEST(Augment, DrawsEachChange) {
  const Tensor wide = pictures::grayscale(golden("wide"), 3);
  std::map<std::vector<double>, int> seen;
  for (int i = 0; i < 300; ++i) {
    Generator a(static_cast<std::uint64_t>(i)), b(static_cast<std::uint64_t>(i));
    const Tensor x = TrivialAugmentWide{.bins = 2}(wide, a);
    ASSERT_EQ(x.value().to_vector(), (TrivialAugmentWide{.bins = 2}(wide, b).value().to_vector()));
    ASSERT_EQ(x.shape(), wide.shape());
    ++seen[x.value().to_vector()];
  }
  // Unchanged: all of the weakest strength, grey that is made more or less colourful, and identity; else 5 signed changes twice, contrast
  // and brightness and sharpness twice, and 4 without a sign.
  EXPECT_GE(seen.size(), 15u);
  EXPECT_LE(seen.size(), 22u);
  EXPECT_GT(seen[wide.value().to_vector()], 100);
  Generator random(1);
  EXPECT_EQ(RandAugment{.operations = 0}(wide, random).value().to_vector(), wide.value().to_vector());
  const Tensor floats = RandAugment{.operations = 4, .magnitude = 30}(pictures::to_float(wide), random);
  EXPECT_TRUE(floats.dtype() == f32 && floats.shape() == wide.shape());
}

TEST(Augment, RefusesWhatIsOutOfRange) {
  Generator random(1);
  const Tensor wide = golden("wide");
  EXPECT_THAT(message_of([&] { RandAugment{.magnitude = 31}(wide, random); }), testing::HasSubstr("[0, bins), not be 31 of 31"));
  EXPECT_THAT(message_of([&] { TrivialAugmentWide{.bins = 1}(wide, random); }), testing::HasSubstr("bins must be at least 2"));
  EXPECT_THROW(TrivialAugmentWide{}(zeros({2, 4, 4}), random), ShapeError);
  EXPECT_THROW(RandAugment{}(zeros({3, 4, 4}, i64), random), DtypeError);
  EXPECT_THROW(pictures::augment(wide, Augmentation::posterize, 9), ValueError);
  EXPECT_THROW(pictures::adjust_sharpness(wide, -0.1), ValueError);
}

}  // namespace gradus::data::augment_test
