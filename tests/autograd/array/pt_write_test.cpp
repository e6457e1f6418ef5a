// What save_pt writes; that PyTorch loads it is shown by tests/clients/pt_files.py.
#include <gradus/autograd/array/formats/pt.h>

#include <cmath>

#include <gmock/gmock.h>

#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/base/internal/file.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::pt_write_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Whether two values are equal in all that a file keeps.
void expect_same(const PtValue& a, const PtValue& b) {
  ASSERT_EQ(a.kind(), b.kind()) << a.path();
  if (a.is_tensor()) {
    EXPECT_EQ(a.shape(), b.shape()) << a.path();
    EXPECT_EQ(a.array().dtype(), b.array().dtype()) << a.path();
    EXPECT_EQ(a.array().to_vector(), b.array().to_vector()) << a.path();
    EXPECT_EQ(a.requires_grad(), b.requires_grad()) << a.path();
    EXPECT_EQ(a.is_parameter(), b.is_parameter()) << a.path();
  } else if (a.is_dict()) {
    ASSERT_EQ(a.size(), b.size()) << a.path();
    for (std::size_t i = 0; i < a.size(); ++i) {
      const PtItem x = a.items()[i], y = b.items()[i];
      expect_same(x.key, y.key);
      expect_same(x.value, y.value);
    }
    expect_same(a.attributes(), b.attributes());
  } else if (a.kind() == PtValue::Kind::list || a.kind() == PtValue::Kind::tuple || a.kind() == PtValue::Kind::set) {
    ASSERT_EQ(a.size(), b.size()) << a.path();
    for (std::size_t i = 0; i < a.size(); ++i) expect_same(a.elements()[i], b.elements()[i]);
  } else {
    EXPECT_EQ(a.written(), b.written()) << a.path();
  }
}

TEST(PtWrite, WhatPyTorchWroteComesBackEqual) {
  const TemporaryFolder folder;
  for (const char* name : {"values", "checkpoint", "tensors", "dtypes", "bare"}) {
    SCOPED_TRACE(name);
    const PtValue given = load_pt(std::string(GRADUS_GOLDEN "/pt/") + name + ".pt");
    save_pt(folder / "x.pt", given);
    expect_same(load_pt(folder / "x.pt"), given);
    const std::string bytes = read_file((folder / "x.pt").string());
    save_pt(folder / "y.pt", load_pt(folder / "x.pt", {.lazy = true}));
    EXPECT_EQ(read_file((folder / "y.pt").string()), bytes);
  }
}

// Each array is in the file once, however many show it.
TEST(PtWrite, ArraysThatShareElementsShareAStorage) {
  const TemporaryFolder folder;
  const Array whole = Array::full({1000}, 0.5), other = Array::full({1000}, 0.5);
  const std::map<std::string, Array> arrays{{"a", whole},
                                            {"b", whole},
                                            {"c", whole.reshape({10, 100}).transpose(0, 1)},
                                            {"d", other.slice(0, 10, 20)},
                                            {"e", other.slice(0, 0, 12)}};
  save_pt(folder / "x.pt", arrays);
  const detail::ZipReader zip((folder / "x.pt").string());
  ASSERT_TRUE(zip.find("archive/data/1") && !zip.find("archive/data/2"));
  EXPECT_EQ(zip.find("archive/data/0")->size, 4000u);
  EXPECT_EQ(zip.find("archive/data/1")->size, 80u);   // of `other`, what is shown
  EXPECT_EQ(zip.find("archive/data/0")->begin % 64, 0u);
  const auto back = load_pt(folder / "x.pt").arrays();
  EXPECT_EQ(back.at("a").raw(), back.at("b").raw());
  EXPECT_EQ(back.at("a").raw(), back.at("c").raw());
  EXPECT_EQ(back.at("c").shape(), (Shape{100, 10}));
  for (const auto& [name, array] : arrays) EXPECT_EQ(back.at(name).to_vector(), array.to_vector()) << name;
}

TEST(PtWrite, AnArrayAloneIsWrittenWithoutWhatItDoesNotShow) {
  const TemporaryFolder folder;
  const Array grid = Array::full({100, 100}, 2, f64);
  save_pt(folder / "column.pt", grid.slice(1, 3, 4));
  save_pt(folder / "expanded.pt", Array::scalar(3).expand({50, 50}));
  save_pt(folder / "turned.pt", grid.transpose(0, 1));
  save_pt(folder / "empty.pt", Array::zeros({0, 4}, i8));
  const auto stored = [&](const char* name) { return detail::ZipReader((folder / name).string()).find("archive/data/0")->size; };
  EXPECT_EQ(stored("column.pt"), 800u);
  EXPECT_EQ(stored("expanded.pt"), 4u);
  EXPECT_EQ(stored("turned.pt"), 80'000u);
  EXPECT_EQ(stored("empty.pt"), 0u);
  EXPECT_EQ(load_pt(folder / "expanded.pt").array().strides(), (Shape{0, 0}));
  EXPECT_EQ(load_pt(folder / "turned.pt").array().strides(), (Shape{1, 100}));
  EXPECT_EQ(load_pt(folder / "empty.pt").array().dtype(), i8);
}

TEST(PtWrite, WritesOnceWhatIsReferredToOften) {
  const TemporaryFolder folder;
  PtValue wide = PtValue::list({Array::scalar(1)});   // 2^60 leaves
  for (int i = 0; i < 60; ++i) wide = PtValue::tuple({wide, wide});
  save_pt(folder / "x.pt", wide);
  EXPECT_LT(read_file((folder / "x.pt").string()).size(), 2000u);
  PtValue back = load_pt(folder / "x.pt");
  for (int i = 0; i < 60; ++i) back = back[1];
  EXPECT_EQ(back[0].number(), 1);
}

TEST(PtWrite, ParametersNumbersAndAllOtherValues) {
  const TemporaryFolder folder;
  PtValue many = PtValue::list({});
  for (int i = 0; i < 300; ++i) many.push_back(PtValue::parameter(Array::scalar(i), i % 2 == 0));
  const PtValue given = PtValue::dict({{"w", PtValue::parameter(Array::full({2}, 1))},
                                       {"many", many},
                                       {"again", many},
                                       {"nan", std::nan("")},
                                       {"bytes", PtValue::bytes(std::string_view("\0\xff", 2))},
                                       {"none", PtValue()},
                                       {-5, 1LL << 40},
                                       {"", false}});
  save_pt(folder / "x.pt", given);
  expect_same(load_pt(folder / "x.pt"), given);
  EXPECT_THAT(message_of([&] { save_pt(folder / "no" / "x.pt", given); }), HasSubstr("x.pt"));
}

}  // namespace gradus::pt_write_test
