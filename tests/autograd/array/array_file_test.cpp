#include <gradus/autograd/array/formats/array_file.h>

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/array/formats/sharded.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::array_file_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::map<std::string, Array> arrays{{"a", Array::full({200, 100}, 2, f32)},
                                          {"b.weight", Array::from({1., 2., 3.}, {3})},
                                          {"c", Array::from({1, 2}, {2, 1})}};

TEST(ArrayFile, TheContentTellsTheFormat) {
  const TemporaryFolder folder;
  save_arrays(folder / "x.safetensors", arrays);
  save_arrays(folder / "x.npz", arrays);
  save_arrays(folder / "c.npz", arrays, {.compressed = true});
  save_arrays(folder / "x.npy", {{"b", arrays.at("b.weight")}});
  save_arrays(folder / "x.safetensors.index.json", arrays, {.max_shard_bytes = 100});
  const auto format = [&](const char* name) {
    std::filesystem::copy_file(folder / name, folder / "nameless", std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(array_format(folder / "nameless"), ArrayFile(folder / "nameless").format());
    return name_of(ArrayFile(folder / "nameless").format());
  };
  EXPECT_EQ(format("x.safetensors"), "safetensors");
  EXPECT_EQ(format("x.npz"), "npz");
  EXPECT_EQ(format("c.npz"), "npz");
  EXPECT_EQ(format("x.npy"), "npy");
  EXPECT_EQ(format("x.safetensors.index.json"), "sharded safetensors");
  save_arrays(folder / "x.pt", arrays);
  EXPECT_EQ(array_format(folder / "x.pt"), ArrayFormat::pt);
  folder.write("text", "no arrays");
  EXPECT_EQ(array_format(folder / "text"), std::nullopt);
  for (const std::string name : {"x.safetensors", "x.npz", "c.npz", "x.safetensors.index.json"}) {
    const ArrayFile file(folder / name);
    EXPECT_EQ(file.entries().size(), 3u) << name;
    EXPECT_EQ(file.entry("a").loads_as, f32);
    EXPECT_EQ(file.entry("a").bytes, 80'000u);
    EXPECT_EQ(file.entry("a").dtype, name.find("npz") == std::string::npos ? "F32" : "<f4");
    EXPECT_THAT(file.entry("c").shape, ElementsAre(2, 1));
    EXPECT_TRUE(file.contains("b.weight"));
    EXPECT_FALSE(file.contains("b"));
    EXPECT_THAT(message_of([&] { file.load("b"); }), HasSubstr("has no array 'b'"));
    for (const bool map : {false, true}) {
      const auto all = load_arrays(folder / name, {.map = map, .floating = f64});
      for (const auto& [key, a] : arrays) {
        EXPECT_EQ(all.at(key).dtype(), is_floating(a.dtype()) ? f64 : a.dtype()) << name;
        EXPECT_EQ(all.at(key).to_vector(), a.to_vector()) << name;
      }
    }
  }
  EXPECT_THAT(load_arrays(folder / "x.npy").at("arr_0").to_vector(), ElementsAre(1, 2, 3));
}

TEST(ArrayFile, MetadataIsThatOfTheFile) {
  const TemporaryFolder folder;
  for (const std::string name : {"x.safetensors", "x.safetensors.index.json"}) {
    save_arrays(folder / name, arrays, {.metadata = {{"format", "pt"}}});
    EXPECT_EQ(ArrayFile(folder / name).metadata().at("format"), "pt");
    EXPECT_EQ(ArrayFile(folder / name).metadata().size(), 1u);
  }
}

TEST(ArrayFile, SaysWhatItCannotDo) {
  const TemporaryFolder folder;
  const auto save = [&](const char* name, const SaveArraysOptions& options = {}) {
    return message_of([&] { save_arrays(folder / name, arrays, options); });
  };
  EXPECT_THAT(save("x.onnx"), HasSubstr("the name's ending chooses the format"));
  EXPECT_THAT(save("x.npy"), HasSubstr("an npy file holds one array, not 3; npz files hold several"));
  EXPECT_THAT(save("x.npz", {.metadata = {{"a", "b"}}}), HasSubstr("npz files hold no metadata"));
  EXPECT_THAT(save("x.safetensors", {.compressed = true}), HasSubstr("only npz files are compressed"));
  EXPECT_EQ(folder.files(), 0u);
  const auto load = [&](const char* name, const std::string& bytes) { return message_of([&] { load_arrays(folder.write(name, bytes)); }); };
  EXPECT_THAT(load("x", ""), HasSubstr("it begins as none of"));
  EXPECT_THAT(load("x", "\x08\x07\x12 some other format"), HasSubstr("it begins as none of"));
  EXPECT_THAT(load("x.safetensors", "\x08\x07\x12"), HasSubstr("truncated: 3 bytes"));
  EXPECT_THAT(load("x", "PK\3\4"), HasSubstr("not a zip archive"));
  EXPECT_THAT(message_of([&] { load_arrays(folder / "none"); }), HasSubstr("cannot open"));
  EXPECT_THAT(message_of([&] { load_arrays(folder.write("x", "{}"), {.floating = boolean}); }), HasSubstr("is no floating-point dtype"));
}

// Every array is the file's bytes, and nobody sees what another one writes.
TEST(Safetensors, LargeTensorsAreMapped) {
  const TemporaryFolder folder;
  const auto path = folder / "x.safetensors";
  save_arrays(path, arrays);
  SafetensorsFile file(path, {.map = true});
  Array first = file.load("a"), second = file.load("a");
  EXPECT_NE(first.raw(), second.raw());
  const Array view = first.slice(0, 10, 20);
  first.mutable_data<float>()[1000] = 5;
  EXPECT_EQ(view.at({0, 0}), 2);
  EXPECT_EQ(second.at({10, 0}), 2);
  EXPECT_EQ(load_safetensors(path).arrays.at("a").at({10, 0}), 2);
  file = SafetensorsFile(path, {.floating = f16});   // the arrays live on without it
  save_arrays(path, {{"a", Array::zeros({200, 100})}});
  EXPECT_EQ(second.at({199, 99}), 2);
  EXPECT_EQ(file.load("b.weight").dtype(), f16);
  EXPECT_EQ(file.load("c").dtype(), i64);
}

// A header whose length leaves the data where no f32 may lie.
TEST(Safetensors, WhatIsNotAlignedIsRead) {
  const TemporaryFolder folder;
  std::string header = R"({"a":{"dtype":"F32","shape":[200,100],"data_offsets":[0,80000]}})";
  header.resize(header.size() / 4 * 4 + 5, ' ');
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  const Array a = load_safetensors(folder.write("x", bytes + header + std::string(80'000, '\0')), {.map = true}).arrays.at("a");
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.raw()) % 4, 0u);
  EXPECT_EQ(a.at({199, 99}), 0);
}

TEST(ShardedSafetensors, ShardsAreFilledInTheOrderOfNames) {
  const TemporaryFolder folder;
  const auto index = folder / "m.safetensors.index.json";
  const Safetensors contents{arrays, {{"format", "pt"}}};
  save_sharded_safetensors(index, contents, {.max_shard_bytes = 79'000});   // a alone is larger
  const ShardedSafetensorsFile file(index);
  EXPECT_THAT(file.shards(), ElementsAre("m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"));
  EXPECT_EQ(file.entry("a").shard, 0u);
  EXPECT_EQ(file.entry("c").shard, 1u);
  EXPECT_THAT(file.load("b.weight").to_vector(), ElementsAre(1, 2, 3));
  EXPECT_THAT(read_file(index), HasSubstr("\"total_size\": 80040"));
  EXPECT_EQ(load_sharded_safetensors(index).metadata, contents.metadata);
  EXPECT_EQ(load_sharded_safetensors(index).arrays.size(), 3u);
  EXPECT_THAT(message_of([&] { ShardedSafetensorsFile(index, {.max_entries = 2}); }), HasSubstr("more than 2 tensors"));

  save_sharded_safetensors(index, contents);
  EXPECT_THAT(ShardedSafetensorsFile(index).shards(), ElementsAre("m-00001-of-00001.safetensors"));
  save_sharded_safetensors(folder / "e.safetensors.index.json", {});
  EXPECT_TRUE(load_sharded_safetensors(folder / "e.safetensors.index.json").arrays.empty());
  EXPECT_THAT(message_of([&] { save_sharded_safetensors(folder / "m.json", contents); }), HasSubstr("must end with"));
  EXPECT_THAT(message_of([&] { save_sharded_safetensors(index, contents, {.max_shard_bytes = 0}); }), HasSubstr("at least 1"));
}

}  // namespace gradus::array_file_test
