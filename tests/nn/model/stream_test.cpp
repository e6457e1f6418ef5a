// Streams of random numbers in models: part of the state, in memory and in files, so that training resumes bit for bit; of copies; begun
// anew.
#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/rules/adam.h>

#include <message_of.h>
#include "temporary_folder.h"

namespace stream_test {

using namespace gradus;
using ::testing::HasSubstr;

struct Block {
  nn::Linear linear{6, 6};
  nn::Dropout drop{0.3};
  Tensor operator()(const Tensor& x) const { return drop(relu(linear(x))); }
};

struct Net {
  std::vector<Block> blocks = std::vector<Block>(3);
  nn::Linear output{6, 1};
  Tensor operator()(Tensor x) const {
    for (const Block& block : blocks) x = block(x);
    return output(x);
  }
};

Tensor batch(int step) {
  Generator points(static_cast<std::uint64_t>(step));
  return randn({16, 6}, points);
}

void train(const Net& net, optim::Optimizer& optimizer, int from, int to) {
  for (int step = from; step < to; ++step) {
    const Tensor y = net(batch(step));
    optimizer.zero_grad();
    mean(y * y).backward();
    optimizer.step();
  }
}

std::vector<std::vector<double>> values(const Net& net) {
  std::vector<std::vector<double>> all;
  for (const auto& [name, value] : nn::state(net).arrays) all.push_back(value.to_vector());
  return all;
}

std::vector<double> mask(const nn::Dropout& drop) { return drop(ones({64})).value().to_vector(); }

TEST(Stream, BlocksMadeByCopyingOneDrawMasksOfTheirOwn) {
  const Block block;
  const std::vector<Block> blocks(4, block);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(mask(blocks[i].drop), mask(blocks[j].drop)) << i << " and " << j;
}

TEST(Stream, AWholeRunWithCopiesFollowsTheSeed) {
  const auto run = [](std::uint64_t seed) {
    manual_seed(seed);
    Net net;
    net.blocks = std::vector<Block>(3, Block{});
    optim::Adam adam(nn::parameters(net));
    train(net, adam, 0, 5);
    return values(net);
  };
  const auto first = run(3);
  EXPECT_EQ(first, run(3));
  EXPECT_NE(first, run(4));
}

TEST(Stream, TrainingResumesFromFilesBitForBit) {
  const TemporaryFolder folder;
  manual_seed(1);
  Net net;
  optim::Adam adam(nn::parameters(net));
  train(net, adam, 0, 4);
  const Net before_saving = net;                            // how many copies there were is part of the state
  nn::save(net, folder / "net.safetensors");
  adam.save(folder / "adam.safetensors");
  train(net, adam, 4, 8);
  const Net copy = net;

  manual_seed(2);
  Net other;
  optim::Adam again(nn::parameters(other));
  nn::load(other, folder / "net.safetensors");
  again.load(folder / "adam.safetensors");
  train(other, again, 4, 8);
  EXPECT_EQ(values(net), values(other));
  EXPECT_EQ(mask(net.blocks[1].drop), mask(other.blocks[1].drop));
  const Net other_copy = other;
  EXPECT_EQ(mask(copy.blocks[1].drop), mask(other_copy.blocks[1].drop));
}

TEST(Stream, ASnapshotOfTheStateGoesBackToTheSameMasks) {
  Net net;
  net(batch(0));
  const nn::State state = nn::state(net);
  const std::vector<double> first = net(batch(1)).value().to_vector();
  EXPECT_NE(net(batch(1)).value().to_vector(), first);
  nn::load_state(net, state);
  EXPECT_EQ(net(batch(1)).value().to_vector(), first);
}

TEST(Stream, FilesKeepPyTorchsNamesAndOlderOnesLoad) {
  const TemporaryFolder folder;
  Net net;
  nn::save(net, folder / "net.safetensors");
  const Safetensors contents = load_safetensors(folder / "net.safetensors");
  EXPECT_EQ(contents.arrays.size(), 8u);                    // weights and biases alone, as in PyTorch
  EXPECT_EQ(contents.metadata.size(), 4u);
  EXPECT_TRUE(contents.metadata.contains("blocks.2.drop.generator"));

  save_safetensors(folder / "old.safetensors", {.arrays = contents.arrays, .metadata = {{"format", "pt"}}});
  const nn::Stream::State before = net.blocks[0].drop.generator.state();
  nn::load(net, folder / "old.safetensors");
  EXPECT_EQ(net.blocks[0].drop.generator.state(), before);

  nn::Sequential<nn::Linear> plain{nn::Linear{1, 1}};       // a state may know more streams than the model has
  nn::Sequential<nn::Linear, nn::Dropout> with{nn::Linear{1, 1}, nn::Dropout{}};
  nn::load_state(plain, nn::state(with));
}

TEST(Stream, MetadataThatAreNoStreamAreRefused) {
  const TemporaryFolder folder;
  nn::Dropout drop{0.5};
  const nn::Stream::State before = drop.generator.state();
  for (const char* text :
       {"", "1 2 3", "1 2 3 4 5", "1 2 3 -4", "1 2 3 4 ", " 1 2 3 4", "1 2 3 99999999999999999999", "a b c d", "1  2 3 4"}) {
    save_safetensors(folder / "bad.safetensors", {.arrays = {}, .metadata = {{"stream:generator", text}}});
    const std::string message = message_of([&] { nn::load(drop, folder / "bad.safetensors"); });
    EXPECT_THAT(message, HasSubstr("bad.safetensors")) << text;
    EXPECT_THAT(message,
                HasSubstr(std::string("generator is \"") + text + "\", which is no stream: four numbers (seed, stream, position, copies)"))
        << text;
    EXPECT_EQ(drop.generator.state(), before);
  }
  // As older files call it.
  save_safetensors(folder / "good.safetensors", {.arrays = {}, .metadata = {{"stream:generator", "1 2 3 18446744073709551615"}}});
  nn::load(drop, folder / "good.safetensors");
  EXPECT_EQ(drop.generator.state(), (nn::Stream::State{1, 2, 3, 18446744073709551615u}));
}

TEST(Stream, ReseedGivesRunsFromOneFileMasksOfTheirOwn) {
  Net net, other;
  nn::load_state(other, nn::state(net));
  EXPECT_EQ(net(batch(0)).value().to_vector(), other(batch(0)).value().to_vector());
  manual_seed(7);
  nn::reseed(other);
  EXPECT_NE(net(batch(0)).value().to_vector(), other(batch(0)).value().to_vector());
  EXPECT_NE(mask(other.blocks[0].drop), mask(other.blocks[1].drop));
  Generator same(7);
  nn::reseed(net, same);
  manual_seed(7);
  nn::reseed(other);
  EXPECT_EQ(mask(net.blocks[1].drop), mask(other.blocks[1].drop));
}

}  // namespace stream_test
