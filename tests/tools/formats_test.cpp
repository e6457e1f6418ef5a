// bin/gradus on every format: what it lists, and what of a file comes through a conversion.
#include <tools/run_tool.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/array/formats/npz.h>
#include <gradus/autograd/array/formats/pt.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/array/formats/sharded.h>
#include <gradus/nn/onnx/internal/model_file.h>
#include <temporary_folder.h>

namespace gradus::formats_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tool_testing::Outcome;
using tool_testing::run_tool;

using Arrays = std::map<std::string, Array>;

Arrays some_arrays() {
  return {{"fc.weight", Array::from({1.f, -2.f, 3.f, 0.5f, 0.f, 6.f}, {2, 3})},
          {"fc.bias", Array::from({1.0, 2.0}, {2})},
          {"steps", Array::full({}, 7, i64)},
          {"mask", Array::full({3}, 1, boolean)},
          {"none", Array::zeros({0, 4})}};
}

void expect_same(const Arrays& a, const Arrays& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, array] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    EXPECT_EQ(array.dtype(), b.at(name).dtype()) << name;
    EXPECT_EQ(array.shape(), b.at(name).shape()) << name;
    EXPECT_EQ(array.to_vector(), b.at(name).to_vector()) << name;
  }
}

TEST(ToolFormats, ConvertsThereAndBack) {
  const TemporaryFolder folder;
  const std::string first = (folder / "a.safetensors").string();
  save_safetensors(first, {some_arrays(), {}});
  std::string before = first;
  for (const char* name : {"b.npz", "c.pt", "d.safetensors.index.json", "e.pth", "f.npz", "g.safetensors"}) {
    const std::string next = (folder / name).string();
    const Outcome o = run_tool({"convert", before, next});
    EXPECT_EQ(o.code, 0) << name << o.err;
    EXPECT_EQ(run_tool({"diff", first, next}).code, 0) << name;
    before = next;
  }
  expect_same(load_safetensors(before).arrays, some_arrays());
  expect_same(load_pt(folder / "c.pt").arrays(), some_arrays());
  expect_same(load_npz(folder / "f.npz"), some_arrays());
  EXPECT_THAT(run_tool({"inspect", (folder / "d.safetensors.index.json").string()}).out,
              HasSubstr("sharded safetensors, 1 shard, 5 tensors"));
  EXPECT_THAT(run_tool({"inspect", (folder / "b.npz").string()}).out, AllOf(HasSubstr("npz, 5 tensors"), HasSubstr("<f4")));
}

TEST(ToolFormats, WritesWhatTheLibraryWrites) {
  const TemporaryFolder folder;
  const std::string from = (folder / "a.safetensors").string();
  save_safetensors(from, {some_arrays(), {}});
  const auto bytes = [&](const char* name) { return run_tool({"diff", (folder / name).string(), from}).code; };
  EXPECT_EQ(run_tool({"convert", from, (folder / "tool.npz").string()}).code, 0);
  save_npz(folder / "library.npz", some_arrays());
  EXPECT_EQ(bytes("tool.npz"), 0);
  EXPECT_EQ(run_tool({"convert", from, (folder / "one.npy").string(), "--name"}).code, 2);
  const Outcome one =
      run_tool({"convert", from, (folder / "one.npy").string(), "--drop=fc.bias", "--drop=steps", "--drop=mask", "--drop=none"});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("lost: the name, fc.weight"));
  const Outcome nameless = run_tool({"convert", (folder / "one.npy").string(), (folder / "two.npy").string()});
  EXPECT_THAT(nameless.out, Not(HasSubstr("lost"))) << nameless.err;
  EXPECT_EQ(load_arrays(folder / "one.npy").begin()->second.to_vector(), some_arrays().at("fc.weight").to_vector());
}

TEST(ToolFormats, AShardedModelIsReplacedInOneStep) {
  const TemporaryFolder folder;
  const std::string a = (folder / "a.safetensors").string(), index = (folder / "m.safetensors.index.json").string();
  save_safetensors(a, {some_arrays(), {}});
  const auto shard = [&] { return (folder / ShardedSafetensorsFile(index).shards().front()).string(); };
  EXPECT_EQ(run_tool({"convert", a, index, "--shard-size", "20B"}).code, 0);
  const std::string first = shard();
  EXPECT_THAT(run_tool({"convert", first, index}).err, HasSubstr("a file of the input"));   // which would be removed
  EXPECT_EQ(run_tool({"convert", a, index, "--shard-size", "20B"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(first));
  EXPECT_THAT(shard(), HasSubstr("/m-r2-00001-of-"));
  EXPECT_EQ(run_tool({"diff", a, index}).code, 0);
}

TEST(ToolFormats, SaysWhatIsLost) {
  const TemporaryFolder folder;
  const std::string a = (folder / "a.safetensors").string(), b = (folder / "b.npz").string();
  save_safetensors(a, {{{"w", Array::full({2}, 1)}, {"h", Array::full({2}, 1, bf16)}}, {{"made by", "us"}}});
  const Outcome refused = run_tool({"convert", a, b});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("tensor h"), HasSubstr("bf16"), HasSubstr("--dtype f32")));
  EXPECT_FALSE(std::filesystem::exists(b));
  EXPECT_THAT(run_tool({"convert", a, b, "--dtype", "f32"}).out, AllOf(HasSubstr("BF16 -> f32: 1 tensor"), HasSubstr("lost: metadata, 1")));
  const Outcome several = run_tool({"convert", a, (folder / "b.npy").string()});
  EXPECT_THAT(several.err, AllOf(HasSubstr("holds one array, not 2"), HasSubstr(".npz")));
  EXPECT_THAT(run_tool({"convert", a, b, "--shard-size", "1GB"}).err, HasSubstr("--shard-size is for safetensors, not for npz"));
}

TEST(ToolFormats, PtHasValuesAndTies) {
  const TemporaryFolder folder;
  const Array table = Array::from({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}, {3, 2});
  PtValue model(Arrays{{"embed", table}, {"head", table}, {"row", table.slice(0, 1, 2)}, {"own", Array::full({2}, 3)}});
  const std::string a = (folder / "a.pt").string();
  save_pt(a, PtValue::dict({{"epoch", 3}, {"model", model}, {"note", "hello"}}));
  const Outcome o = run_tool({"inspect", a, "--statistics"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, AllOf(HasSubstr("pt, 4 tensors"), HasSubstr("epoch  3"), HasSubstr("note"), HasSubstr("hello"),
                           HasSubstr("share memory: model.embed, model.head, model.row\n"), Not(HasSubstr("equal bytes"))));
  EXPECT_THAT(run_tool({"inspect", a, "--json"}).out, AllOf(HasSubstr("\"epoch\": \"3\""), HasSubstr("\"storage\": ")));

  const std::string c = (folder / "c.pt").string(), s = (folder / "s.safetensors").string();
  const Outcome through = run_tool({"convert", a, c, "--rename", "model.**=**"});
  EXPECT_EQ(through.code, 0) << through.err;
  EXPECT_THAT(through.out,
              AllOf(HasSubstr("lost: that these share memory: embed row"), HasSubstr("lost: what is no tensor, 2 values, such as epoch")));
  const PtValue read = load_pt(c);
  EXPECT_EQ(read["embed"].array().raw(), read["head"].array().raw());
  EXPECT_EQ(read["row"].array().to_vector(), (std::vector<double>{3, 4}));
  EXPECT_EQ(run_tool({"diff", a, c, "--rename", "model.**=**"}).code, 0);
  EXPECT_THAT(run_tool({"convert", a, s}).out, HasSubstr("lost: that these share memory: model.embed model.head model.row"));
  EXPECT_EQ(load_safetensors(s).metadata.at("format"), "pt");
}

TEST(ToolFormats, OnnxShowsItsGraph) {
  const TemporaryFolder folder;
  nn::onnx::Model model;
  model.opsets = {{"", 17}};
  model.producer = "a test";
  model.graph.inputs = {{"x", nn::onnx::ElementType::f32, std::vector<nn::onnx::Dimension>{{"batch"}, {3}}}};
  model.graph.outputs = {{"y", nn::onnx::ElementType::f32, std::vector<nn::onnx::Dimension>{{"batch"}, {2}}}};
  model.graph.nodes.push_back(
      {.name = {}, .op_type = "Gemm", .inputs = {"x", "fc.weight", "b"}, .outputs = {"h"}, .attributes = {{"transB", 1}}});
  model.graph.nodes.push_back({.name = {}, .op_type = "Relu", .inputs = {"h"}, .outputs = {"y"}});
  model.graph.initializers = {{"fc.weight", some_arrays().at("fc.weight")}, {"b", Array::zeros({2})}};
  const std::string a = (folder / "a.onnx").string();
  nn::onnx::write_model(a, model);
  const Outcome o = run_tool({"inspect", a});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, AllOf(HasSubstr("onnx, 2 tensors"), HasSubstr("opset"), HasSubstr("17"), HasSubstr("a test"), HasSubstr("[batch, 3]"),
                           HasSubstr("Gemm  1"), HasSubstr("fc.weight")));
  const std::string b = (folder / "b.npz").string();
  EXPECT_THAT(run_tool({"convert", a, b}).out, HasSubstr("lost: the graph of operations"));
  EXPECT_EQ(run_tool({"diff", a, b}).code, 0);
  EXPECT_EQ(run_tool({"convert", b, (folder / "c.onnx").string()}).code, 2);
}

// An error of one line, or an answer, and never a crash. (The readers' own tests read all of these files; a process each would take long.)
TEST(ToolFormats, HostileFilesAreRefusedInOneLine) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(GRADUS_GOLDEN "/hostile"))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_GT(files.size(), 100u);
  for (std::size_t i = 0; i < files.size(); i += 7) {
    const Outcome o = run_tool({"inspect", files[i].string(), "--statistics"});
    EXPECT_TRUE(o.code == 0 || o.code == 2) << files[i] << " ends with " << o.code << '\n' << o.err;
    EXPECT_FALSE(o.code == 2 && o.out.empty() && o.err.empty()) << files[i];
    EXPECT_LE(std::count(o.err.begin(), o.err.end(), '\n'), 1) << files[i] << o.err;
  }
}

}  // namespace gradus::formats_test
