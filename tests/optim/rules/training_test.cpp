// A real network: the losses of 200 steps on real pictures, batch norm, momentum and short batches among them, are those of PyTorch.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/cosine_annealing_lr.h>
#include <golden_values.h>
#include <gtest/gtest.h>

namespace gradus::optim::testing::training_test {

// 14×14 → 3×3 convolution → batch norm → relu → 2×2 means → 16 (tanh) → 10
struct Net {
  nn::Conv2d conv{1, 4, {.kernel = 3, .dtype = f64}};
  nn::BatchNorm2d norm{4, {.dtype = f64}};
  nn::Linear hidden{144, 16, {.dtype = f64}}, output{16, 10, {.dtype = f64}};
  Tensor operator()(const Tensor& x) const {
    const Tensor maps = avg_pool2d(relu(norm(conv(x))), {.kernel = 2});
    return output(tanh(hidden(reshape(maps, {x.dim(0), 144}))));
  }
};

using Make = std::function<std::unique_ptr<Optimizer>(const Parameters&)>;

// Weights of linear and convolutional layers, but not of norms, and all others.
std::pair<Parameters, Parameters> matrices_and_rest(const Parameters& all) {
  Parameters matrices, rest;
  for (const NamedParameter& p : all) (p.leaf->value.rank() > 1 ? matrices : rest).push_back(p);
  return {matrices, rest};
}

struct Training : ::testing::Test {
  static constexpr std::int64_t pictures = 300, batch = 64, steps = 200;
  const std::map<std::string, Array>& golden = golden_values("training");
  const Tensor images = Tensor(golden.at("images").to(f64).reshape({pictures, 1, 14, 14})) / 255.0;
  const Tensor labels = Tensor(golden.at("labels").to(i64));

  template <class Scheduler = void, class Options = int>
  std::vector<double> losses(const Make& make, const Options& schedule_options = {}) const {
    Net net;
    for (const NamedParameter& p : nn::parameters(net)) p.leaf->value = golden.at("weights." + p.name);
    const auto optimizer = make(nn::parameters(net));
    auto schedule = [&] {
      if constexpr (std::is_void_v<Scheduler>) return 0;
      else return std::make_unique<Scheduler>(*optimizer, schedule_options);
    }();
    std::vector<double> out;
    for (std::int64_t step = 0; step < steps; ++step) {
      const std::int64_t begin = step % 5 * batch, end = std::min(begin + batch, pictures);
      const Tensor loss = nn::cross_entropy(net(slice(images, 0, begin, end)), slice(labels, 0, begin, end));
      optimizer->zero_grad();
      loss.backward();
      optimizer->step();
      if constexpr (!std::is_void_v<Scheduler>) schedule->step();
      out.push_back(loss.item());
    }
    return out;
  }

  // The largest relative distance from PyTorch's curve.
  double distance(const std::string& name, const std::vector<double>& losses) const {
    const std::vector<double> expected = golden.at("losses." + name).to_vector();
    EXPECT_EQ(losses.size(), expected.size());
    double out = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) out = std::max(out, std::abs(losses[i] / expected[i] - 1));
    return std::isnan(losses.back()) ? losses.back() : out;
  }
};

constexpr double same = 1e-8, other = 1e-4;

TEST_F(Training, BySGDWithMomentumAndACosineIsThatOfPyTorch) {
  const auto train = [&](double momentum, std::int64_t t_max) {
    return losses<CosineAnnealingLR>(
        [=](const Parameters& p) { return std::make_unique<SGD>(p, SGDOptions{.lr = 0.1, .momentum = momentum}); },
        CosineAnnealingLROptions{.t_max = t_max, .eta_min = 0.01});
  };
  const std::vector<double> right = train(0.9, 200);
  EXPECT_LT(distance("momentum", right), same);
  EXPECT_LT(right.back(), 0.1 * right.front());
  EXPECT_GT(distance("momentum", train(0.899, 200)), other);
  EXPECT_GT(distance("momentum", train(0.9, 201)), other);
}

TEST_F(Training, ByRMSpropWithDecayIsThatOfPyTorch) {
  const auto train = [&](double alpha, double decay) {
    return losses([=](const Parameters& p) {
      return std::make_unique<RMSprop>(p, RMSpropOptions{.lr = 2e-3, .alpha = alpha, .weight_decay = decay});
    });
  };
  EXPECT_LT(distance("rmsprop", train(0.9, 1e-3)), same);
  EXPECT_GT(distance("rmsprop", train(0.901, 1e-3)), other);
  EXPECT_GT(distance("rmsprop", train(0.9, 0)), other);
}

TEST_F(Training, ByAdamIsThatOfPyTorch) {
  const auto train = [&](double beta2, Eps eps_at) {
    return losses([=](const Parameters& p) {
      return std::make_unique<Adam>(p, AdamOptions{.lr = 5e-3, .betas = {0.9, beta2}, .eps_at = eps_at});
    });
  };
  EXPECT_LT(distance("adam", train(0.999, Eps::outside)), same);
  EXPECT_GT(distance("adam", train(0.998, Eps::outside)), other);
  EXPECT_GT(distance("adam", train(0.999, Eps::inside)), other);
}

TEST_F(Training, ByAdamWInTwoGroupsIsThatOfPyTorch) {
  const auto train = [&](double decay, double rest_lr) {
    return losses([=](const Parameters& p) {
      const auto [matrices, rest] = matrices_and_rest(p);
      return std::make_unique<AdamW>(std::vector<AdamW::Group>{{.params = matrices, .options = {.lr = 5e-3, .weight_decay = decay}},
                                                              {.params = rest, .options = {.lr = rest_lr, .weight_decay = 0}}});
    });
  };
  EXPECT_LT(distance("adamw", train(0.1, 1e-2)), same);
  EXPECT_GT(distance("adamw", train(0, 1e-2)), other);
  EXPECT_GT(distance("adamw", train(0.1, 5e-3)), other);
}

}  // namespace gradus::optim::testing::training_test
