// Batch norm's statistics computed anew: PyTorch's numbers, and everything else as it was, whatever flies.
#include <list>
#include <map>
#include <memory>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/update_batch_norm.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/around/averaged_weights.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/rules/sgd.h>
#include <golden_values.h>
#include <message_of.h>

namespace update_batch_norm_test {

using namespace gradus;
using ::testing::HasSubstr;

nn::State below(const std::string& prefix) {
  nn::State state;
  for (const auto& [name, value] : golden_values("averages"))
    if (name.starts_with(prefix)) state.arrays.emplace(name.substr(prefix.size()), value);
  return state;
}

using Net = nn::Sequential<nn::Linear, nn::BatchNorm1d, nn::ReLU, nn::Linear, nn::BatchNorm1d>;

Net golden_net() {
  Net net(nn::Linear(4, 5), nn::BatchNorm1d(5), nn::ReLU(), nn::Linear(5, 3), nn::BatchNorm1d(3, {.momentum = std::nullopt}));
  nn::to(net, f64);
  nn::load_state(net, below("bn.before."));
  return net;
}

std::vector<Tensor> golden_batches() {
  std::vector<Tensor> out;
  for (int i = 0; i < 3; ++i) out.emplace_back(golden_values("averages").at(text("bn.batch.", i)));
  return out;
}

void expect_state(const nn::State& got, const nn::State& wanted, double tolerance) {
  ASSERT_EQ(got.arrays.size(), wanted.arrays.size());
  for (const auto& [name, array] : wanted.arrays) {
    const std::vector<double> a = got.arrays.at(name).to_vector(), b = array.to_vector();
    for (std::size_t i = 0; i < b.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << name << " " << i;
  }
}

TEST(UpdateBatchNorm, IsThatOfPyTorch) {
  Net net = golden_net();
  nn::update_batch_norm(net, golden_batches());
  expect_state(nn::state(net), below("bn.after."), 1e-13);
}

TEST(UpdateBatchNorm, TakesAnyRangeAndTheFirstPartOfTuples) {
  Net list = golden_net(), tuples = golden_net(), once = golden_net();
  const std::vector<Tensor> batches = golden_batches();
  nn::update_batch_norm(list, std::list<Tensor>(batches.begin(), batches.end()));
  std::vector<std::tuple<Tensor, Tensor>> pairs;
  for (const Tensor& x : batches) pairs.emplace_back(x, Tensor(Array::zeros({x.dim(0)}, i64)));
  nn::update_batch_norm(tuples, pairs);
  expect_state(nn::state(list), below("bn.after."), 1e-13);
  expect_state(nn::state(tuples), below("bn.after."), 1e-13);

  const Tensor all = cat({batches[0], batches[1], batches[2]}, 0);
  data::DataLoader loader(data::TensorDataset(all, Tensor(Array::zeros({all.dim(0)}, i64))), {.batch_size = all.dim(0)});
  nn::update_batch_norm(once, loader);
  EXPECT_EQ(once.get<1>().num_batches_tracked.item(), 1);
}

TEST(UpdateBatchNorm, CallsAForwardOfOnesOwn) {
  Net net = golden_net();
  const std::map<int, Tensor> batches{{0, golden_batches()[0]}, {1, golden_batches()[1]}, {2, golden_batches()[2]}};
  nn::update_batch_norm(net, batches, [&](const auto& item) {
    EXPECT_FALSE(recording());
    return net(item.second);
  });
  expect_state(nn::state(net), below("bn.after."), 1e-13);
  EXPECT_TRUE(recording());
}

TEST(UpdateBatchNorm, PutsEveryModeBackForItself) {
  Net net = golden_net();
  net.get<1>().training = false;                       // frozen on purpose; PyTorch's update_bn would set both to the model's mode
  std::vector<bool> seen;
  nn::update_batch_norm(net, golden_batches(), [&](const Tensor& x) {
    seen.push_back(net.get<1>().training);
    return net(x);
  });
  EXPECT_EQ(seen, (std::vector<bool>{true, true, true}));
  EXPECT_FALSE(net.get<1>().training);
  EXPECT_TRUE(net.get<4>().training);
  expect_state(nn::state(net), below("bn.after."), 1e-13);
}

TEST(UpdateBatchNorm, PutsMomentumBack) {
  Net net = golden_net();
  nn::update_batch_norm(net, golden_batches());
  EXPECT_EQ(net.get<1>().offers().momentum, std::optional(0.1));
  EXPECT_EQ(net.get<4>().offers().momentum, std::nullopt);
}

TEST(UpdateBatchNorm, ChangesNothingWhenSomethingThrows) {
  Net net = golden_net();
  nn::eval(net);
  std::vector<Tensor> batches = golden_batches();
  batches[2] = Tensor(Array::zeros({2, 7}, f64));      // two have gone through when this one is refused
  EXPECT_THROW(nn::update_batch_norm(net, batches), ShapeError);
  EXPECT_THROW(nn::update_batch_norm(net, golden_batches(), [](const Tensor&) -> Tensor { throw std::runtime_error("out of data"); }),
               std::runtime_error);
  expect_state(nn::state(net), below("bn.before."), 0);
  EXPECT_FALSE(net.get<1>().training);
  EXPECT_FALSE(net.get<4>().training);
  EXPECT_EQ(net.get<1>().offers().momentum, std::optional(0.1));
  EXPECT_TRUE(recording());
}

TEST(UpdateBatchNorm, WithoutBatchesIsRefused) {
  Net net = golden_net();
  EXPECT_EQ(message_of([&] { nn::update_batch_norm(net, std::vector<Tensor>{}); }),
            "update_batch_norm: no batch norm saw a batch; is the range of batches empty?");
  expect_state(nn::state(net), below("bn.before."), 0);
}

TEST(UpdateBatchNorm, LeavesLayersThatNoBatchReachesAlone) {
  Net net = golden_net();
  nn::update_batch_norm(net, golden_batches(), [&](const Tensor& x) { return net.get<1>()(net.get<0>()(x)); });
  const nn::State got = nn::state(net), before = below("bn.before."), after = below("bn.after.");
  EXPECT_EQ(got.arrays.at("4.running_mean").to_vector(), before.arrays.at("4.running_mean").to_vector());
  EXPECT_EQ(got.arrays.at("4.num_batches_tracked").item(), 1);
  EXPECT_NEAR(got.arrays.at("1.running_mean").to_vector()[0], after.arrays.at("1.running_mean").to_vector()[0], 1e-13);
}

TEST(UpdateBatchNorm, LeavesModelsWithoutStatisticsAlone) {
  nn::Sequential plain(nn::Linear(2, 2), nn::Dropout(0.5));
  nn::Sequential untracked(nn::Linear(2, 2), nn::BatchNorm1d(2, {.track_running_stats = false}));
  const auto never = [](const Tensor&) -> Tensor { throw std::runtime_error("called"); };
  nn::eval(plain);
  nn::update_batch_norm(plain, std::vector<Tensor>{Tensor(Array::zeros({3, 2}))}, never);
  nn::update_batch_norm(untracked, std::vector<Tensor>{Tensor(Array::zeros({3, 2}))}, never);
  EXPECT_FALSE(plain.get<1>().training);
}

TEST(UpdateBatchNorm, PutsTheStreamsOfDropoutBack) {
  nn::Sequential net(nn::Linear(2, 4), nn::Dropout(0.5), nn::BatchNorm1d(4));
  const std::vector<Tensor> batches{randn({8, 2}), randn({8, 2})};
  net(batches[0]);
  const nn::Stream::State before = net.get<1>().generator.state();
  nn::update_batch_norm(net, batches);
  EXPECT_EQ(net.get<1>().generator.state(), before);
  EXPECT_EQ(net.get<2>().num_batches_tracked.item(), 2);
}

struct Shared {
  std::shared_ptr<nn::BatchNorm1d> first = std::make_shared<nn::BatchNorm1d>(2), second = first;
  Tensor operator()(const Tensor& x) const { return (*second)((*first)(x)); }
};

TEST(UpdateBatchNorm, FindsLayersInsideOthersAndSharedOnesOnce) {
  Shared net;
  nn::Chain chain{nn::Linear{2, 2}};
  chain.push_back(nn::BatchNorm1d(2));
  const std::vector<Tensor> batches{Tensor(Array::from({1.f, 2.f, 3.f, 5.f}, {2, 2})), Tensor(Array::from({1.f, 2.f, 3.f, 5.f}, {2, 2}))};
  nn::update_batch_norm(net, batches);
  nn::update_batch_norm(chain, batches);
  EXPECT_EQ(net.first->num_batches_tracked.item(), 4);
  EXPECT_EQ(net.first->offers().momentum, std::optional(0.1));
  EXPECT_EQ(nn::state(chain).arrays.at("1.num_batches_tracked").item(), 2);
}

TEST(EachBuffer, HasTheNamesOfTheState) {
  Net net = golden_net();
  std::vector<std::string> names;
  nn::each_buffer(net, [&](std::string_view name, Array& buffer) {
    names.emplace_back(name);
    if (name == "4.running_mean") buffer = Array::full({3}, 7, f64);
  });
  std::vector<std::string> wanted;
  for (const nn::NamedArray& buffer : nn::buffers(net)) wanted.push_back(buffer.name);
  EXPECT_EQ(names, wanted);
  EXPECT_EQ(names.size(), 6u);
  EXPECT_EQ(net.get<4>().running_mean.to_vector(), (std::vector<double>{7, 7, 7}));
}

// The whole way: averaged weights, statistics for them, evaluation; afterwards training goes on as if nothing had been.
TEST(UpdateBatchNorm, ForAveragedWeights) {
  Net net = golden_net();
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  optim::EMA ema(nn::parameters(net), {.decay = 0.5}, [&](const auto& visit) { nn::each_buffer(net, visit); });
  for (const Tensor& x : golden_batches()) {
    const Tensor y = net(x);
    sgd.zero_grad();
    mean(y * y * y).backward();
    sgd.step();
    ema.update();
  }
  const nn::State before = nn::state(net);
  {
    const optim::AveragedWeights average(ema);
    nn::update_batch_norm(net, golden_batches());
    EXPECT_NE(nn::state(net).arrays.at("0.weight").to_vector(), before.arrays.at("0.weight").to_vector());
    EXPECT_NE(nn::state(net).arrays.at("1.running_mean").to_vector(), before.arrays.at("1.running_mean").to_vector());
  }
  expect_state(nn::state(net), before, 0);

  Net copy = golden_net();
  nn::load_state(copy, ema.state().arrays);            // the average's arrays are a model's state
  EXPECT_EQ(nn::state(copy).arrays.at("3.bias").to_vector(), ema.state().arrays.at("3.bias").to_vector());
}

}  // namespace update_batch_norm_test
