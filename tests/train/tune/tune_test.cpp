// Tools that look for settings, and for what is wrong: they leave everything as it was, and say what there is.
#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/distributions.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/rounding.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/call.h>
#include <gradus/nn/model/matching.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/train/tune/batch_size.h>
#include <gradus/train/tune/find_lr.h>
#include <gradus/train/tune/lr_watch.h>
#include <gradus/train/tune/nan_guard.h>
#include <gradus/train/tune/overfit.h>

#include <message_of.h>

namespace tune_test {

using namespace gradus;
using ::testing::AllOf, ::testing::Contains, ::testing::HasSubstr, ::testing::IsEmpty;

struct Net {
  nn::Linear fc1{4, 16};
  nn::BatchNorm1d norm{16};
  nn::Dropout dropout{0.2};
  nn::Linear fc2{16, 3};
  Tensor operator()(const Tensor& x) const { return fc2(dropout(relu(norm(fc1(x))))); }
};
const auto loss = [](const Tensor& y, const Tensor& t) { return nn::cross_entropy(y, t); };

// All that a tool could have moved.
std::vector<std::vector<double>> everything(Net& net, const optim::Optimizer& optimizer) {
  std::vector<std::vector<double>> all;
  for (const State& state : {nn::state(net), optimizer.state()})
    for (const auto& [name, array] : state.arrays) all.push_back(array.to_vector());
  for (const NamedParameter& p : nn::parameters(net)) {
    all.emplace_back();
    if (p.leaf->has_gradient()) all.back() = p.leaf->gradient().value().to_vector();
  }
  const Generator::State g = default_generator().state();
  all.push_back({static_cast<double>(g.seed), static_cast<double>(g.stream), static_cast<double>(g.position), optimizer.lr(),
                 static_cast<double>(net.norm.training)});
  return all;
}

TEST(FindLr, GivesACurveAndLeavesEverythingAsItWas) {
  manual_seed(4);
  Net net;
  const Tensor x = randn({64, 4}), y = floor(rand({64}) * 3.0).to(i64);
  data::DataLoader loader(data::TensorDataset(x, y), {.batch_size = 16, .shuffle = true});
  optim::Adam adam(nn::parameters(net), {.lr = 0.5});
  loss(net(x), y).backward();
  adam.step();
  nn::eval(net);
  const auto before = everything(net, adam);
  const optim::RangeTest found = train::find_lr(net, loss, adam, loader, {.lr_min = 1e-4, .steps = 30});
  EXPECT_EQ(everything(net, adam), before);
  EXPECT_EQ(loader.epoch(), 0u);
  EXPECT_GE(found.lr.size(), 10u);
  EXPECT_DOUBLE_EQ(found.lr[0], 1e-4);
  const auto throws = [&](const Tensor& a, const Tensor&) -> Tensor {
    default_generator().bits();
    fail<ValueError>("of mine ", a.shape());
  };
  EXPECT_THAT(message_of([&] { train::find_lr(net, throws, adam, loader); }), HasSubstr("of mine"));
  EXPECT_EQ(everything(net, adam), before);
  std::vector<std::tuple<Tensor, Tensor>> none;
  EXPECT_THAT(message_of([&] { train::find_lr(net, loss, adam, none); }), HasSubstr("no batch"));
}

TEST(OverfitBatch, LearnsOrSaysWhatIsOdd) {
  manual_seed(5);
  const Tensor x = randn({12, 4}), y = floor(rand({12}) * 3.0).to(i64);
  struct Plain {
    nn::Linear fc1{4, 32}, fc2{32, 3};
    Tensor operator()(const Tensor& x) const { return fc2(relu(fc1(x))); }
  } net;
  optim::Adam adam(nn::parameters(net), {.lr = 0.03});
  const auto first = nn::state(net).arrays.at("fc1.weight").to_vector();
  const auto report = [&](const Tensor& inputs, const Tensor& targets, optim::Optimizer& optimizer) {
    return train::overfit_batch(net, loss, optimizer, std::tuple(inputs, targets), {.steps = 200});
  };
  const train::OverfitReport good = report(x, y, adam);
  EXPECT_TRUE(good.learned) << good;
  EXPECT_THAT(good.findings, IsEmpty());
  EXPECT_EQ(nn::state(net).arrays.at("fc1.weight").to_vector(), first);

  const Tensor twice = cat({slice(x, 0, 0, 1), slice(x, 0, 0, 1)}, 0);
  EXPECT_THAT(report(twice, tensor({0, 1}, i64), adam).findings, Contains(HasSubstr("samples 0 and 1 have equal inputs")));
  EXPECT_THAT(report(x * 1000.0, y, adam).findings, Contains(HasSubstr("bring it near to 0 and 1")));
  EXPECT_THAT(report(x / 0.0, y, adam).findings, Contains(HasSubstr("NaN or infinite")));
  const train::OverfitReport label = report(x, y + 3, adam);
  EXPECT_FALSE(label.learned);
  EXPECT_THAT(label.findings, Contains(HasSubstr("out of range for 3 classes")));
  optim::SGD slow(nn::parameters(net), {.lr = 1e-9}), part(matching(nn::parameters(net), "fc1.*"), {.lr = 1e-9});
  EXPECT_THAT(report(x, y, slow).findings, Contains(HasSubstr("hardly moved")));
  EXPECT_THAT(report(x, y, part).findings, Contains(AllOf(HasSubstr("fc2.weight"), HasSubstr("no group of the optimizer"))));
  net.fc1.bias.set_value(Array::from(std::vector<double>(32, -100), {32}).to(f32));   // every relu is 0
  EXPECT_THAT(report(x, y, slow).findings, Contains(HasSubstr("fc1.weight: its gradient is 0 everywhere")));
  const auto backwards = [](const Tensor& p, const Tensor& t) { return -nn::cross_entropy(p, t); };
  EXPECT_THAT(train::overfit_batch(net, backwards, adam, std::tuple(x, y), {.steps = 20}).findings, Contains(HasSubstr("below 0")));
}

struct Logs {
  nn::Linear fc{4, 1};
  nn::Dropout dropout{0.5};
  Tensor operator()(const Tensor& x) const {
    return nn::call(*this, [&] { return log(square(dropout(fc(x)))); }, x);
  }
};
struct Outer {
  Logs head;
  Tensor operator()(const Tensor& x) const { return head(x); }
};
// A rate that is far too small is named also where something is frozen, and where the loss does move a little.
TEST(OverfitBatch, NamesARateThatIsTooSmall) {
  struct Plain {
    nn::Linear fc1{4, 16}, fc2{16, 3};
    Tensor operator()(const Tensor& x) const { return fc2(tanh(fc1(x))); }
  };
  for (const double lr : {1e-6, 1e-5, 3e-5}) {
    manual_seed(6);
    Plain net;
    nn::freeze(net.fc1);
    const Tensor x = randn({16, 4}), y = floor(rand({16}) * 3.0).to(i64);
    optim::Adam adam(nn::parameters(net), {.lr = lr});
    const train::OverfitReport report = train::overfit_batch(net, loss, adam, std::tuple(x, y));
    EXPECT_THAT(report.findings, Contains(HasSubstr("the learning rate is too small"))) << lr << "\n" << report;
  }
}

TEST(NanGuard, NamesTheOperationAndTheLayer) {
  manual_seed(6);
  Outer net;
  train::NanGuard guard(net);
  const Tensor x = randn({64, 4});
  // Dropout leaves zeros, whose logarithm is -inf: the repetition must draw the same mask.
  EXPECT_THAT(message_of([&] { guard([&] { return mean(net(x)); }); }),
              AllOf(HasSubstr("the loss of step 1 is -inf"), HasSubstr("log: made -inf"), HasSubstr("head")));
  nn::eval(net);
  const auto root = [&] { return sum(sqrt(net.head.fc(x) * 0.0)); };
  guard(root).backward();
  EXPECT_THAT(message_of([&] { guard.check_gradients(root); }), AllOf(HasSubstr("gradient of head.fc"), HasSubstr("sqrt")));
  int calls = 0;
  const auto once = [&] { return ++calls == 1 ? tensor(NAN) : tensor(1.0); };
  EXPECT_THAT(message_of([&] { guard(once); }), HasSubstr("not when the step is repeated"));
  net.head.fc.weight.set_value(Array::full({1, 4}, NAN, f32));
  EXPECT_THAT(message_of([&] { guard([&] { return sum(net.head.fc(x)); }); }), HasSubstr("head.fc.weight has numbers that are not finite"));
}

TEST(LrWatch, TellsTooSmallFromTooLarge) {
  const auto verdict = [](double lr, int steps = 60) {
    manual_seed(7);
    nn::Linear net(8, 1);
    const Tensor x = randn({64, 8}), y = matmul(x, randn({8, 1}));
    optim::SGD sgd(nn::parameters(net), {.lr = lr});
    train::LrWatch watch(sgd, {.every = 1});
    for (int i = 0; i < steps; ++i) {
      const Tensor value = nn::mse_loss(net(x), y);
      sgd.zero_grad(), value.backward(), sgd.step();
      watch.add(value.item());
    }
    return watch.diagnosis().verdict;
  };
  EXPECT_EQ(verdict(1e-7), train::LrVerdict::too_small);
  EXPECT_EQ(verdict(3e-4), train::LrVerdict::fine);
  EXPECT_EQ(verdict(2), train::LrVerdict::too_large);
  EXPECT_EQ(verdict(2, 8), train::LrVerdict::too_large) << "the loss is not yet infinite, and fit will end soon";
  EXPECT_EQ(verdict(3e-4, 8), train::LrVerdict::unknown);
  nn::Linear net(2, 1);
  optim::SGD sgd(nn::parameters(net));
  train::LrWatch watch(sgd);
  EXPECT_THAT(message_of([&] { watch.diagnosis(); }), HasSubstr("no step"));
  watch.add(1);
  EXPECT_EQ(watch.diagnosis().verdict, train::LrVerdict::unknown);
}

TEST(FitBatchSize, FitsTheLimit) {
  manual_seed(8);
  nn::Linear net(512, 512);
  optim::SGD sgd(nn::parameters(net), {.lr = 1e-3, .momentum = 0.9});
  std::vector<std::int64_t> sizes;
  const auto step = [&](std::int64_t n) {
    sizes.push_back(n);
    const Tensor value = mean(square(relu(net(randn({n, 512})))));
    sgd.zero_grad(), value.backward(), sgd.step();
  };
  const train::BatchSizeOptions options{.bytes = 60'000'000, .small = 64, .large = 256, .multiple = 8};
  const train::BatchSize fits = train::fit_batch_size(step, options);
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{64, 64, 256}));
  EXPECT_GT(fits.bytes_per_sample, 512 * 4);
  EXPECT_EQ(fits.size % 8, 0);
  EXPECT_NEAR(fits.bytes(), 54e6, 0.4e6);
  EXPECT_THAT(message_of([&] { train::fit_batch_size(step, {.bytes = 1000}); }), HasSubstr("not one sample fits"));
  EXPECT_EQ(train::fit_batch_size([](std::int64_t) {}, {.bytes = std::int64_t{1} << 40, .most = 77}).size, 77);
}

}  // namespace tune_test
