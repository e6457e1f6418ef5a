// What train::fit may be told: when it ends, what it looks at, what it says of errors, and step functions of one's own.
#include <gmock/gmock.h>

#include <cmath>
#include <csignal>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/train/loop/fit.h>

#include <message_of.h>
#include <support.h>
#include <temporary_folder.h>

namespace fit_options_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Batch = std::tuple<Tensor, Tensor>;

// Its weight grows by one in each step: the loss in training is -w.
struct Counter {
  Parameter w{Array::zeros({1})};
  Tensor operator()(const Tensor& x) const { return x * w; }
};
// A training: loss -w. A validation, told by its target: (w - target)².
Tensor loss(const Tensor& prediction, const Tensor& target) {
  const Tensor p = mean(prediction);
  return target.value().at({0}) < 0 ? -p : mean((p - target) * (p - target));
}
std::vector<Batch> batches(int n, double target) {
  return std::vector<Batch>(static_cast<std::size_t>(n), {ones({2, 1}), full({1}, target)});
}

// Nobody knows how many there are.
struct Unsized {
  std::vector<Batch> all;
  auto begin() const { return all.begin(); }
  auto end() const { return all.end(); }
};

struct Stand {
  Counter net;
  optim::SGD sgd{nn::parameters(net), {.lr = 1}};
  std::vector<Batch> training = batches(1, -1), validation = batches(2, 3);
  double w() { return net.w.value().item(); }
};

// Raises a signal, or throws, in the batch of this number.
struct At {
  std::int64_t batch;
  int signal = 0;
  bool in_validation = false;
  void on_batch_end(train::Context& c) {
    if (!in_validation && c.step == batch) std::raise(signal);
  }
  void on_validation_batch(train::Context& c) {
    if (in_validation && c.epoch == batch) std::raise(signal);
  }
};

TEST(FitOptions, StopsEarlyAndRestoresTheBest) {
  for (const bool restore : {true, false}) {
    Stand s;
    const train::History h = train::fit(s.net, loss, s.sgd, s.training, s.validation,
                                        {.epochs = 9, .early_stopping = train::EarlyStopping{.patience = 2, .restore_best = restore}});
    EXPECT_EQ(h.ended, train::Ended::early);
    EXPECT_EQ(h.why, "val_loss has not become better for 2 epochs, best 0 in epoch 3");
    EXPECT_THAT(h.of("val_loss"), ElementsAre(4, 1, 0, 1, 4));
    EXPECT_EQ(s.w(), restore ? 3 : 5);
  }
  Stand s;
  optim::ReduceLROnPlateau plateau(s.sgd, {.factor = 0.5, .patience = 0});
  const train::History h = train::fit(s.net, loss, s.sgd, s.training, s.validation,
      {.epochs = 3, .plateau = &plateau, .monitor = "loss", .higher_is_better = true,
       .early_stopping = train::EarlyStopping{.patience = 2, .min_delta = 0.5}});
  EXPECT_EQ(h.best, 0);                                   // losses 0, -1, -2: the first is the best
  EXPECT_EQ(h.epochs, 3);
  EXPECT_EQ(s.sgd.lr(), 1);                               // the plateau, which wants small ones, saw it fall
}

// Called again and again until it is through, it gives what one call gives, whatever ended it.
TEST(FitOptions, EndsAndGoesOn) {
  Stand whole;
  whole.training = batches(3, -1);
  const train::History expected = train::fit(whole.net, loss, whole.sgd, whole.training, whole.validation, {.epochs = 3});
  testing::internal::CaptureStderr();
  struct Row {
    const char* name;
    train::Ended ended;
    At at;
  };
  for (const Row& row : {Row{"seconds", train::Ended::seconds, {}}, Row{"within an epoch", train::Ended::interrupted, {5, SIGTERM}},
                         Row{"at the end of an epoch", train::Ended::interrupted, {6, SIGTERM}},
                         Row{"in a validation", train::Ended::interrupted, {2, SIGINT, true}}}) {
    SCOPED_TRACE(row.name);
    const TemporaryFolder folder;
    train::Checkpoints checkpoints(folder.path());
    int calls = 0;
    train::History h;
    do {
      Stand s;
      const Unsized training{batches(3, -1)};
      At at = row.at;
      train::FitOptions options{.epochs = 3, .checkpoints = &checkpoints};
      if (row.ended == train::Ended::seconds) options.max_seconds = 1e-9;
      else if (calls == 0) options.callbacks = {at};
      h = train::fit(s.net, loss, s.sgd, training, s.validation, options);
      EXPECT_EQ(h.ended, h.epochs == 3 ? train::Ended::epochs : row.ended);
      if (h.epochs == 3) {
        EXPECT_EQ(s.w(), whole.w());
        EXPECT_EQ(h.of("val_loss"), expected.of("val_loss"));
        EXPECT_EQ(h.of("loss"), expected.of("loss"));
      }
      ASSERT_LT(++calls, 12);
    } while (h.ended != train::Ended::epochs);
    EXPECT_EQ(calls, row.ended == train::Ended::seconds ? 10 : 2);
    EXPECT_EQ(h.steps, 9);
  }
  testing::internal::GetCapturedStderr();
  Stand s;
  s.training = batches(3, -1);
  const train::History h = train::fit(s.net, loss, s.sgd, s.training, s.validation, {.epochs = 3, .steps = 4});
  EXPECT_EQ(h.ended, train::Ended::steps);
  EXPECT_THAT(h.of("val_loss"), ElementsAre(0, 1));       // the epoch that it ended in is looked at, too
}

TEST(FitOptions, ErrorsSayWhereTheyWere) {
  Stand s;
  int calls = 0;
  const auto failing = [&](const auto& error) {
    calls = 0;
    return [&calls, error](const Tensor& p, const Tensor& t) {
      if (++calls == 5) throw error;
      return loss(p, t);
    };
  };
  s.training = batches(3, -1);
  const train::FitOptions options{.epochs = 3};
  EXPECT_THAT(message_of([&] { train::fit(s.net, failing(ShapeError("odd")), s.sgd, s.training, options); }),
              "train::fit: epoch 2, batch 2: odd");
  try {
    train::fit(s.net, failing(std::runtime_error("mine")), s.sgd, s.training, s.validation, options);
    ADD_FAILURE();
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "train::fit: validation after epoch 1, batch 2: mine");
  }
  EXPECT_THROW(train::fit(s.net, failing(42), s.sgd, s.training, options), int);
  expect_error<ValueError>([&] { train::fit(s.net, loss, s.sgd, s.training, {.epochs = -1}); }, {"train::fit: epochs must be at least 0"});
  expect_error<ValueError>([&] { train::fit(s.net, loss, s.sgd, s.training, {.monitor = "val_loss"}); },
                           {"no value \"val_loss\"", "there will be loss"});
  const auto several = [](const Tensor& p, const Tensor&) { return p; };
  expect_error<ValueError>([&] { train::fit(s.net, several, s.sgd, s.training); },
                           {"epoch 1, batch 1: the loss function returned a tensor [2, 1]"});

  struct Layered {                                        // a layer's errors know their place in the model, too
    nn::Linear fc{3, 1};
    Tensor operator()(const Tensor& x) const { return fc(x); }
  } layered;
  optim::SGD sgd(nn::parameters(layered), {.lr = 0.1});
  expect_error<ShapeError>([&] { train::fit(layered, loss, sgd, s.training); }, {"train::fit: epoch 1, batch 1: in fc (Linear): linear: "});

  calls = 0;
  const auto nan = [&](const Tensor& p, const Tensor& t) { return loss(p, t) * (++calls == 2 ? -NAN : 1); };
  Stand fresh;
  fresh.training = batches(3, -1);
  const train::History h = train::fit(fresh.net, nan, fresh.sgd, fresh.training, {.nonfinite = optim::NonFinite::skip});
  EXPECT_EQ(h.skipped, 1);
  EXPECT_EQ(fresh.w(), 2);
  calls = 0;
  expect_error<ValueError>([&] { train::fit(fresh.net, nan, fresh.sgd, fresh.training); }, {"epoch 1, batch 2: the loss is nan"});
}

TEST(FitOptions, LayersInEvaluationStayThere) {
  struct Frozen {
    nn::BatchNorm1d one{2}, two{2};
    Tensor operator()(const Tensor& x) const { return two(one(x)); }
  } net;
  nn::eval(net.one);
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  struct Look {
    Frozen& net;
    std::string seen;
    void on_batch_end(train::Context&) { seen += net.one.training ? "T" : net.two.training ? "t" : "-"; }
    void on_validation_batch(train::Context&) { seen += net.one.training || net.two.training ? "V" : "v"; }
  } look{net, {}};
  const std::vector<Tensor> data{randn({4, 2})};
  const auto square = [](const Tensor& p, const Tensor&) { return mean(p * p); };
  train::fit(net, square, sgd, data, data, {.epochs = 2, .callbacks = {look}});
  EXPECT_EQ(look.seen, "tvtv");
  nn::eval(net);
  look.seen.clear();
  train::fit(net, square, sgd, data, {.callbacks = {look}});
  EXPECT_EQ(look.seen, "T");
}

TEST(FitOptions, TakesAStepOfOnesOwn) {
  const TemporaryFolder folder;
  train::Checkpoints checkpoints(folder.path());
  double first = 0;
  for (int call = 0; call < 2; ++call) {
    Stand a, b;
    const std::vector<Batch> data = batches(4, -1);
    int steps = 0;
    const auto step = [&](const Batch& batch) {
      const auto& [x, y] = batch;
      for (Stand* s : {&a, &b}) {
        s->sgd.zero_grad();
        loss(s->net(x), y).backward();
        s->sgd.step();
      }
      ++steps;
      return train::NamedValues{{"a", a.w()}, {"b", 2 * b.w()}};
    };
    const train::FitOptions options{.epochs = call + 1, .checkpoints = &checkpoints,
                                    .parts = {{"a", a.net}, {"b", b.net}, {"sgd", a.sgd}}};
    const train::History h = train::fit(step, data, options);
    EXPECT_EQ(steps, 4);
    EXPECT_EQ(a.w(), 4 * (call + 1));
    if (call == 0) first = h.of("a").back();
    else EXPECT_THAT(h.of("a"), ElementsAre(first, first + 4));
    EXPECT_EQ(h.of("b").back(), 2 * h.of("a").back());
    expect_error<ValueError>([&] { train::fit(step, data, {.clip_norm = 1}); }, {"clipping needs an optimizer"});
  }
  double sum = 0;
  train::fit([&](const Tensor& x) { sum += x.item(); return x; }, std::vector<Tensor>{full({}, 1), full({}, 2)}, {.epochs = 2});
  EXPECT_EQ(sum, 6);
}

}  // namespace fit_options_test
