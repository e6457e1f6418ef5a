// Calls are const: a const model predicts, any number of threads at a time; in training one thread at a time, and the others are told.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/bilinear.h>
#include <gradus/nn/layers/embedding_bag.h>
#include <gradus/nn/layers/instance_norm.h>
#include <gradus/nn/layers/norm.h>
#include <gradus/nn/layers/prelu.h>
#include <gradus/nn/layers/rrelu.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/pool.h>
#include <gradus/nn/layers/recurrent.h>
#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>

#include <message_of.h>

namespace const_test {

using namespace gradus;
using ::testing::HasSubstr;

template <class L> concept CalledConst = std::is_invocable_r_v<Tensor, const L&, const Tensor&>;
template <class... L> constexpr bool all_called_const = (CalledConst<L> && ...);
static_assert(all_called_const<nn::Linear, nn::Conv2d, nn::Embedding, nn::BatchNorm1d, nn::BatchNorm2d, nn::Dropout, nn::MaxPool2d,
                               nn::AvgPool2d, nn::AdaptiveAvgPool2d, nn::ReLU, nn::Tanh, nn::Sigmoid, nn::Softplus, nn::GELU, nn::SiLU,
                               nn::Mish, nn::Softmax, nn::LogSoftmax, nn::Identity, nn::Flatten, nn::AnyModule, nn::Chain, nn::Sequential<>,
                               nn::Sequential<nn::Linear, nn::Dropout>, nn::Sequential<nn::Sequential<>, nn::BatchNorm1d>>);
// Vectors of layers grow by moving them, which keeps their places; a copy would be another model.
template <class... L>
constexpr bool all_move = (std::is_nothrow_move_constructible_v<L> && ...) && (std::is_nothrow_move_assignable_v<L> && ...);
static_assert(all_move<nn::Buffer, nn::Stream, nn::Linear, nn::Conv2d, nn::Embedding, nn::BatchNorm1d, nn::BatchNorm2d, nn::Dropout,
                       nn::EmbeddingBag, nn::Bilinear, nn::BatchNorm3d, nn::InstanceNorm2d, nn::LayerNorm, nn::GroupNorm, nn::RMSNorm,
                       nn::Dropout2d, nn::AlphaDropout, nn::PReLU, nn::RReLU,
                       nn::RNN, nn::GRU, nn::LSTM, nn::RNNCell, nn::GRUCell, nn::LSTMCell, nn::AnyModule, nn::Chain,
                       nn::Sequential<nn::Linear, nn::Dropout>>);

struct Net {
  nn::Sequential<> features{nn::Conv2d{1, 4, {.padding = 1, .bias = false}}, nn::BatchNorm2d{4}, nn::ReLU{}, nn::MaxPool2d{2},
                            nn::Flatten{}};
  nn::Sequential<nn::Linear, nn::BatchNorm1d, nn::ReLU> hidden{nn::Linear{4 * 4 * 4, 16}, nn::BatchNorm1d{16}, nn::ReLU{}};
  nn::AnyModule drop = nn::Dropout{0.5};
  nn::Linear output{16, 3};
  Tensor operator()(const Tensor& image) const { return output(drop(hidden(features(image)))); }
};

std::vector<double> predict(const Net& net, const Tensor& image) { return net(image).value().to_vector(); }

// f in n threads that begin together.
void together(int n, const std::function<void(int)>& f) {
  std::latch start(n);
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      f(i);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(Const, AConstModelPredicts) {
  manual_seed(1);
  Net net;
  for (int i = 0; i < 3; ++i) net(randn({8, 1, 8, 8}));
  const Tensor image = randn({5, 1, 8, 8});
  nn::eval(net);
  const std::vector<double> first = predict(net, image), second = predict(net, image);
  EXPECT_EQ(first, second);
  nn::train(net);
  EXPECT_NE(predict(net, image), first);
}

TEST(Const, OneModelPredictsInManyThreadsExactly) {
  manual_seed(2);
  Net net;
  for (int i = 0; i < 3; ++i) net(randn({8, 1, 8, 8}));
  nn::eval(net);
  const nn::State before = nn::state(net);
  const Net& shared = net;
  std::vector<Tensor> images;
  std::vector<std::vector<double>> wanted;
  for (int i = 0; i < 6; ++i) images.push_back(randn({1 + i, 1, 8, 8})), wanted.push_back(predict(shared, images.back()));
  std::atomic<int> right{0};
  together(6, [&](int i) {
    for (int round = 0; round < 20; ++round) {
      const std::size_t k = static_cast<std::size_t>(i + round) % images.size();
      right += round % 2 ? predict(shared, images[k]) == wanted[k] : no_grad([&] { return predict(shared, images[k]); }) == wanted[k];
    }
  });
  EXPECT_EQ(right, 6 * 20);
  for (const auto& [name, value] : nn::state(net).arrays) EXPECT_EQ(value.to_vector(), before.arrays.at(name).to_vector()) << name;
}

// Calls from four threads until one of them has been refused; every call that was not has been counted, and none else.
template <class Call>
std::string refusal(Call call, int& done) {
  std::atomic<bool> refused{false};
  std::atomic<int> count{0};
  std::string message;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  together(4, [&](int) {
    while (!refused && std::chrono::steady_clock::now() < end) try {
        call();
        ++count;
      } catch (const GraphError& e) {
        if (!refused.exchange(true)) message = e.what();
      }
  });
  done = count;
  return message;
}

TEST(Const, TrainingInSeveralThreadsIsRefused) {
  const nn::BatchNorm1d norm{64};
  const nn::Dropout drop{0.5};
  const Tensor x = randn({256, 64});
  int done = 0;
  EXPECT_THAT(refusal([&] { norm(x); }, done), HasSubstr("BatchNorm1d: two threads call one layer at a time"));
  EXPECT_EQ(norm.num_batches_tracked.item(), done);
  EXPECT_THAT(refusal([&] { drop(x); }, done), HasSubstr("Dropout: two threads call one layer at a time"));
  EXPECT_EQ(drop.generator.state().position, 2 * static_cast<std::uint64_t>(done));   // two words a mask
  norm(x);
  drop(x);                                                   // afterwards they are as good as before
}

TEST(Const, OneThreadAfterAnotherMayTrain) {
  const nn::BatchNorm1d norm{4};
  norm(randn({8, 4}));
  std::thread([&] { norm(randn({8, 4})); }).join();
  EXPECT_EQ(norm.num_batches_tracked.item(), 2);
}

TEST(Const, ACallThatIsRefusedForItsInputLeavesTheLayerFree) {
  const nn::BatchNorm1d norm{4};
  const nn::Dropout drop{0.5};
  EXPECT_THROW(norm(ones({1, 4})), ValueError);
  EXPECT_THROW(drop(zeros({4}, i64)), DtypeError);
  norm(randn({8, 4}));
  drop(ones({4}));
  EXPECT_EQ(norm.num_batches_tracked.item(), 1);
}

// A layer of a user's whose call is not const, in a model whose call is.
struct Waits {
  std::latch *inside, *go;
  int calls = 0;
  Tensor operator()(const Tensor& x) {
    ++calls;
    inside->count_down();
    go->wait();
    return x;
  }
};

TEST(Const, LayersWhoseCallIsNotConstAreCalledByOneThreadAtATime) {
  std::latch inside(1), go(1);
  const nn::Chain net{Waits{&inside, &go}, nn::ReLU{}};
  std::thread first([&] { net(ones({1})); });
  inside.wait();
  const std::string message = message_of([&] { net(ones({1})); });
  go.count_down();
  first.join();
  EXPECT_THAT(message, HasSubstr("two threads call one layer at a time"));
  EXPECT_THAT(message, HasSubstr("nn::eval(net)"));
  EXPECT_EQ(net[0].get_if<Waits>()->calls, 1);
}

TEST(Buffer, ChangesInConstCallsAndCopiesItsValue) {
  const nn::Buffer seen{Array::zeros({2})};
  const nn::Buffer copy = seen;
  seen.set_value(Array::full({2}, 3));
  EXPECT_EQ(seen.to_vector(), (std::vector<double>{3, 3}));
  EXPECT_EQ(copy.to_vector(), (std::vector<double>{0, 0}));
  const Array snapshot = seen;
  seen.mutable_value().mutable_data<float>()[0] = 5;
  EXPECT_EQ(snapshot.at({0}), 3);
  EXPECT_EQ(seen.at({0}), 5);
  EXPECT_THROW(seen.set_value(Array::zeros({3})), ShapeError);
  EXPECT_THROW(seen.set_value(Array::zeros({2}, f64)), DtypeError);
  EXPECT_THROW(nn::Buffer{}.set_value(Array::zeros({2})), GraphError);
  EXPECT_EQ(seen.at({0}), 5);
}

struct Counts {
  nn::Buffer calls{Array::zeros({}, i64)}, none;
  Tensor operator()(const Tensor& x) const {
    ++*calls.mutable_value().mutable_data<std::int64_t>();
    return x;
  }
};

TEST(Buffer, BelongsToTheStateOfItsModel) {
  const nn::Sequential net{nn::Linear{1, 1}, Counts{}};
  net(ones({1, 1}));
  nn::Sequential<nn::Linear, Counts> other{nn::Linear{1, 1}, Counts{}};
  EXPECT_EQ(nn::state(net).arrays.at("1.calls").item(), 1);
  nn::load_state(other, nn::state(net));
  EXPECT_EQ(other.get<1>().calls.item(), 1);
  ASSERT_EQ(nn::buffers(net).size(), 1u);
  EXPECT_EQ(nn::buffers(net)[0].name, "1.calls");
}

TEST(Sequential, CanBeAMemberWithItsTypesWrittenOrErased) {
  Net net;
  std::vector<std::string> names;
  for (const NamedParameter& p : nn::parameters(net)) names.push_back(p.name);
  EXPECT_THAT(names, testing::ElementsAreArray({"features.0.weight", "features.1.weight", "features.1.bias", "hidden.0.weight",
                                                "hidden.0.bias", "hidden.1.weight", "hidden.1.bias", "output.weight", "output.bias"}));
  static_assert(std::is_same_v<nn::Chain, nn::Sequential<>>);
  nn::Sequential deduced{nn::Linear{2, 3}, nn::Dropout{}};
  static_assert(std::is_same_v<decltype(deduced), nn::Sequential<nn::Linear, nn::Dropout>>);
  nn::Sequential empty{};
  EXPECT_EQ(empty(ones({2})).shape(), (Shape{2}));
  const nn::Sequential<> chain{nn::Linear{2, 3}};
  int layers = 0;
  for (const nn::AnyModule& layer : chain) layers += layer.get_if<nn::Linear>() != nullptr;
  EXPECT_EQ(layers, 1);
}

}  // namespace const_test
