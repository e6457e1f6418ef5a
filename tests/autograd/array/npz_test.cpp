#include <gradus/autograd/array/formats/npz.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/array/formats/internal/zip_writer.h>
#include <gradus/autograd/array/formats/npy.h>
#include <gradus/autograd/base/error.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::npz_test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

const std::string golden = GRADUS_GOLDEN "/npy/";

const NpzFile& variants() {
  static const NpzFile file(golden + "variants.npz");
  return file;
}

TEST(Npz, EveryDtypeInBothOrdersIsRead) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  struct Case {
    std::string name;
    Dtype dtype;
    std::vector<double> values;
  };
  const std::vector<Case> cases{{"b1", boolean, {1, 0, 1}},
                                {"i1", i8, {-128, 0, 127}},
                                {"i2", i16, {-32768, 0, 32767}},
                                {"i4", i32, {-2147483648., 0, 2147483647}},
                                {"i8", i64, {-0x1p63, 0, 0x1p63}},   // rounded
                                {"u1", u8, {0, 1, 255}},
                                {"u2", i64, {0, 1, 65535}},
                                {"u4", i64, {0, 1, 4294967295}},
                                {"u8", i64, {0, 1, 0x1p63}},
                                {"f2", f16, {-65504, 0x1p-24, NAN}},
                                {"f4", f32, {-1.5, 0x1p-149, inf}},
                                {"f8", f64, {-1.5, 0x1p-1074, -0.}}};
  for (const Case& c : cases)
    for (const std::string order : {"<", ">"}) {
      const Array a = variants().load(order + c.name);
      EXPECT_EQ(a.dtype(), c.dtype) << c.name;
      EXPECT_EQ(variants().entry(order + c.name).loads_as, c.dtype);
      const std::vector<double> values = a.to_vector();
      ASSERT_EQ(values.size(), c.values.size()) << c.name;
      for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_TRUE(values[i] == c.values[i] || (std::isnan(values[i]) && std::isnan(c.values[i]))) << order << c.name << ' ' << values[i];
    }
  EXPECT_TRUE(std::signbit(variants().load(">f8").span<double>()[2]));
  EXPECT_EQ(variants().load(">i8").span<std::int64_t>()[2], std::numeric_limits<std::int64_t>::max());
}

TEST(Npz, EveryVersionRankAndOrderIsRead) {
  for (const std::string name : {"matrix", "v2", "v3", "fortran"}) {
    const Array a = variants().load(name);
    EXPECT_EQ(a.shape(), (Shape{2, 3})) << name;
    EXPECT_THAT(a.to_vector(), ElementsAre(0, 1, 2, 3, 4, 5)) << name;
    EXPECT_EQ(a.contiguous(), name != "fortran");
  }
  EXPECT_TRUE(variants().entry("fortran").fortran_order);
  const Array cube = variants().load("fortran 3");
  EXPECT_EQ(cube.shape(), (Shape{2, 3, 4}));
  EXPECT_EQ(cube.at({1, 2, 0}), 20);
  EXPECT_EQ(variants().load("scalar").item(), 2.5);
  EXPECT_EQ(variants().load("scalar").rank(), 0);
  EXPECT_EQ(variants().load("empty").shape(), (Shape{3, 0, 2}));
}

TEST(Npz, WhatIsRefusedIsNamed) {
  const auto error = [](const char* name) { return message_of([&] { variants().load(name); }); };
  EXPECT_THAT(error("object"), HasSubstr("array 'object': dtype '|O': objects are pickled, and a pickle may run anything"));
  EXPECT_THAT(error("object"), HasSubstr("variants.npz"));
  EXPECT_THAT(error("complex"), HasSubstr("'<c16': gradus has no complex numbers"));
  EXPECT_THAT(error("long double"), HasSubstr("of a size that gradus does not have"));
  EXPECT_THAT(error("text"), HasSubstr("'<U1': texts"));
  EXPECT_THAT(error("bytes"), HasSubstr("'|S1': texts"));
  EXPECT_THAT(error("raw"), HasSubstr("bfloat16; convert it to float32 in Python"));
  EXPECT_THAT(error("date"), HasSubstr("dates or times"));
  EXPECT_THAT(error("record"), HasSubstr("[('a', '<f4'), ('b', '<i8', (2,))]': records of several fields"));
  EXPECT_THAT(error("large u8"), HasSubstr("array 'large u8': a U64 beyond the range of i64"));
  EXPECT_THAT(error("nine dimensions"), HasSubstr("9 dimensions; gradus has at most 8"));
  EXPECT_THAT(error("none"), HasSubstr("has no array 'none'"));
  EXPECT_FALSE(variants().entry("object").loads_as.has_value());
  EXPECT_THAT(message_of([] { load_npz(golden + "variants.npz"); }), HasSubstr("variants.npz"));
}

TEST(Npz, FilesOfNumPyAreRead) {
  for (const std::string file : {"stored.npz", "compressed.npz"}) {
    const auto all = load_npz(golden + file);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_THAT(all.at("arr_0").to_vector(), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_EQ(all.at("weight").dtype(), f64);
  }
  EXPECT_EQ(load_npz(golden + "compressed.npz").at("weight").shape(), (Shape{40, 50}));
  EXPECT_EQ(load_npz(golden + "stored.npz", {.floating = f16}).at("weight").dtype(), f16);
}

TEST(Npz, WhatIsWrittenIsReadAgain) {
  const TemporaryFolder folder;
  Array base = Array::from({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}, {2, 3});
  const std::map<std::string, Array> arrays{{"turned", base.transpose(0, 1)}, {"scalar", Array::scalar(3, i32)},
                                            {"empty", Array(Shape{0, 2}, u8)}, {"mask", Array::from({1., 0.}, {2}).to(boolean)},
                                            {"ünï/code", Array::full({300, 300}, 2, f64)}, {"", Array::scalar(1)}};
  for (const bool compressed : {false, true}) {
    save_npz(folder / "x.npz", arrays, {.compressed = compressed});
    const auto read = load_npz(folder / "x.npz");
    ASSERT_EQ(read.size(), arrays.size());
    for (const auto& [name, a] : arrays) {
      EXPECT_EQ(read.at(name).shape(), a.shape()) << name;
      EXPECT_EQ(read.at(name).dtype(), a.dtype()) << name;
      EXPECT_EQ(read.at(name).to_vector(), a.to_vector()) << name;
    }
    EXPECT_EQ(NpzFile(folder / "x.npz").entry("ünï/code").deflated, compressed);
  }
  save_npz(folder / "x.npz", {});
  EXPECT_TRUE(load_npz(folder / "x.npz").empty());
}

TEST(Npz, LargeArraysAreMapped) {
  const TemporaryFolder folder;
  save_npz(folder / "x.npz", {{"a", Array::full({200, 200}, 2, f32)}, {"b", Array::full({200, 200}, 3, f64)}});
  auto mapped = load_npz(folder / "x.npz", {.map = true});
  Array& a = mapped.at("a");
  EXPECT_EQ(a.at({199, 199}), 2);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.raw()) % 64, 0u);
  Array copy = a, again = load_npz(folder / "x.npz", {.map = true}).at("a");
  a.mutable_data<float>()[0] = 7;   // the copy is as before, and so is the file
  EXPECT_EQ(copy.at({0, 0}), 2);
  again.mutable_data<float>()[1] = 9;
  EXPECT_EQ(a.at({0, 1}), 2);
  EXPECT_EQ(load_npz(folder / "x.npz").at("a").at({0, 0}), 2);
  EXPECT_EQ(load_npz(folder / "x.npz").at("a").at({0, 1}), 2);
}

TEST(Npz, WhatCannotBeWrittenIsRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { save_npz(folder / "x.npz", {{"w", Array::zeros({2}, bf16)}}); }),
              HasSubstr("array 'w': NumPy has no dtype for bf16; convert it with a.to(f32)"));
  EXPECT_THAT(message_of([&] { save_npz(folder / "x.npz", {{"w", Array()}}); }), HasSubstr("array 'w' is undefined"));
  EXPECT_EQ(folder.files(), 0u);
}

TEST(Npz, EntriesMustBeArraysOfDifferentNames) {
  const TemporaryFolder folder;
  const std::string npy = read_file(golden + "matrix.npy");
  const std::span<const std::byte> array(reinterpret_cast<const std::byte*>(npy.data()), npy.size());
  const auto error = [&](const std::string& name, std::span<const std::byte> contents) {
    detail::ZipWriter zip(folder / "x.npz");
    zip.add("a.npy", array);
    zip.add(name, contents);
    zip.commit();
    return message_of([&] { load_npz(folder / "x.npz"); });
  };
  EXPECT_EQ(error("b", array), "nothing was thrown");   // NumPy reads it too
  EXPECT_THAT(error("a", array), HasSubstr("two arrays are called 'a'"));
  EXPECT_THAT(error("readme.txt", std::as_bytes(std::span("a text of some length"))),
              HasSubstr("entry 'readme.txt': it does not begin with"));
  EXPECT_THAT(error("b.npy", array.first(130)), HasSubstr("entry 'b.npy': truncated: the elements take 24 bytes, and 2 follow"));
}

}  // namespace gradus::npz_test
