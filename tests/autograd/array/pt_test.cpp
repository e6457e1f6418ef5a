// Files of torch.save, tests/golden/make_pt.py: both layouts, every value and dtype; and what is not one.
#include <gradus/autograd/array/formats/pt.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>

#include <gradus/autograd/base/internal/file.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::pt_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = PtValue::Kind;

std::string golden(const std::string& name) { return GRADUS_GOLDEN "/pt/" + name + ".pt"; }

std::vector<double> range(double begin, double end, double step = 1) {
  std::vector<double> out;
  for (double x = begin; x < end; x += step) out.push_back(x);
  return out;
}

void expect_values(const PtValue& v) {
  EXPECT_TRUE(v["none"].is_none());
  EXPECT_TRUE(v["true"].boolean());
  EXPECT_FALSE(v["false"].boolean());
  std::vector<std::int64_t> ints;
  for (const PtValue& i : v["ints"].elements()) ints.push_back(i.integer());
  EXPECT_THAT(ints, ElementsAre(0, 255, 256, 65535, 65536, -1, -2147483648LL, 2147483648LL, std::numeric_limits<std::int64_t>::max(),
                                std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(v["floats"][0].number(), 0.1);
  EXPECT_TRUE(std::isinf(v["floats"][1].number()));
  EXPECT_TRUE(std::signbit(v["floats"][2].number()));
  EXPECT_EQ(v["text"].text(), "naïve \"text\"\n");
  EXPECT_EQ(v["bytes"].bytes(), (std::string_view{"\x00\x7f\x80\xff", 4}));
  EXPECT_EQ(v["bytearray"].bytes(), "ab");
  EXPECT_EQ(v["tuple"].kind(), Kind::tuple);
  EXPECT_EQ(v["tuple"][1][1].size(), 0u);
  EXPECT_EQ(v["tuple"][2][0].integer(), 3);
  EXPECT_EQ(v["set"].kind(), Kind::set);
  EXPECT_EQ(v["set"].elements().at(0).integer(), 5);
  EXPECT_EQ(v["ordered"].items().at(0).key.text(), "z");
  EXPECT_EQ(v[7].text(), "seven");
  EXPECT_TRUE(v.contains(7) && v.contains(1) && !v.contains(8) && !v.contains("7"));
  EXPECT_EQ(v[1].text(), "true");   // Python's True == 1
  EXPECT_EQ(v["size"][1].integer(), 3);
  EXPECT_EQ(v["dtype"].text(), "bfloat16");
  EXPECT_EQ(v["device"].text(), "cuda:1");
  EXPECT_EQ(v["default"]["x"][0].integer(), 1);
  EXPECT_EQ(v["counter"]["a"].integer(), 2);
  EXPECT_EQ(v["long text"].text().size(), 300u);
}

void expect_checkpoint(const PtValue& saved) {
  EXPECT_EQ(saved["epoch"].integer(), 3);
  EXPECT_EQ(saved["best"].number(), 0.25);
  EXPECT_EQ(saved["name"].text(), "Ünï");
  EXPECT_FALSE(saved["done"].boolean());
  EXPECT_EQ(saved["optimizer"]["param_groups"][0]["lr"].number(), 0.125);
  EXPECT_TRUE(saved["optimizer"]["param_groups"][0]["foreach"].is_none());
  EXPECT_EQ(saved["optimizer"]["state"][0]["step"].integer(), 1);
  EXPECT_EQ(saved["state_dict"].attributes()["_metadata"][""]["version"].integer(), 1);
  const auto arrays = saved.arrays();
  ASSERT_EQ(arrays.size(), 8u);
  EXPECT_EQ(arrays.at("state_dict.weight").shape(), (Shape{2, 3}));
  EXPECT_NEAR(arrays.at("state_dict.weight").at({1, 2}), 1.25 - 0.125, 1e-6);
  EXPECT_EQ(arrays.at("optimizer.state.1.exp_avg").dtype(), f32);
  EXPECT_NEAR(arrays.at("optimizer.state.1.exp_avg").at({0}), 0.1, 1e-7);
}

TEST(Pt, ReadsEveryValueOfEitherLayoutAndEachProtocol) {
  for (const char* name : {"values", "values_legacy", "protocol3", "protocol5"}) {
    SCOPED_TRACE(name);
    expect_values(load_pt(golden(name)));
  }
  for (const char* name : {"checkpoint", "checkpoint_legacy"}) {
    SCOPED_TRACE(name);
    expect_checkpoint(load_pt(golden(name)));
    expect_checkpoint(load_pt(golden(name), {.lazy = true}));
  }
  const auto bare = load_pt(golden("bare")).arrays();
  EXPECT_THAT(bare.at("").to_vector(), ElementsAre(0, 1, 2));
}

TEST(Pt, ReadsTensorsOfAnyStrides) {
  for (const char* name : {"tensors", "tensors_legacy", "tensors_old"}) {
    SCOPED_TRACE(name);
    const PtValue saved = load_pt(golden(name));
    const auto a = saved.arrays();
    const Array whole = Array::from(range(0, 24), {24}).to(f32), grid = whole.reshape({4, 6});
    const auto expect_same = [&](const char* key, const Array& expected) {
      EXPECT_EQ(a.at(key).shape(), expected.shape()) << key;
      EXPECT_EQ(a.at(key).dtype(), f32);
      EXPECT_EQ(a.at(key).to_vector(), expected.to_vector()) << key;
    };
    expect_same("whole", whole);
    expect_same("grid", grid);
    expect_same("transposed", grid.transpose(0, 1));
    expect_same("column", grid.slice(1, 2, 3).squeeze(1));
    expect_same("steps", grid.slice(0, 1, 4, 2).slice(1, 1, 6, 3));
    expect_same("expanded", Array::full({3, 4}, 5));
    expect_same("windows", whole.windows(0, 4, 2));
    expect_same("box", whole.reshape({2, 3, 4}).permute({2, 0, 1}));
    expect_same("scalar", Array::scalar(7));
    expect_same("empty", Array::zeros({0, 3}));
    expect_same("rank8", whole.reshape({1, 2, 1, 3, 1, 2, 1, 2}).transpose(1, 7));
    expect_same("one_row", grid.slice(0, 2, 3).transpose(0, 1));
    EXPECT_TRUE(a.at("grid").contiguous() && a.at("whole").raw() == a.at("transposed").raw() && a.at("tied").raw() == a.at("again").raw());
    EXPECT_TRUE(saved["tied"].is_parameter() && saved["tied"].requires_grad() && saved["needs"].requires_grad());
    EXPECT_FALSE(saved["needs"].is_parameter() || saved["whole"].requires_grad());
    Array changed = a.at("whole");   // what others share is copied first
    changed.mutable_data<float>()[0] = 100;
    expect_same("grid", grid);
  }
}

TEST(Pt, ReadsEveryDtype) {
  for (const char* name : {"dtypes", "dtypes_legacy", "dtypes_big_endian"}) {
    SCOPED_TRACE(name);
    const PtValue saved = load_pt(golden(name), {.lazy = true});
    EXPECT_EQ(saved.size(), 18u);
    for (const auto& [key, tensor] : saved.leaves()) {
      EXPECT_EQ(tensor.dtype(), key);
      const Dtype ours = tensor.loads_as();
      EXPECT_EQ(tensor.array().dtype(), ours);
      const bool whole = ours == i64 || ours == i32 || ours == i16 || ours == i8 || ours == u8;
      if (ours == boolean)
        EXPECT_THAT(tensor.array().to_vector(), ElementsAre(0, 1, 1, 1, 1));
      else if (key == "float8_e8m0fnu")
        EXPECT_THAT(tensor.array().to_vector(), ElementsAre(1, 1, 0.5, 2, 64));
      else
        EXPECT_THAT(tensor.array().to_vector(), ElementsAre(0, 1, whole ? 0 : 0.5, 2, 112)) << key;
    }
    EXPECT_EQ(saved["bfloat16"].loads_as(), bf16);
    EXPECT_EQ(saved["uint16"].loads_as(), i64);
    EXPECT_EQ(saved["float8_e5m2"].loads_as(), f32);
  }
}

TEST(Pt, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  for (const char* name : {"bare", "checkpoint_legacy"}) {   // some 3000 lengths
    const std::string bytes = read_file(golden(name));
    for (std::size_t n = 0; n < bytes.size(); ++n)
      EXPECT_THROW(load_pt(folder.write("x", bytes.substr(0, n))), FileError) << name << " at " << n << " of " << bytes.size() << " bytes";
  }
}

// A changed byte changes a name or a value, or the file is refused; in the zip layout it is always refused, by its sum, or is none of what
// is read.
TEST(Pt, NoChangedByteBreaksTheReader) {
  const TemporaryFolder folder;
  int loaded = 0, refused = 0;
  for (const char* name : {"bare", "values_legacy"}) {
    const std::string bytes = read_file(golden(name));
    for (std::size_t at = 0; at < bytes.size(); ++at)
      for (const char c : {'\0', 'R', 'h', static_cast<char>(bytes[at] ^ 1)}) {
        if (bytes[at] == c) continue;
        std::string changed = bytes;
        changed[at] = c;
        try {
          load_pt(folder.write("x", changed)).arrays();
          ++loaded;
        } catch (const FileError&) {
          ++refused;
        } catch (const ValueError&) {   // two values of one name
          ++refused;
        }
      }
  }
  EXPECT_GT(loaded, 500);
  EXPECT_GT(refused, 2000);
}

TEST(Pt, IsATreeToAskAndToBuild) {
  PtValue tree = PtValue::dict({{"epoch", 3}, {"nested", PtValue::list({1, 2.5, "x", PtValue()})}, {0, true}, {"w", Array::scalar(2)}});
  const PtValue before = tree;
  tree.set("epoch", 4);
  tree.set("more", PtValue::tuple({tree["epoch"]}));
  EXPECT_EQ(before["epoch"].integer(), 3);
  EXPECT_EQ(tree["more"][0].integer(), 4);
  EXPECT_EQ(before.size(), 4u);
  EXPECT_EQ(tree["nested"][1].path(), "nested.1");
  EXPECT_EQ(tree["w"].number(), 2);
  EXPECT_EQ(tree["nested"].elements().at(2).path(), "nested.2");
  const auto leaves = tree.leaves();
  EXPECT_EQ(leaves.at("nested.2").text(), "x");
  EXPECT_EQ(leaves.at("w").written(), "tensor [] float32");
  EXPECT_EQ(leaves.at("nested.1").written(), "2.5");
  EXPECT_EQ(message_of([&] { tree["nested"][1].array(); }), "pt: nested.1 is a float, not a tensor");
  EXPECT_EQ(message_of([&] { tree["epoc"]; }), "pt: the dict has no \"epoc\"; it has epoch, nested, 0, w, more");
  EXPECT_EQ(message_of([&] { tree["nested"][4]; }), "pt: nested, a list of 4, has no 4");
  EXPECT_EQ(message_of([&] { tree["epoch"]["x"]; }), "pt: epoch is an int, not a dict");
  EXPECT_THROW(tree.set(PtValue::list({}), 1), ValueError);
  EXPECT_THROW(tree.push_back(1), ValueError);
  EXPECT_THROW(PtValue(std::numeric_limits<std::uint64_t>::max()), ValueError);
  EXPECT_THAT(message_of([] { PtValue::dict({{"a.b", 1}, {"a", PtValue::dict({{"b", 1}})}}).leaves(); }),
              HasSubstr("two values are called a.b"));
  PtValue deep = PtValue::list({});
  for (int i = 0; i < PtValue::max_depth; ++i) deep = PtValue::list({deep});
  EXPECT_THROW(PtValue::list({deep}), ValueError);
  PtValue wide = PtValue::list({1});   // 2^60 leaves
  for (int i = 0; i < 60; ++i) wide = PtValue::list({wide, wide});
  EXPECT_THAT(message_of([&] { wide.leaves(); }), HasSubstr("pt: more than 1000000 leaves"));
  tree.set("self", tree);   // a copy
  EXPECT_EQ(tree["self"].size(), 5u);
}

}  // namespace gradus::pt_test
