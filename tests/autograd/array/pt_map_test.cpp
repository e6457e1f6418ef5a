// .pt files, mapped, opened lazily, and as ArrayFile sees them.
#include <gradus/autograd/array/formats/pt.h>

#include <gmock/gmock.h>

#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/base/internal/file.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::pt_map_test {

using ::testing::HasSubstr;

TEST(PtMap, MappedTensorsAreEqualAndSharedOnesStayShared) {
  const TemporaryFolder folder;
  const std::string file = (folder / "x.pt").string();
  Array large({300, 100}, f32);
  for (std::int64_t i = 0; i < large.size(); ++i) large.mutable_data<float>()[i] = static_cast<float>(i);
  save_pt(file, std::map<std::string, Array>{
                    {"large", large}, {"turned", large.transpose(0, 1)}, {"row", large.slice(0, 7, 8)}, {"small", Array::scalar(3)}});
  const std::string bytes = read_file(file);
  for (const bool lazy : {false, true}) {
    auto arrays = load_pt(file, {.map = true, .lazy = lazy}).arrays();
    EXPECT_EQ(arrays.at("large").to_vector(), large.to_vector());
    EXPECT_EQ(arrays.at("turned").to_vector(), large.transpose(0, 1).to_vector());
    EXPECT_EQ(arrays.at("row").to_vector(), large.slice(0, 7, 8).to_vector());
    EXPECT_EQ(arrays.at("small").item(), 3);
    EXPECT_EQ(arrays.at("large").raw(), arrays.at("turned").raw());
    arrays.at("large").mutable_data<float>()[0] = 100;   // neither the others nor the file
    EXPECT_EQ(arrays.at("turned").at({0, 0}), 0);
    EXPECT_EQ(read_file(file), bytes);
  }
}

TEST(PtMap, ALazyFileIsReadWhenItIsAskedFor) {
  const TemporaryFolder folder;
  const std::string golden = GRADUS_GOLDEN "/pt/tensors.pt";
  std::string bytes = read_file(golden);
  const float third = 2;   // an element of storage 0, found by its bytes
  const std::size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&third), 4), bytes.find("data/0"));
  ASSERT_NE(at, bytes.npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  const std::string file = folder.write("damaged.pt", bytes).string();
  EXPECT_THAT(message_of([&] { load_pt(file); }), HasSubstr("damaged.pt\": storage \"0\": "));
  const PtValue saved = load_pt(file, {.lazy = true});
  EXPECT_EQ(saved["tied"].array().at({1, 1}), 0.5);   // another storage
  EXPECT_THAT(message_of([&] { saved["grid"].array(); }), HasSubstr("storage \"0\": "));
}

TEST(PtMap, AnArrayFileHasItsTensorsAndTheRestAsTexts) {
  const TemporaryFolder folder;
  const ArrayFile file(GRADUS_GOLDEN "/pt/checkpoint.pt", {.floating = f64});
  EXPECT_EQ(file.format(), ArrayFormat::pt);
  EXPECT_EQ(file.entries().size(), 8u);
  EXPECT_EQ(file.entry("state_dict.weight").dtype, "torch.float32");
  EXPECT_EQ(file.entry("state_dict.weight").bytes, 24u);
  EXPECT_EQ(file.load("state_dict.bias").dtype(), f64);
  EXPECT_EQ(file.metadata().at("epoch"), "3");
  EXPECT_EQ(file.metadata().at("optimizer.param_groups.0.lr"), "0.125");
  EXPECT_EQ(load_arrays(GRADUS_GOLDEN "/pt/values_legacy.pt").size(), 0u);
  save_arrays((folder / "x.pth").string(), {{"a.b", Array::full({2}, 4)}});
  EXPECT_EQ(load_arrays((folder / "x.pth").string()).at("a.b").at({1}), 4);
}

}  // namespace gradus::pt_map_test
