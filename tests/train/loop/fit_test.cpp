// train::fit gives bit for bit what the loop gives that one writes oneself, and goes on exactly from any checkpoint, in the middle of an
// epoch too.
#include <gmock/gmock.h>

#include <cmath>
#include <csignal>
#include <functional>
#include <memory>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/layers.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/around/accumulation.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/gradients/clip.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/muon.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/one_cycle_lr.h>
#include <gradus/optim/schedules/step_lr.h>
#include <gradus/train/loop/fit.h>

#include <message_of.h>
#include <support.h>
#include <temporary_folder.h>

namespace fit_test {

using namespace gradus;

struct Net {
  nn::Linear hidden{4, 8};
  nn::BatchNorm1d norm{8};
  nn::Dropout drop{0.3};
  nn::Linear output{8, 3};
  Tensor operator()(const Tensor& x) const { return output(drop(relu(norm(hidden(x))))); }
};
using Loader = data::DataLoader<data::TensorDataset<2>>;

Loader loader_of(std::int64_t samples, bool shuffle, std::uint64_t seed) {
  Generator g(seed);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < samples; ++i) labels.push_back(static_cast<std::int64_t>(g.below(3)));
  return Loader(data::TensorDataset(randn({samples, 4}, g).value(), Array::from(labels, {samples})), {.batch_size = 8, .shuffle = shuffle});
}

struct Right {
  double right = 0, all = 0;
  void update(const Tensor& prediction, const Tensor& target) {
    const Array p = prediction.value().as_contiguous();
    for (std::int64_t i = 0; i < p.dim(0); ++i, ++all) {
      const float* row = p.data<float>() + i * 3;
      right += std::max_element(row, row + 3) - row == target.value().data<std::int64_t>()[i];
    }
  }
  double value() const { return right / all; }
  void reset() { right = all = 0; }
  State state() const {
    State s;
    s.set("right", right);
    s.set("all", all);
    return s;
  }
  void load_state(const State& s) {
    StateReader reader(s);
    right = reader.number("right", 0);
    all = reader.number("all", 0);
  }
};

void expect_same(const State& a, const State& b) {
  EXPECT_EQ(a.values, b.values);
  ASSERT_EQ(a.arrays.size(), b.arrays.size());
  for (const auto& [name, array] : a.arrays) EXPECT_EQ(array.to_vector(), b.arrays.at(name).to_vector()) << name;
}

// What trains, of all kinds: a row of the table makes the optimizer, what is around it and the schedule.
struct Stand {
  Net net;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::Lookahead> around;
  std::unique_ptr<optim::LRScheduler> schedule;
  optim::EMA ema{nn::parameters(net), {.decay = 0.9}, [this](const auto& visit) { nn::each_buffer(net, visit); }};
  Loader training = loader_of(60, true, 5), validation = loader_of(20, true, 6);
  Right right;
  State state() const {
    State s;
    s.add("model.", nn::state(net));
    s.add("optimizer.", around ? around->state() : optimizer->state());
    if (schedule) s.add("schedule.", schedule->state());
    s.add("average.", ema.state());
    s.add("generator.", StateAccess<Generator>::state(default_generator()));
    return s;
  }
};
struct Row {
  const char* name;
  std::function<void(Stand&)> make;
  train::FitOptions options = {};
};
std::vector<Row> rows() {
  const auto sgd = [](Stand& s) {
    const optim::SGD::Options options{.lr = 0.05, .momentum = 0.9, .weight_decay = 1e-3};
    s.optimizer = std::make_unique<optim::SGD>(nn::parameters(s.net), options);
  };
  const auto adam = [](Stand& s) { s.optimizer = std::make_unique<optim::Adam>(nn::parameters(s.net), optim::Adam::Options{.lr = 0.01}); };
  return {
      {"SGD, epochs of a schedule",
       [=](Stand& s) {
         sgd(s);
         s.schedule = std::make_unique<optim::StepLR>(*s.optimizer, optim::StepLR::Options{.step_size = 1, .gamma = 0.5});
       }},
      {"Adam, steps of a schedule, clipped",
       [=](Stand& s) {
         adam(s);
         s.schedule = std::make_unique<optim::OneCycleLR>(*s.optimizer, optim::OneCycleLR::Options{.max_lr = 0.05, .total_steps = 100});
       },
       {.clip_norm = 0.5, .clip_value = 0.3}},
      {"Lookahead, accumulated",
       [=](Stand& s) {
         sgd(s);
         s.around = std::make_unique<optim::Lookahead>(*s.optimizer, optim::LookaheadOptions{.k = 3});
       },
       {.accumulate = 3}},
  };
}
void prepare(Stand& s, const Row& row, std::uint64_t seed) {
  manual_seed(seed);
  nn::train(s.net);
  row.make(s);
}

// The loop that one writes oneself.
std::vector<double> by_hand(Stand& s, const train::FitOptions& o, int epochs) {
  const nn::CrossEntropyLoss criterion;
  const Parameters parameters = s.optimizer->parameters();
  std::vector<double> losses;
  optim::GradientAccumulation accumulation(parameters, {.batches = o.accumulate});
  const auto step = [&] {
    if (o.clip_value > 0) optim::clip_grad_value(parameters, o.clip_value);
    if (o.clip_norm > 0) optim::clip_grad_norm(parameters, o.clip_norm);
    if (s.around) s.around->step();
    else s.optimizer->step();
    s.ema.update();
    if (s.schedule && s.schedule->unit() == optim::Unit::step) s.schedule->step();
  };
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (auto [x, y] : s.training) {
      const Tensor loss = criterion(s.net(x), y);
      losses.push_back(loss.item());
      if (o.accumulate > 1) {
        if (accumulation.backward(loss, x.dim(0))) step();
      } else {
        s.optimizer->zero_grad();
        loss.backward();
        step();
      }
    }
    if (accumulation.finish()) step();
    if (s.schedule && s.schedule->unit() == optim::Unit::epoch) s.schedule->step();
  }
  return losses;
}

struct Losses {
  std::vector<double> all;
  std::int64_t kill_after = 0;       // batches
  int signal = 0;
  bool in_validation = false;
  void on_batch_end(train::Context& c) {
    all.push_back(c.loss);
    if (static_cast<std::int64_t>(all.size()) != kill_after || in_validation) return;
    if (signal != 0) std::raise(signal);
    else throw c.step;
  }
  void on_validation_batch(train::Context&) {
    if (in_validation && static_cast<std::int64_t>(all.size()) >= kill_after) std::raise(signal);
  }
};

train::History fitted(Stand& s, const Row& row, train::FitOptions o, bool validated = true) {
  o.accumulate = row.options.accumulate;
  o.clip_norm = row.options.clip_norm;
  o.clip_value = row.options.clip_value;
  o.schedule = s.schedule.get();
  o.average = &s.ema;
  o.metrics = {{"right", s.right}};
  const nn::CrossEntropyLoss criterion;
  if (s.around) return validated ? train::fit(s.net, criterion, *s.around, s.training, s.validation, o)
                                 : train::fit(s.net, criterion, *s.around, s.training, o);
  return validated ? train::fit(s.net, criterion, *s.optimizer, s.training, s.validation, o)
                   : train::fit(s.net, criterion, *s.optimizer, s.training, o);
}

TEST(Fit, IsTheLoopThatOneWritesOneself) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    Stand loop, fit;
    prepare(loop, row, 3);
    nn::State begin = nn::state(loop.net);
    const std::vector<double> expected = by_hand(loop, row.options, 3);
    const State after = loop.state();
    prepare(fit, row, 3);
    nn::load_state(fit.net, begin);
    Losses losses;
    const train::History history = fitted(fit, row, {.epochs = 3, .callbacks = {losses}}, false);
    EXPECT_EQ(losses.all, expected);
    expect_same(fit.state(), after);
    EXPECT_EQ(history.ended, train::Ended::epochs);
    EXPECT_EQ(history.steps, fit.optimizer->steps());
    EXPECT_EQ(history.of("loss").size(), 3u);
  }
}

// Of 50 samples: groups of 20, 20 and 10, the last micro-batch of 2. Clipped by the group's norm, not by those of its parts.
TEST(Fit, AccumulatedTrainsAsTheBigBatchDoes) {
  struct Plain {
    nn::Linear hidden{4, 8}, output{8, 3};
    Tensor operator()(const Tensor& x) const { return output(relu(hidden(x))); }
  };
  const auto trained = [](std::int64_t batch, std::int64_t accumulate, std::vector<double>& losses) {
    manual_seed(3);
    Plain net;
    optim::SGD sgd(nn::parameters(net), {.lr = 0.5, .momentum = 0.9});
    Loader loader(loader_of(50, false, 5).dataset(), {.batch_size = batch, .shuffle = true, .seed = 7});
    const train::FitOptions options{.epochs = 4, .accumulate = accumulate, .clip_norm = 0.1};
    const train::History history = train::fit(net, nn::CrossEntropyLoss(), sgd, loader, options);
    EXPECT_EQ(history.steps, 12);
    losses = history.of("loss");
    return nn::state(net);
  };
  std::vector<double> small, big;
  const State micro = trained(4, 5, small), whole = trained(20, 1, big);
  for (const auto& [name, array] : whole.arrays)
    EXPECT_THAT(micro.arrays.at(name).to_vector(), testing::Pointwise(testing::DoubleNear(1e-5), array.to_vector())) << name;
  EXPECT_THAT(small, testing::Pointwise(testing::DoubleNear(1e-5), big));
}

TEST(Fit, GoesOnFromAnywhere) {
  testing::internal::CaptureStderr();   // what Interrupt says
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    Stand whole;
    prepare(whole, row, 3);
    const State begin = nn::state(whole.net);
    Losses all;
    const train::History expected = fitted(whole, row, {.epochs = 3, .callbacks = {all}});
    const State after = whole.state();
    // Of 8 batches an epoch: within one, at its end, after it. Killed, or interrupted, in a validation too.
    struct When {
      std::int64_t until;
      int signal = 0;
      bool in_validation = false;
    };
    for (const auto& [until, signal, in_validation] :
         {When{7}, When{8}, When{9}, When{16}, When{5, SIGTERM}, When{16, SIGTERM}, When{8, SIGINT, true}}) {
      SCOPED_TRACE(testing::Message() << until << " " << signal << " " << in_validation);
      const TemporaryFolder folder;
      train::Checkpoints checkpoints(folder / "run");
      const train::FitOptions options{.epochs = 3, .checkpoints = &checkpoints, .checkpoint_every = 2};
      {
        Stand killed;
        prepare(killed, row, 3);
        nn::load_state(killed.net, begin);
        Losses some;
        some.kill_after = until;
        some.signal = signal;
        some.in_validation = in_validation;
        train::FitOptions o = options;
        o.callbacks = {some};
        if (signal == 0) {
          EXPECT_THROW(fitted(killed, row, o), std::int64_t);
        } else {
          EXPECT_EQ(fitted(killed, row, o).ended, train::Ended::interrupted);
        }
      }
      Stand resumed;
      prepare(resumed, row, 77);
      Losses rest;
      train::FitOptions o = options;
      o.callbacks = {rest};
      const train::History history = fitted(resumed, row, o);
      expect_same(resumed.state(), after);
      EXPECT_FALSE(history.resumed_from.empty());
      for (const char* name : {"loss", "val_loss", "right", "val_right", "lr"}) EXPECT_EQ(history.of(name), expected.of(name)) << name;
      ASSERT_LE(rest.all.size(), all.all.size());
      EXPECT_EQ(rest.all, std::vector<double>(all.all.end() - static_cast<std::ptrdiff_t>(rest.all.size()), all.all.end()));
      EXPECT_EQ(history.steps, expected.steps);
      if (signal != 0) {
        EXPECT_EQ(rest.all.size() + static_cast<std::size_t>(until), all.all.size());   // nothing was done twice
      }
    }
  }
  testing::internal::GetCapturedStderr();
}

}  // namespace fit_test
