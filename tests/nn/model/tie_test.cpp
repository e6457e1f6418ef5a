// One weight in several places: copies of the model, moves, optimizers, counts, files and the summary see one.
#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/nn/model/tie.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/rules/sgd.h>

#include <message_of.h>
#include "temporary_folder.h"
#include "nn/names.h"

namespace tie_test {

using namespace gradus;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

struct Net {
  nn::Embedding words{5, 3};
  nn::Linear hidden{3, 3};
  nn::Linear output{3, 5, {.bias = false}};
  nn::Tie tied{words.weight, output.weight};
  Tensor operator()(const Tensor& i) const { return output(tanh(hidden(words(i)))); }
};

const Leaf* leaf(const Parameter& p) { return p.leaf().get(); }
void expect_tied(const Net& net) { EXPECT_EQ(leaf(net.words.weight), leaf(net.output.weight)); }

Tensor some_words() { return tensor({0, 3, 4, 4}, i64); }

TEST(Tie, IsOneWeightForParametersOptimizersAndCounts) {
  Net net;
  expect_tied(net);
  EXPECT_THAT(names(net), ElementsAreArray({"words.weight", "hidden.weight", "hidden.bias"}));
  EXPECT_EQ(nn::parameter_count(net), 15 + 9 + 3);
  net.output.weight.set_value(Array::full({5, 3}, 2));
  EXPECT_EQ(net.words.weight.value().at({4, 2}), 2);

  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  sum(net(some_words())).backward();
  const double slope = net.words.weight.grad().value().at({0, 0});      // of both places, summed up
  EXPECT_EQ(net.output.weight.grad().value().at({0, 0}), slope);
  sgd.step();
  EXPECT_NEAR(net.output.weight.value().at({0, 0}), 2 - 0.1 * slope, 1e-6);
  expect_tied(net);
}

TEST(Tie, TheGradientIsTheSumOfBothPlaces) {
  Net net;
  nn::Embedding words = net.words;                                      // weights of their own, with the same values
  nn::Linear output = net.output;
  EXPECT_NE(leaf(words.weight), leaf(output.weight));
  EXPECT_NE(leaf(words.weight), leaf(net.words.weight));
  sum(net(some_words())).backward();
  sum(output(tanh(net.hidden(words(some_words()))))).backward();
  const Tensor apart = words.weight.grad() + output.weight.grad();
  const auto wanted = apart.value().to_vector(), got = net.words.weight.grad().value().to_vector();
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-6);
}

TEST(Tie, CopiesAreTiedInThemselvesAndIndependentOfTheOriginal) {
  Net net;
  const Net copy = net;
  const Net second = copy;
  for (const Net* each : {&copy, &second}) {
    expect_tied(*each);
    EXPECT_EQ(each->words.weight.value().to_vector(), net.words.weight.value().to_vector());
  }
  EXPECT_NE(leaf(copy.words.weight), leaf(net.words.weight));
  EXPECT_NE(leaf(copy.words.weight), leaf(second.words.weight));
  const auto before = copy.words.weight.value().to_vector();
  net.output.weight.set_value(Array::full({5, 3}, 2));
  EXPECT_EQ(copy.output.weight.value().to_vector(), before);
}

TEST(Tie, CopiesOfPartsBeforeDoNotDisturbThoseOfTheModel) {
  Net net;
  const nn::Linear output = net.output;
  const Net copy = net;
  const nn::Embedding words = net.words;
  const Net second = net;
  expect_tied(copy);
  expect_tied(second);
  for (const Parameter* part : {&output.weight, &words.weight})
    for (const Net* each : std::initializer_list<const Net*>{&net, &copy, &second}) EXPECT_NE(leaf(*part), leaf(each->words.weight));
  const nn::Linear again = output;
  EXPECT_NE(leaf(again.weight), leaf(output.weight));
}

TEST(Tie, VectorsOfModelsAndMovesKeepIt) {
  std::vector<Net> nets(2, Net{});
  for (int i = 0; i < 3; ++i) nets.push_back(nets[0]);
  nets.emplace_back();
  nets.erase(nets.begin());
  for (std::size_t i = 0; i < nets.size(); ++i) {
    expect_tied(nets[i]);
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(leaf(nets[i].words.weight), leaf(nets[j].words.weight));
  }
  const Leaf* held = leaf(nets[1].words.weight);
  Net moved = std::move(nets[1]);
  expect_tied(moved);
  EXPECT_EQ(leaf(moved.words.weight), held);
  const Net copy = moved;
  expect_tied(copy);
}

TEST(Tie, AssignedModelsAreTiedAndHaveTheValues) {
  Net net;
  const Net best = net;
  const std::vector<double> wanted = best.words.weight.value().to_vector();
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  for (int round = 0; round < 2; ++round) {
    sum(net(some_words())).backward();
    sgd.step();
    EXPECT_NE(net.words.weight.value().to_vector(), wanted);
    net = best;
    expect_tied(net);
    EXPECT_EQ(net.output.weight.value().to_vector(), wanted);
    EXPECT_NE(leaf(net.words.weight), leaf(best.words.weight));
  }
  Net fresh;
  const std::vector<double> other = fresh.words.weight.value().to_vector();
  fresh = Net{};
  EXPECT_NE(fresh.words.weight.value().to_vector(), other);
  expect_tied(fresh);
  const Net copies[] = {net, fresh};
  for (const Net& each : copies) expect_tied(each);
}

struct Deep {
  nn::Sequential<> layers{nn::Linear{3, 3}, nn::ReLU{}};
  std::unique_ptr<int> nothing;
  std::vector<nn::Linear> more;
  nn::Embedding words{5, 3};
  nn::Tie tied;
  Deep() {
    more.emplace_back(3, 3);
    layers.push_back(nn::Linear{3, 5, {.bias = false}});
    tied = nn::Tie{words.weight, layers[2].get_if<nn::Linear>()->weight};
  }
  Deep(const Deep& o) : layers(o.layers), more(o.more), words(o.words), tied(o.tied) {}
  using Fields = nn::Fields<&Deep::layers, &Deep::more, &Deep::words>;
};

TEST(Tie, ReachesIntoContainers) {
  const Deep net;
  const Deep copy = net;
  EXPECT_EQ(leaf(copy.words.weight), leaf(copy.layers[2].get_if<nn::Linear>()->weight));
  EXPECT_NE(leaf(copy.words.weight), leaf(net.words.weight));
}

struct Twins {
  nn::Linear encoder{3, 3}, decoder{3, 3}, third{3, 3};
  nn::Tie tied{encoder, decoder, third};
};

TEST(Tie, TiesWholeLayersWeightByWeight) {
  Twins net;
  EXPECT_THAT(names(net), ElementsAreArray({"encoder.weight", "encoder.bias"}));
  const Twins copy = net;
  EXPECT_EQ(leaf(copy.encoder.bias), leaf(copy.third.bias));
  EXPECT_EQ(leaf(copy.encoder.weight), leaf(copy.decoder.weight));
  EXPECT_NE(leaf(copy.encoder.weight), leaf(copy.encoder.bias));
}

TEST(Tie, ModelsAreCopiedInManyThreads) {
  const Net net;
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        const nn::Linear part = net.output;
        const Net copy = net;
        right += leaf(copy.words.weight) == leaf(copy.output.weight) && leaf(copy.words.weight) != leaf(net.words.weight);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4 * 50);
}

TEST(Tie, IsFrozenInAllPlaces) {
  Net net;
  nn::set_requires_grad(net.output, false);
  EXPECT_FALSE(net.words.weight.requires_grad());
  EXPECT_THAT(names(net), ElementsAreArray({"hidden.weight", "hidden.bias"}));
  nn::set_requires_grad(net.words, true);
  EXPECT_TRUE(net.output.weight.requires_grad());
}

TEST(Tie, SummaryCountsItOnceInBothNumbers) {
  Net net;
  const std::string table = nn::summary(net);
  EXPECT_THAT(table, HasSubstr("27 parameters, 27 of them trainable"));
  EXPECT_THAT(table, HasSubstr("f32, tied to words.weight"));
  struct { std::shared_ptr<nn::Linear> encoder = std::make_shared<nn::Linear>(2, 2), decoder = encoder; } shared;
  EXPECT_THAT(nn::summary(shared), HasSubstr("6 parameters, 6 of them trainable"));
}

TEST(Tie, FilesHaveAllNamesAndNeedOne) {
  const TemporaryFolder folder;
  Net net, other;
  nn::save(net, folder / "net.safetensors");
  const Safetensors contents = load_safetensors(folder / "net.safetensors");
  EXPECT_EQ(contents.arrays.size(), 4u);                                // as PyTorch's state_dict has it
  EXPECT_EQ(contents.arrays.at("words.weight").to_vector(), contents.arrays.at("output.weight").to_vector());
  nn::load(other, folder / "net.safetensors");
  EXPECT_EQ(other.output.weight.value().to_vector(), net.output.weight.value().to_vector());
  expect_tied(other);

  for (const char* without : {"words.weight", "output.weight"}) {
    nn::State state = contents.arrays;
    state.arrays.erase(without);
    Net third;
    nn::load_state(third, state);
    EXPECT_EQ(third.words.weight.value().to_vector(), net.words.weight.value().to_vector());
  }
  nn::State neither = contents.arrays;
  neither.arrays.erase("words.weight"), neither.arrays.erase("output.weight");
  EXPECT_THAT(message_of([&] { nn::load_state(other, neither); }), HasSubstr("missing words.weight [5, 3] f32"));
}

TEST(Tie, TwoValuesForOneWeightAreRefused) {
  Net net;
  const auto before = net.words.weight.value().to_vector();
  nn::State state = nn::state(Net{});
  state.arrays.at("output.weight") = Array::full({5, 3}, 1);
  EXPECT_THAT(message_of([&] { nn::load_state(net, state); }),
              HasSubstr("\n  tied: words.weight and output.weight are one in the model, but have two values in the state"));
  EXPECT_EQ(net.words.weight.value().to_vector(), before);

  struct { std::shared_ptr<nn::BatchNorm1d> first = std::make_shared<nn::BatchNorm1d>(2), second = first; } shared;   // buffers, too
  nn::State two = nn::state(shared);
  two.arrays.at("second.running_mean") = Array::full({2}, 1);
  EXPECT_THAT(message_of([&] { nn::load_state(shared, two); }), HasSubstr("first.running_mean and second.running_mean are one"));
}

TEST(Tie, TwoValuesForOneWeightInAFileAreRefused) {
  const TemporaryFolder folder;
  Net net;
  const auto before = net.words.weight.value().to_vector();
  nn::save(Net{}, folder / "net.safetensors");
  Safetensors contents = load_safetensors(folder / "net.safetensors");
  Array& other = contents.arrays.at("output.weight");
  std::vector<double> numbers = other.to_vector();
  numbers[7] = std::nextafter(static_cast<float>(numbers[7]), 2.f);     // in one bit
  other = Array::from(numbers, {5, 3}).to(f32);
  save_safetensors(folder / "net.safetensors", contents);
  const std::string message = message_of([&] { nn::load(net, folder / "net.safetensors"); });
  EXPECT_THAT(message, HasSubstr("net.safetensors"));
  EXPECT_THAT(message, HasSubstr("words.weight and output.weight are one in the model, but have two values in the state"));
  EXPECT_EQ(net.words.weight.value().to_vector(), before);
  contents.arrays.at("words.weight") = contents.arrays.at("output.weight").contiguous_copy();
  save_safetensors(folder / "net.safetensors", contents);
  nn::load(net, folder / "net.safetensors");
  EXPECT_EQ(net.words.weight.value().to_vector(), numbers);
}

TEST(Tie, AnAveragesStateIsItsModels) {
  Net net;
  optim::EMA ema(nn::parameters(net));
  ema.update();
  Net other;
  nn::load_state(other, ema.state().arrays);
  EXPECT_EQ(other.output.weight.value().to_vector(), net.output.weight.value().to_vector());
}

// What the documents say of shared_ptr, and the remedy beside it.
TEST(Tie, IsWhatASharedPtrIsNotWhenModelsAreCopied) {
  struct { std::shared_ptr<nn::Linear> encoder = std::make_shared<nn::Linear>(2, 2), decoder = encoder; } shared;
  const auto second = shared;
  EXPECT_EQ(leaf(second.encoder->weight), leaf(shared.encoder->weight));
  struct Tied { nn::Linear encoder{2, 2}, decoder{2, 2}; nn::Tie tied{encoder, decoder}; } tied;
  const Tied copy = tied;
  EXPECT_NE(leaf(copy.encoder.weight), leaf(tied.encoder.weight));
  EXPECT_EQ(leaf(copy.encoder.weight), leaf(copy.decoder.weight));
}

TEST(Tie, RefusesWhatCannotBeOne) {
  nn::Linear a{3, 3}, b{3, 4}, c{3, 3, {.dtype = f64}}, d{3, 3, {.bias = false}}, e{3, 3}, f{3, 3};
  EXPECT_THROW((nn::Tie{a.weight, b.weight}), ShapeError);
  EXPECT_THROW((nn::Tie{a.weight, c.weight}), DtypeError);
  EXPECT_THAT(message_of([&] { nn::Tie{a, d}; }), HasSubstr("one has \"weight\", \"bias\" and one \"weight\""));
  EXPECT_THROW((nn::Tie{a.weight, a.weight}), ValueError);
  EXPECT_THROW((nn::Tie{d.bias, d.bias}), ValueError);
  EXPECT_NE(leaf(a.weight), leaf(b.weight));
  const nn::Tie tie{a.weight, e.weight};
  EXPECT_THAT(message_of([&] { nn::Tie{e.weight, f.weight}; }), HasSubstr("tied already"));
}

struct TiedTooEarly {
  nn::Tie tied;
  nn::Linear a{3, 3}, b{3, 3};
  TiedTooEarly() { tied = nn::Tie{a, b}; }
};

TEST(Tie, ACopyThatWouldLoseItSaysSo) {
  const TiedTooEarly early;
  EXPECT_THAT(message_of([&] { const TiedTooEarly copy = early; }),
              HasSubstr("declare the nn::Tie in the same struct as the layers that it ties, after them"));
  struct { nn::Linear a{3, 3}, b{3, 3}; } net;
  { const nn::Tie not_a_member{net.a, net.b}; }
  EXPECT_EQ(leaf(net.a.weight), leaf(net.b.weight));
  EXPECT_THAT(message_of([&] { const auto copy = net; }),
              HasSubstr("make it a member of the model: nn::Tie tied{words.weight, output.weight};"));
}

// Made before main, and before what the library's own sources make then.
const Net of_the_program, its_copy = of_the_program;
TEST(Tie, OfStaticObjects) {
  expect_tied(of_the_program);
  expect_tied(its_copy);
  EXPECT_NE(leaf(its_copy.words.weight), leaf(of_the_program.words.weight));
}

}  // namespace tie_test
