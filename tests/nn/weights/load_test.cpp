// Loading by options, its report, and saving through a map.
#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/creation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/tie.h>
#include <gradus/nn/weights/load.h>

#include <message_of.h>
#include "temporary_folder.h"

namespace load_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Net {
  nn::Linear first{2, 3};
  nn::BatchNorm1d norm{3};
  nn::Dropout drop{0.5};
  nn::Linear last{3, 4};
};

struct Tied {
  nn::Embedding words{5, 2};
  nn::Linear output{2, 5, {.bias = false}};
  nn::Tie tie{words.weight, output.weight};
};

std::vector<std::string> names(const std::vector<nn::LoadReport::Entry>& entries) {
  std::vector<std::string> out;
  for (const auto& entry : entries) out.push_back(entry.name);
  return out;
}
std::string printed(const nn::LoadReport& report) {
  std::ostringstream out;
  out << report;
  return out.str();
}
std::string all_of(nn::ConstModuleRef net) {
  std::ostringstream out;
  const State state = nn::state(net);
  for (const auto& [name, array] : state.arrays) out << name << array;
  for (const auto& [name, value] : state.values) out << name << value;
  return out.str();
}

TEST(LoadWeights, WhatFitsIsLoadedAndTheRestIsReported) {
  Net net;
  State state = nn::state(Net{});
  state.arrays.erase("norm.running_var");
  state.arrays.at("last.weight") = Array::zeros({7, 3});
  state.arrays["extra"] = Array::zeros({1}, u8);
  const Net before = net;
  const nn::LoadReport report = nn::load_weights(net, state, {.strict = false});
  EXPECT_FALSE(report.complete());
  EXPECT_THAT(names(report.loaded), ElementsAre("first.bias", "first.weight", "last.bias", "norm.bias", "norm.num_batches_tracked",
                                                "norm.running_mean", "norm.weight"));
  EXPECT_THAT(names(report.missing), ElementsAre("norm.running_var"));
  EXPECT_THAT(names(report.unexpected), ElementsAre("extra"));
  EXPECT_EQ(printed(report), "loaded 7 of 9 arrays\n  missing norm.running_var [3] f32\n  unexpected extra [1] u8\n"
                             "  last.weight is [7, 3] f32 in the file but [4, 3] f32 here");
  EXPECT_EQ(net.first.weight.value().to_vector(), state.arrays.at("first.weight").to_vector());
  EXPECT_EQ(net.last.weight.value().to_vector(), before.last.weight.value().to_vector());
}

TEST(LoadWeights, StrictChangesNothingWhereItThrows) {
  Net net;
  const std::string before = all_of(net);
  State state = nn::state(Net{});
  state.arrays["extra"] = Array::zeros({1}, u8);
  state.arrays.erase("first.bias");
  const std::string message = message_of([&] { nn::load_weights(net, state); });
  EXPECT_EQ(message, "load_weights: the weights do not fit the model, which stays as it was:\n"
                     "  missing first.bias [3] f32\n  unexpected extra [1] u8");
  EXPECT_THAT(message_of([&] { nn::load_weights(net, state, {.map = {{"gone", "here"}}}); }),
              HasSubstr("the rule \"gone\" → \"here\" fits nothing"));
  EXPECT_EQ(all_of(net), before);
  EXPECT_TRUE(nn::load_weights(net, state, {.ignore = {"first.*", "ext*"}}).complete());
  EXPECT_THAT(nn::load_weights(net, state, {.ignore = {"**"}}).ignored, ElementsAre("first.bias", "extra"));
  EXPECT_THAT(message_of([&] { nn::load_weights(net, state, {.ignore = {"a**"}}); }), HasSubstr("** stands beside"));
}

TEST(LoadWeights, APrefixChoosesAPart) {
  State whole;
  whole.add("model.encoder.", nn::state(Net{}));
  whole.arrays["model.head"] = Array::zeros({1});
  Net net;
  EXPECT_TRUE(nn::load_weights(net, whole, {.prefix = "model.encoder."}).complete());
  EXPECT_EQ(all_of(net), [&] { Net other; nn::load_state(other, whole.part("model.encoder.")); return all_of(other); }());
  EXPECT_THAT(message_of([&] { nn::load_weights(net, whole, {.prefix = "module.", .strict = false}); }),
              HasSubstr("no name begins with the prefix \"module.\"; there are model.encoder.first.bias, "));
}

TEST(LoadWeights, DtypesChangeOnRequest) {
  Net net;
  State wide = nn::state(net);
  for (auto& [name, array] : wide.arrays)
    if (array.dtype() == f32) array = (array.to(f64));
  const std::string message = message_of([&] { nn::load_weights(net, wide); });
  EXPECT_THAT(message, HasSubstr("\n  last.bias is [4] f64 in the file but [4] f32 here"));
  EXPECT_TRUE(nn::load_weights(net, wide, {.convert = true}).complete());
  State small = nn::state(net);
  for (auto& [name, array] : small.arrays) array = array.to(array.dtype() == f32 ? bf16 : i16);
  EXPECT_TRUE(nn::load_weights(net, small).complete());                    // these lose nothing
  EXPECT_EQ(net.last.bias.value().to_vector(), small.arrays.at("last.bias").to_vector());
  EXPECT_EQ(net.last.bias.dtype(), f32);
  small.arrays.at("first.bias") = small.arrays.at("first.bias").to(i32);
  EXPECT_THAT(message_of([&] { nn::load_weights(net, small, {.convert = true}); }), HasSubstr("first.bias is [3] i32 in the file"));
}

TEST(LoadWeights, ATiedWeightNeedsOneName) {
  for (const char* given : {"words.weight", "output.weight"}) {
    Tied net;
    State state({{given, Array::full({5, 2}, 3)}});
    const nn::LoadReport report = nn::load_weights(net, state);
    EXPECT_THAT(names(report.loaded), ElementsAre("output.weight", "words.weight"));
    EXPECT_EQ(net.output.weight.value().at({4, 1}), 3);
    EXPECT_EQ(net.words.weight.leaf(), net.output.weight.leaf());
  }
  Tied net;
  State state({{"words.weight", Array::full({5, 2}, 3)}, {"output.weight", Array::full({5, 2}, 4)}});
  const std::string before = all_of(net);
  EXPECT_THAT(message_of([&] { nn::load_weights(net, state, {.strict = false}); }), HasSubstr("two values"));
  EXPECT_THAT(names(nn::load_weights(net, State{}, {.strict = false}).missing), ElementsAre("output.weight", "words.weight"));
  state.arrays.at("output.weight") = Array::zeros({1});
  EXPECT_EQ(nn::load_weights(net, State({{"output.weight", Array::zeros({1})}}), {.strict = false}).different.size(), 1u);
  EXPECT_EQ(all_of(net), before);
}

TEST(LoadWeights, AMapGoesThroughAFileAndBack) {
  const nn::WeightMap map{{"fc.*", "first.*", {.optional = true}}, {"head.kernel", "last.weight", {.transpose = true}},
                          nn::ignored("norm.mask")};
  const TemporaryFolder folder;
  Net net, other;
  nn::save(net, folder / "net", {.map = map, .prefix = "m."});
  Safetensors file = load_safetensors(folder / "net");
  EXPECT_EQ(file.arrays.at("m.head.kernel").shape(), Shape({3, 4}));
  file.arrays["m.norm.mask"] = Array::zeros({1});
  save_safetensors(folder / "net", file);
  const nn::LoadReport report = nn::load(other, folder / "net", {.map = map, .prefix = "m."});
  EXPECT_TRUE(report.complete());
  EXPECT_THAT(report.ignored, ElementsAre("norm.mask"));
  EXPECT_EQ(all_of(other), all_of(net));
  EXPECT_THAT(message_of([&] { nn::load(other, folder / "net", {}); }), HasSubstr("net\": the weights do not fit the model"));
  EXPECT_THAT(message_of([&] { nn::load(other, folder / "absent", {}); }), HasSubstr("absent"));

  State odd = nn::state(net);
  odd.arrays.at("last.weight") = Array::zeros({4, 2});
  odd.arrays["head.kernel"] = odd.arrays.extract("last.weight").mapped();
  EXPECT_THAT(printed(nn::load_weights(other, odd, {.map = map, .strict = false})),
              HasSubstr("last.weight is [2, 4] f32 as the map makes it of head.kernel but [4, 3] f32 here"));
}

TEST(LoadWeights, AnyFormatIsReadAndTheNameChoosesWhichIsWritten) {
  const TemporaryFolder folder;
  const Net net;
  for (const char* name : {"net", "net.safetensors", "net.npz", "net.safetensors.index.json"}) {
    SCOPED_TRACE(name);
    nn::save(net, folder / name);
    Net plain, by_options, mapped;
    nn::load(plain, folder / name);
    EXPECT_TRUE(nn::load(by_options, folder / name, {.convert = true}).complete());
    EXPECT_TRUE(nn::load(mapped, folder / name, {.mapped = true}).complete());
    const bool streams = ArrayFile(folder / name).metadata().contains("drop.generator");
    EXPECT_EQ(streams, std::string(name) != "net.npz");
    for (Net* other : {&plain, &by_options, &mapped}) {
      EXPECT_EQ(other->last.weight.value().to_vector(), net.last.weight.value().to_vector());
      EXPECT_EQ(all_of(*other) == all_of(net), streams);
    }
    mapped.first.weight.set_value(Array::zeros({3, 2}));
    mapped.norm.running_mean.mutable_value().mutable_data<float>()[0] = 5;   // and the file stays as it was
    nn::load(mapped, folder / name);
    EXPECT_EQ(mapped.norm.running_mean.at({0}), 0);
  }
  EXPECT_EQ(ArrayFile(folder / "net.npz").format(), ArrayFormat::npz);
  EXPECT_EQ(ArrayFile(folder / "net").format(), ArrayFormat::safetensors);
  EXPECT_THAT(message_of([&] { nn::save(net, folder / "net.npy"); }), HasSubstr("npy"));
}

TEST(LoadWeights, SavingLeavesOutAndConverts) {
  const State out = nn::weights(Net{}, {.leave_out = {"norm.**"}, .dtype = bf16});
  EXPECT_EQ(out.arrays.size(), 4u);
  EXPECT_EQ(out.arrays.at("last.weight").dtype(), bf16);
  EXPECT_THROW(nn::weights(Net{}, {.dtype = i64}), DtypeError);
  EXPECT_THAT(message_of([] { nn::weights(Net{}, {.map = {{"last.weight", "first.weight"}}}); }), HasSubstr("last.weight has two sources"));
}

}  // namespace load_test
