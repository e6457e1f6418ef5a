// Saving and loading: round trips, and states that do not fit.
#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/state.h>

#include <message_of.h>
#include "temporary_folder.h"

namespace state_test {

using namespace gradus;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;

struct Net {
  nn::Conv2d conv{1, 2, {.kernel = 2}};
  nn::BatchNorm2d norm{2};
  nn::Linear fc{2, 3};
  Tensor operator()(const Tensor& x) const { return fc(mean(norm(conv(x)), {2, 3})); }
};

void expect_same(const nn::State& a, const nn::State& b) {
  ASSERT_EQ(a.arrays.size(), b.arrays.size());
  for (const auto& [name, value] : a.arrays) {
    ASSERT_TRUE(b.arrays.contains(name)) << name;
    EXPECT_EQ(value.to_vector(), b.arrays.at(name).to_vector()) << name;
    EXPECT_EQ(value.dtype(), b.arrays.at(name).dtype()) << name;
  }
}

TEST(State, HasPyTorchsNames) {
  const Net net;
  std::vector<std::string> names;
  for (const auto& [name, value] : nn::state(net).arrays) names.push_back(name);
  EXPECT_THAT(names, ElementsAreArray({"conv.bias", "conv.weight", "fc.bias", "fc.weight", "norm.bias", "norm.num_batches_tracked",
                                       "norm.running_mean", "norm.running_var", "norm.weight"}));
}

TEST(State, IsASnapshot) {
  Net net;
  const nn::State before = nn::state(net);
  net(randn({4, 1, 3, 3}));                             // moves the running statistics
  net.fc.bias.set_value(Array::full({3}, 9));
  EXPECT_EQ(before.arrays.at("norm.num_batches_tracked").item(), 0);
  EXPECT_EQ(before.arrays.at("norm.running_mean").to_vector(), (std::vector<double>{0, 0}));
  EXPECT_NE(before.arrays.at("fc.bias").at({0}), 9);
  EXPECT_EQ(nn::state(net).arrays.at("norm.num_batches_tracked").item(), 1);
}

TEST(State, SmallFloatsAndShortNumbersAreWidened) {
  const TemporaryFolder folder;
  Net net, other;
  for (const Dtype d : {f16, bf16}) {
    nn::State small = nn::state(net);
    for (auto& [name, value] : small.arrays) value = value.to(value.dtype() == f32 ? d : i16);
    nn::load_state(other, small);
    EXPECT_EQ(other.fc.weight.dtype(), f32);
    EXPECT_EQ(other.fc.weight.value().to_vector(), small.arrays.at("fc.weight").to_vector());
    EXPECT_EQ(nn::state(other).arrays.at("norm.num_batches_tracked").dtype(), i64);
    save_safetensors(folder / "small", {.arrays = small.arrays, .metadata = {}});
    nn::load(other, folder / "small");
    EXPECT_EQ(other.conv.weight.value().to_vector(), small.arrays.at("conv.weight").to_vector());
  }
  nn::State whole = nn::state(net);
  whole.arrays.at("fc.bias") = whole.arrays.at("fc.bias").to(i32);
  EXPECT_THAT(message_of([&] { nn::load_state(net, whole); }), HasSubstr("\n  fc.bias is [3] i32 in the state but [3] f32 here"));
}

TEST(State, GoesThroughAFileAndBack) {
  const TemporaryFolder folder;
  Net net, other;
  net(randn({4, 1, 3, 3}));
  nn::save(net, folder / "net.safetensors");
  const Parameters held = nn::parameters(other);
  nn::load(other, folder / "net.safetensors");
  expect_same(nn::state(net), nn::state(other));
  EXPECT_EQ(nn::parameters(other)[0].leaf.get(), held[0].leaf.get());
  nn::eval(net);
  nn::eval(other);
  const Tensor x = randn({2, 1, 3, 3});
  EXPECT_EQ(net(x).value().to_vector(), other(x).value().to_vector());
}

TEST(State, LoadedModelsAreIndependentOfTheState) {
  Net net;
  nn::State state = nn::state(Net{});
  nn::load_state(net, state);
  state.arrays.at("fc.bias").mutable_data<float>()[0] = 100;
  state.arrays.at("norm.running_mean").mutable_data<float>()[0] = 100;
  EXPECT_NE(net.fc.bias.value().at({0}), 100);
  EXPECT_NE(net.norm.running_mean.at({0}), 100);
}

TEST(State, ViewsLoadAsTheirElements) {
  nn::Linear fc{2, 3};
  nn::State state = nn::state(fc);
  state.arrays.at("weight") = Array::from({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}, {2, 3}).transpose(0, 1);
  nn::load_state(fc, state);
  EXPECT_EQ(fc.weight.value().to_vector(), (std::vector<double>{1, 4, 2, 5, 3, 6}));
  EXPECT_TRUE(fc.weight.value().contiguous());
}

TEST(State, AMisfitListsEverythingAndChangesNothing) {
  Net net;
  const nn::State before = nn::state(net);
  nn::State state = nn::state(Net{});
  state.arrays.erase("conv.bias");
  state.arrays.erase("norm.running_var");
  state.arrays.emplace("fc2.weight", Array::zeros({7, 3}));
  state.arrays.at("fc.weight") = Array::zeros({3, 5});
  state.arrays.at("norm.weight") = Array::zeros({2}, f64);
  state.arrays.at("norm.num_batches_tracked") = Array::zeros({1}, f32);
  const std::string message = message_of([&] { nn::load_state(net, state); });
  EXPECT_THAT(message, HasSubstr("load_state: the state does not fit the model, which stays as it was:"));
  EXPECT_THAT(message, HasSubstr("\n  missing conv.bias [2] f32"));
  EXPECT_THAT(message, HasSubstr("\n  missing norm.running_var [2] f32"));
  EXPECT_THAT(message, HasSubstr("\n  unexpected fc2.weight [7, 3] f32"));
  EXPECT_THAT(message, HasSubstr("\n  fc.weight is [3, 5] f32 in the state but [3, 2] f32 here"));
  EXPECT_THAT(message, HasSubstr("\n  norm.weight is [2] f64 in the state but [2] f32 here"));
  EXPECT_THAT(message, HasSubstr("\n  norm.num_batches_tracked is [1] f32 in the state but [] i64 here"));
  EXPECT_THAT(message, HasSubstr("nn::to(net, f64)"));
  EXPECT_THAT(message, Not(HasSubstr("fc.bias")));
  expect_same(nn::state(net), before);
}

TEST(State, OfAnotherModelIsRefused) {
  nn::Linear with{2, 3}, without{2, 3, {.bias = false}};
  EXPECT_THAT(message_of([&] { nn::load_state(with, nn::state(without)); }), HasSubstr("missing bias [3] f32"));
  EXPECT_THAT(message_of([&] { nn::load_state(without, nn::state(with)); }), HasSubstr("unexpected bias [3] f32"));
  EXPECT_THAT(message_of([&] { nn::load_state(with, {}); }), HasSubstr("missing weight [3, 2] f32"));
}

TEST(State, FileErrorsNameTheFile) {
  const TemporaryFolder folder;
  nn::Linear fc{2, 3};
  EXPECT_THROW(nn::load(fc, folder / "absent.safetensors"), FileError);
  nn::save(nn::Linear{2, 4}, folder / "four.safetensors");
  EXPECT_THAT(message_of([&] { nn::load(fc, folder / "four.safetensors"); }), HasSubstr("four.safetensors"));
}

}  // namespace state_test
