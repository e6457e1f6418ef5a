// Validation, early stopping and the best weights see the averages that an optimizer keeps, and training's weights come back.
#include <gmock/gmock.h>

#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/schedule_free_adamw.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/train/loop/fit.h>

namespace evaluated_test {

using namespace gradus;

struct Weight {
  Parameter w{Array::zeros({1})};
  Parameter still{Array::full({1}, 7)};   // is in no step: has no average, and stays
  Tensor operator()(const Tensor& x) const { return x * w; }
};
// It wants to be 10, in steps that lead beyond.
Tensor loss(const Tensor& prediction, const Tensor&) { return mean((prediction - 10) * (prediction - 10)); }

struct Look {
  Weight& net;
  const optim::Optimizer* rule;
  std::vector<double> evaluated = {}, trained = {}, expected = {};
  void on_validation_begin(train::Context&) { evaluated.push_back(net.w.value().item()); }
  void on_after_step(train::Context&) {
    if (rule) expected.push_back(rule->averages()[0].defined() ? rule->averages()[0].item() : net.w.value().item());
    trained.push_back(net.w.value().item());
  }
  void on_epoch_end(train::Context&) { EXPECT_EQ(net.w.value().item(), trained.back()); }
};

template <class O>
void expect_evaluated(O& optimizer, Weight& net, Look look, const char* name) {
  SCOPED_TRACE(name);
  const std::vector<Tensor> data{ones({1})};
  const double still = net.still.value().item();
  const train::History h = train::fit(net, loss, optimizer, data, data, {.epochs = 6, .early_stopping = train::EarlyStopping{.patience = 6},
                                                                         .callbacks = {look}});
  EXPECT_EQ(look.evaluated, look.expected);
  EXPECT_NE(look.evaluated, look.trained);
  for (std::size_t i = 0; i < look.evaluated.size(); ++i)
    EXPECT_NEAR(h.of("val_loss")[i], std::pow(static_cast<float>(look.evaluated[i]) - 10, 2), 1e-3);
  EXPECT_EQ(net.w.value().item(), look.evaluated[static_cast<std::size_t>(h.best_epoch - 1)]);   // the best is what was evaluated
  EXPECT_EQ(net.still.value().item(), still);

  Look plain{net, nullptr};
  train::fit(net, loss, optimizer, data, data, {.epochs = 3, .rule_averages = false, .callbacks = {plain}});
  EXPECT_EQ(plain.evaluated, plain.trained);
}

TEST(Evaluated, IsWhatTheOptimizerSays) {
  {
    Weight net;
    optim::ASGD asgd(Parameters{nn::parameters(net)[0]}, {.lr = 0.4, .t0 = 1});
    expect_evaluated(asgd, net, {net, &asgd}, "ASGD");
  }
  {
    Weight net;
    optim::ScheduleFreeAdamW free(Parameters{nn::parameters(net)[0]}, {.lr = 3});
    optim::Optimizer& unnamed = free;     // nobody need know which rule it is
    expect_evaluated(unnamed, net, {net, &free}, "ScheduleFreeAdamW");
  }
}

TEST(Evaluated, LookaheadsSlowWeights) {
  Weight net;
  optim::SGD sgd(Parameters{nn::parameters(net)[0]}, {.lr = 0.3});
  optim::Lookahead lookahead(sgd, {.k = 2});
  Look look{net, nullptr};
  const std::vector<Tensor> data{ones({1})};
  train::fit(net, loss, lookahead, data, data, {.epochs = 4, .callbacks = {look}});
  EXPECT_EQ(look.evaluated[0], 0);                                    // where it began
  EXPECT_EQ(look.evaluated[1], look.trained[1]);                      // the slow ones have gone, and the fast ones with them
  EXPECT_EQ(look.evaluated[2], look.trained[1]);
  EXPECT_NE(look.evaluated[2], look.trained[2]);
}

}  // namespace evaluated_test
