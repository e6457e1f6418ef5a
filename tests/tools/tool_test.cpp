// bin/gradus from outside: what it prints, what it writes, its exit codes.
#include <tools/run_tool.h>

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/state/state.h>
#include <temporary_folder.h>

namespace gradus::tool_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using tool_testing::Outcome;
using tool_testing::run_tool;

constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

std::string save(const TemporaryFolder& folder, const char* name, std::map<std::string, Array> arrays,
                 std::map<std::string, std::string> metadata = {}) {
  const std::string file = (folder / name).string();
  save_safetensors(file, {std::move(arrays), std::move(metadata)});
  return file;
}

void expect_trouble(const std::vector<std::string>& words, std::initializer_list<const char*> parts) {
  const Outcome o = run_tool(words);
  EXPECT_EQ(o.code, 2) << o.out;
  EXPECT_THAT(o.out, IsEmpty());
  EXPECT_THAT(o.err, AllOf(StartsWith("gradus"), EndsWith("\n")));
  EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
  for (const char* part : parts) EXPECT_THAT(o.err, HasSubstr(part));
}

TEST(Tool, SaysWhatItCanDo) {
  EXPECT_THAT(run_tool({"--help"}).out, AllOf(HasSubstr("inspect"), HasSubstr("convert"), HasSubstr("diff"), HasSubstr("Exit code")));
  EXPECT_EQ(run_tool({"--help"}).code, 0);
  EXPECT_THAT(run_tool({"--version"}).out, testing::MatchesRegex("gradus [0-9.]+\n"));
  for (const char* command : {"inspect", "convert", "diff", "watch"}) {
    const Outcome o = run_tool({command, "--help"});
    EXPECT_EQ(o.code, 0);
    EXPECT_THAT(o.out, AllOf(StartsWith(std::string("usage: gradus ") + command), HasSubstr("Exit code")));
  }
  const Outcome none = run_tool({});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.out, IsEmpty());
}

TEST(Tool, WatchDrawsTheCurvesOfALog) {
  const TemporaryFolder folder;
  const std::string here = folder.path().string();
  expect_trouble({"watch", here}, {"neither log.jsonl nor log.csv"});
  folder.write("log.csv", "");
  EXPECT_THAT(run_tool({"watch", here}).out, HasSubstr("nothing is logged yet"));
  std::string log;
  for (int step = 1; step <= 9; ++step)
    log += "{\"step\":" + std::to_string(step) + ",\"batch_loss\":" + std::to_string(1.0 / step) + ",\"lr\":0.5,\"epoch\":2}\n";
  folder.write("log.jsonl", log + "{\"step\":10,\"ba");   // in the middle of a row; before log.csv
  const Outcome o = run_tool({"watch", here, "--once"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, AllOf(HasSubstr("loss\n"), HasSubstr("batch_loss"), HasSubstr("lr"), EndsWith("epoch 2, step 9\n")));
  EXPECT_LT(o.out.find("loss"), o.out.find("lr"));
  EXPECT_THAT(run_tool({"watch", here, "--names", "loss"}).out, AllOf(HasSubstr("batch_loss"), Not(HasSubstr("lr"))));
  expect_trouble({"watch", here + "/none"}, {"gradus: cannot open", "none\": No such file or directory"});
  expect_trouble({"watch", here, "--every", "0"}, {"every must lie in"});
  expect_trouble({"watch", folder.write("log", "{\"loss\":1}\n").string()}, {"line 1", "no step"});
}

TEST(Tool, MisuseIsOneLineWithAHint) {
  const TemporaryFolder folder;
  const std::string a = save(folder, "a.safetensors", {{"w", Array::zeros({2})}});
  expect_trouble({"inspekt", a}, {"did you mean \"inspect\"?"});
  expect_trouble({"inspect"}, {"wants FILE", "--help"});
  expect_trouble({"inspect", a, a}, {"wants FILE", "--help"});
  expect_trouble({"inspect", a, "--statistic"}, {"did you mean \"statistics\"?"});
  expect_trouble({"inspect", a, "--name"}, {"--name wants a value"});
  expect_trouble({"inspect", a, "--name", "x*"}, {"no name fits \"x*\""});
  expect_trouble({"inspect", folder.path().string()}, {"not a regular file"});
  expect_trouble({"inspect", (folder / "none").string()}, {"No such file"});
  expect_trouble({"diff", a}, {"wants A B"});
  expect_trouble({"diff", a, a, "--tolerance", "-1"}, {"tolerance must be finite and at least 0"});
  expect_trouble({"convert", a, (folder / "b.bin").string()}, {"its ending", ".safetensors"});
  expect_trouble({"convert", a, (folder / "b.safetensors").string(), "--dtype", "f12"}, {"no dtype \"f12\"", "bf16"});
  expect_trouble({"convert", a, (folder / "b.safetensors").string(), "--dtype", "i64"}, {"floating"});
  expect_trouble({"convert", a, (folder / "b.safetensors").string(), "--shard-size", "2 apples"}, {"no value of shard_size"});
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Tool, InspectListsAndSums) {
  const TemporaryFolder folder;
  const std::string a = save(folder, "a.safetensors",
                             {{"w", Array::from({-1.f, 0.f, 0.f, 3.f}, {2, 2})},
                              {"twin", Array::from({-1.f, 0.f, 0.f, 3.f}, {2, 2})},
                              {"ones", Array::full({2}, 1)},
                              {"more ones", Array::full({2}, 1)},
                              {"bad", Array::from({nan, infinity, -infinity, 2.f}, {4})},
                              {"empty", Array::zeros({0, 3})},
                              {"steps", Array::from(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(), 7}, {2})},
                              {"evil\x1b[2J", Array::scalar(0.5, bf16)}},
                             {{"made by", "a test"}});
  const Outcome listed = run_tool({"inspect", a});
  EXPECT_EQ(listed.code, 0);
  EXPECT_THAT(listed.err, IsEmpty());
  EXPECT_THAT(listed.out,
              AllOf(HasSubstr("a.safetensors: safetensors, 8 tensors"), HasSubstr("made by  a test"), HasSubstr("evil\\x1b[2J"),
                    HasSubstr("total: 8 tensors, 19 elements, 82 bytes\n"), Not(HasSubstr("equal bytes")), Not(HasSubstr("\x1b"))));
  const Outcome all = run_tool({"inspect", "--statistics", a});
  EXPECT_THAT(all.out, AllOf(HasSubstr("equal bytes: twin, w\n"), HasSubstr("not finite: bad (1 nan, 2 inf)\n"),
                             HasSubstr("-9223372036854775808"), HasSubstr("50.0 %"), Not(HasSubstr("more ones,"))));
  EXPECT_THAT(run_tool({"inspect", a, "--name", "w", "--name=s*"}).out,
              AllOf(HasSubstr("listed: 2 tensors, 6 elements, 32 bytes"), Not(HasSubstr("twin"))));
}

TEST(Tool, InspectAsJson) {
  const TemporaryFolder folder;
  const std::string a =
      save(folder, "a.safetensors",
           {{"w \"q\"\n", Array::from({1.0, 2.0, 4.0}, {3})}, {"bad", Array::from({nan}, {1})}, {"i", Array::full({}, -3, i8)}});
  const std::string out = run_tool({"inspect", a, "--json", "--statistics"}).out;
  EXPECT_THAT(out, StartsWith("{\n \"file\": "));
  EXPECT_THAT(out,
              HasSubstr("{\"name\": \"w \\\"q\\\"\\u000a\", \"dtype\": \"F64\", \"shape\": [3], \"elements\": 3, \"bytes\": 24, "
                        "\"statistics\": {\"min\": 1, "
                        "\"max\": 4, \"mean\": 2.3333333333333335, \"std\": 1.527525231651946"));
  EXPECT_THAT(
      out,
      HasSubstr("\"statistics\": {\"min\": null, \"max\": null, \"mean\": null, \"std\": null, \"zeros\": 0, \"nan\": 1, \"inf\": 0}"));
  EXPECT_THAT(out, HasSubstr("\"shape\": [], \"elements\": 1, \"bytes\": 1, \"statistics\": {\"min\": -3, \"max\": -3, "));
  EXPECT_THAT(out, HasSubstr("\"nonfinite\": [\n  \"bad\"\n ]"));
  EXPECT_THAT(out, EndsWith("\n}\n"));
  EXPECT_THAT(run_tool({"inspect", save(folder, "none.safetensors", {}), "--json"}).out, HasSubstr("\"tensors\": [],"));
}

TEST(Tool, InspectKnowsCheckpoints) {
  const TemporaryFolder folder;
  Generator g(3);
  const std::string file = (folder / "run.safetensors").string();
  save_state(file, sum_of_states({{"generator", g}}));
  EXPECT_THAT(run_tool({"inspect", file}).out, AllOf(HasSubstr("a checkpoint of gradus: generator\n"), HasSubstr("generator.seed")));
  const std::string other = save(folder, "b.safetensors", {{"w", Array::zeros({1})}}, {{"parts", "model"}});
  EXPECT_THAT(run_tool({"inspect", other}).out, Not(HasSubstr("a checkpoint")));
}

// The deviation is PyTorch's also where squares leave the range of double.
TEST(Tool, InspectOfExtremes) {
  const TemporaryFolder folder;
  const std::string a =
      save(folder, "a.safetensors", {{"x", Array::from({1e300, -1e300}, {2})}, {"y", Array::from({1e-300, 3e-300}, {2})}});
  const std::string out = run_tool({"inspect", a, "--statistics", "--json"}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("\"mean\": 0, \"std\": 1.414213562373095"), HasSubstr("\"mean\": 2e-300, \"std\": 1.41421356237309")));
}

TEST(Tool, OutputThatCannotBeWrittenIsTrouble) {
  const TemporaryFolder folder;
  const std::string a = save(folder, "a.safetensors", {{"w", Array::zeros({2})}});
  const Outcome full = run_tool({"inspect", a}, "/dev/full"), broken = run_tool({"inspect", a}, "|");
  EXPECT_EQ(full.code, 2);
  EXPECT_THAT(full.err, HasSubstr("cannot write to standard output"));
  EXPECT_EQ(broken.code, 2);
}

TEST(Tool, DiffNamesWhatDiffers) {
  const TemporaryFolder folder;
  const std::string a = save(folder, "a.safetensors",
                             {{"same", Array::from({nan, 1.f}, {2})},
                              {"near", Array::from({1.f, 100.f}, {2})},
                              {"shape", Array::zeros({2})},
                              {"dtype", Array::full({2}, 1)},
                              {"old", Array::zeros({1})}});
  const std::string b = save(folder, "b.safetensors",
                             {{"same", Array::from({nan, 1.f}, {2})},
                              {"near", Array::from({1.f, 100.5f}, {2})},
                              {"shape", Array::zeros({2, 1})},
                              {"dtype", Array::full({2}, 1, f64)},
                              {"new", Array::zeros({1})}});
  const Outcome same = run_tool({"diff", a, a});
  EXPECT_EQ(same.code, 0);
  EXPECT_THAT(same.out, HasSubstr("equal: 5 tensors in both\n"));
  const Outcome o = run_tool({"diff", a, b});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.out,
              AllOf(HasSubstr("only in A"), HasSubstr("only in B"), HasSubstr("[2] and [2, 1]"), HasSubstr("f32 and f64"), HasSubstr("0.5"),
                    HasSubstr("0.00498"), HasSubstr("different: 4 tensors in both, 5 differences\n"), Not(HasSubstr("same"))));
  const std::vector<std::string> rest{"--any-dtype", "--drop", "shape", "--rename", "old=new"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), rest.begin(), rest.end());
    return run_tool(words).code;
  };
  EXPECT_EQ(with({"diff", a, b}), 1);
  EXPECT_EQ(with({"diff", a, b, "--tolerance", "0.5"}), 0);
  EXPECT_EQ(with({"diff", a, b, "--tolerance", "0.49"}), 1);
  EXPECT_EQ(with({"diff", a, b, "--relative", "0.005"}), 0);
  EXPECT_EQ(with({"diff", a, b, "--relative", "0.004"}), 1);
  const std::string json = run_tool({"diff", a, b, "--json"}).out;
  EXPECT_THAT(json, AllOf(HasSubstr("\"equal\": false"),
                          HasSubstr("{\"name\": \"near\", \"what\": \"values\", \"elements\": 1, \"absolute\": 0.5, ")));
  expect_trouble({"diff", a, (folder / "none").string()}, {"No such file"});
}

TEST(Tool, DiffSeesNumbersThatDoubleCannotTellApart) {
  const TemporaryFolder folder;
  const auto of = [&](const char* name, std::int64_t x) {
    return save(folder, name, {{"n", Array::from(std::vector<std::int64_t>{x}, {1})}});
  };
  const std::string a = of("a.safetensors", (std::int64_t{1} << 53) + 1), b = of("b.safetensors", std::int64_t{1} << 53);
  EXPECT_EQ(run_tool({"diff", a, b}).code, 1);
  const std::string x = save(folder, "x.safetensors", {{"n", Array::from({nan, infinity}, {2})}}),
                    y = save(folder, "y.safetensors", {{"n", Array::from({1.f, -infinity}, {2})}});
  EXPECT_EQ(run_tool({"diff", x, y, "--tolerance", "1e300", "--relative", "1e300"}).code, 1);
}

TEST(Tool, ConvertRenamesRoundsAndDrops) {
  const TemporaryFolder folder;
  const std::string a = save(folder, "a.safetensors",
                             {{"encoder.0.w", Array::from({1.f, 1.00001f, 1e6f}, {3})},
                              {"encoder.1.w", Array::zeros({0, 2})},
                              {"steps", Array::full({}, 3, i64)},
                              {"mask", Array::full({2}, 1, boolean)}},
                             {{"k", "v"}});
  const std::string b = (folder / "b.safetensors").string();
  const Outcome o =
      run_tool({"convert", a, b, "--dtype", "f16", "--rename", "encoder.*.w=blocks.*.weight", "--drop=ma*", "--prefix", "m."});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, AllOf(HasSubstr("F32 -> f16: 2 tensors"), HasSubstr("now infinite: m.blocks.0.weight, 1 element")));
  const Safetensors read = load_safetensors(b);
  ASSERT_EQ(read.arrays.size(), 3u);
  EXPECT_EQ(read.metadata.at("k"), "v");
  EXPECT_THAT(read.arrays.at("m.blocks.0.weight").to_vector(), ElementsAre(1, 1, std::numeric_limits<double>::infinity()));
  EXPECT_EQ(read.arrays.at("m.blocks.1.weight").shape(), (Shape{0, 2}));
  EXPECT_EQ(read.arrays.at("m.steps").dtype(), i64);
  // The bytes are those of the library's own writer.
  const std::string c = (folder / "c.safetensors").string();
  EXPECT_EQ(run_tool({"convert", a, c}).code, 0);
  EXPECT_EQ(read_file(a), read_file(c));
}

TEST(Tool, ConvertRefusesBeforeItWrites) {
  const TemporaryFolder folder;
  const std::string a = save(folder, "a.safetensors", {{"x", Array::zeros({2})}, {"y", Array::zeros({2})}}), before = read_file(a);
  const std::string b = (folder / "b.safetensors").string();
  std::filesystem::create_hard_link(a, folder / "link.safetensors");
  expect_trouble({"convert", a, a}, {"never written to"});
  expect_trouble({"convert", a, (folder / "link.safetensors").string()}, {"never written to"});
  expect_trouble({"convert", a, b, "--rename", "*=z"}, {"two tensors would be named \"z\"", "x and y"});
  expect_trouble({"convert", a, b, "--rename", "q*=z*"}, {"\"q*\" fits no name"});
  expect_trouble({"convert", a, b, "--rename", "x=*"}, {"the stars of the old one"});
  expect_trouble({"convert", a, b, "--rename", "x"}, {"OLD=NEW"});
  expect_trouble({"convert", a, b, "--drop", "x**"}, {"**"});
  expect_trouble({"convert", a, b, "--drop", "q"}, {"\"q\" fits no name"});
  expect_trouble({"convert", a, b, "--rename", "x=__metadata__"}, {"__metadata__", "--rename"});
  expect_trouble({"convert", a, (folder / "none" / "b.safetensors").string()}, {"No such file"});
  EXPECT_EQ(folder.files(), 2u);
  EXPECT_EQ(read_file(a), before);
}

TEST(Tool, ConvertInShards) {
  const TemporaryFolder folder;
  const std::string a =
      save(folder, "a.safetensors", {{"u", Array::full({100}, 1)}, {"v", Array::full({100}, 2)}, {"w", Array::full({1}, 3)}});
  const Outcome o = run_tool({"convert", a, (folder / "b.safetensors").string(), "--shard-size", "404B"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(load_safetensors(folder / "b-00001-of-00002.safetensors").arrays, ElementsAre(testing::Key("u")));
  EXPECT_THAT(load_safetensors(folder / "b-00002-of-00002.safetensors").arrays, ElementsAre(testing::Key("v"), testing::Key("w")));
  EXPECT_THAT(read_file(folder / "b.safetensors.index.json"),
              AllOf(HasSubstr("\"total_size\": 804"), HasSubstr("\"v\": \"b-00002-of-00002.safetensors\"")));
  EXPECT_FALSE(std::filesystem::exists(folder / "b.safetensors"));
}

}  // namespace gradus::tool_test
