// Checkpoints: training that is interrupted, in the middle of an epoch too, and resumed with new objects is bit for bit the training that
// was not; a checkpoint that does not fit changes nothing.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/state/state.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/around/accumulation.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/schedules/one_cycle_lr.h>
#include <gradus/train/checkpoint/checkpoint.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace checkpoint_test {

using namespace gradus;
using ::testing::HasSubstr;

struct Net {
  nn::Linear hidden{4, 8};
  nn::BatchNorm1d norm{8};
  nn::Dropout drop{0.3};
  nn::Linear output{8, 3};
  Tensor operator()(const Tensor& x) const { return output(drop(relu(norm(hidden(x))))); }
};

data::TensorDataset<2> dataset() {
  Generator g(11);
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 50; ++i) labels.push_back(static_cast<std::int64_t>(g.below(3)));
  return data::TensorDataset(randn({50, 4}, g).value(), Array::from(labels, {50}));
}

// All that takes part in a training, and a struct of the user's.
struct Training {
  Net net;
  optim::Adam adam{nn::parameters(net), {.lr = 0.01, .weight_decay = 1e-3, .amsgrad = true}};
  optim::Lookahead lookahead{adam, {.k = 3}};
  optim::OneCycleLR schedule{adam, {.max_lr = 0.05, .total_steps = 100}};
  optim::ReduceLROnPlateau plateau{adam, {.patience = 1}};
  optim::EMA ema{nn::parameters(net), {.decay = 0.9}, [this](const auto& visit) { nn::each_buffer(net, visit); }};
  optim::GradientAccumulation accumulation{nn::parameters(net), {.batches = 2}};
  data::DataLoader<data::TensorDataset<2>> loader{dataset(), {.batch_size = 8, .shuffle = true, .workers = 1}};
  struct Best {
    double loss = 1e9;
    State state() const {
      State s;
      s.set("loss", loss);
      return s;
    }
    void load_state(const State& s) {
      StateReader reader(s);
      const double now = reader.number("loss", 0);
      reader.finish("Best: the state does not fit");
      loss = now;
    }
  } best;
  std::vector<double> losses;

  std::vector<train::Part> parts() {
    return {{"model", net},   {"optimizer", lookahead},       {"schedule", schedule}, {"plateau", plateau},
            {"average", ema}, {"accumulation", accumulation}, {"loader", loader},     {"generator", default_generator()},
            {"best", best}};
  }
  // Trains for so many micro-batches.
  void run(int batches) {
    while (batches > 0) {
      for (auto [x, y] : loader) {
        const Tensor loss = nn::cross_entropy(net(x + 0.01 * randn(x.shape())), y);
        losses.push_back(loss.item());
        best.loss = std::min(best.loss, losses.back());
        if (accumulation.backward(loss, x.dim(0))) {
          lookahead.step();
          ema.update();
          schedule.step();
          plateau.step(losses.back());
        }
        if (--batches == 0) return saved();
      }
    }
  }
  std::function<void()> saved = [] {};
};

void expect_same(const State& a, const State& b) {
  EXPECT_EQ(a.values, b.values);
  ASSERT_EQ(a.arrays.size(), b.arrays.size());
  for (const auto& [name, array] : a.arrays) {
    ASSERT_TRUE(b.arrays.contains(name)) << name;
    EXPECT_EQ(array.dtype(), b.arrays.at(name).dtype()) << name;
    EXPECT_EQ(array.to_vector(), b.arrays.at(name).to_vector()) << name;
  }
}
State sum(Training& t) {
  const std::vector<train::Part> parts = t.parts();
  return sum_of_states(std::vector<StatePart>(parts.begin(), parts.end()));
}

TEST(Checkpoint, InterruptedTrainingIsTheTrainingThatWasNot) {
  constexpr int all = 33;                             // micro-batches: nearly five epochs of seven
  for (const int until : {1, 5, 7, 10, 14, 20}) {      // within an epoch and at its end, within a group of micro-batches and at its end
    const TemporaryFolder folder;
    manual_seed(3);
    Training straight;
    straight.saved = [&] { train::save_checkpoint(folder / "run.safetensors", straight.parts()); };
    straight.run(until);
    {
      manual_seed(99);
      Training second;
      train::load_checkpoint(folder / "run.safetensors", second.parts());
      second.run(all - until);
      manual_seed(12345);
      Training resumed;
      resumed.run(2);                                 // into the middle of something else
      train::load_checkpoint(folder / "run.safetensors", resumed.parts());
      resumed.losses.clear();
      resumed.run(all - until);
      EXPECT_EQ(resumed.losses, second.losses);
      expect_same(sum(resumed), sum(second));

      manual_seed(3);
      Training whole;
      whole.run(all);
      EXPECT_EQ(std::vector<double>(whole.losses.end() - (all - until), whole.losses.end()), resumed.losses) << until;
      expect_same(nn::state(whole.net), nn::state(resumed.net));
      expect_same(whole.lookahead.state(), resumed.lookahead.state());
      expect_same(whole.ema.state(), resumed.ema.state());
      expect_same(whole.schedule.state(), resumed.schedule.state());
      EXPECT_EQ(whole.best.loss, resumed.best.loss);
    }
  }
}

TEST(Checkpoint, ThatDoesNotFitSaysAllAndChangesNothing) {
  const TemporaryFolder folder;
  manual_seed(1);
  Training training;
  training.run(4);
  State bad = sum(training);
  bad.arrays["model.hidden.weight"] = Array::zeros({2, 2});
  bad.arrays.erase("average.output.bias");
  bad.values["loader.batch_size"] = "9";
  bad.values["best.loss"] = "low";
  save_state(folder / "bad.safetensors", bad);
  const State before = sum(training);
  const std::string message = message_of([&] { train::load_checkpoint(folder / "bad.safetensors", training.parts()); });
  for (const char* line : {"bad.safetensors", "nothing has changed", "\n  model: load_state: the state does not fit the model",
                           "\n    hidden.weight is [2, 2] f32 in the state but [8, 4] f32 here", "\n  average: EMA: the state does not fit",
                           "\n    missing output.bias [3] f32", "\n  loader: DataLoader: the state does not fit this loader",
                           "\n    batch_size is 9 in the state but 8 here: construct it with .batch_size = 9", "\n  best: Best: ",
                           "\n    loss is \"low\", which is not a finite number of at least 0"})
    EXPECT_THAT(message, HasSubstr(line));
  expect_same(sum(training), before);

  EXPECT_THAT(message_of([&] { train::load_checkpoint(folder / "bad.safetensors", {{"model", training.net}}); }),
              HasSubstr("unexpected optimizer"));
  nn::save(training.net, folder / "net.safetensors");
  EXPECT_THAT(message_of([&] { train::load_checkpoint(folder / "net.safetensors", training.parts()); }), HasSubstr("no sum of states"));
  EXPECT_THROW(train::load_checkpoint(folder / "absent.safetensors", training.parts()), FileError);
  expect_same(sum(training), before);
}

TEST(Checkpoint, HoldsTheModelUnderPyTorchsNames) {
  const TemporaryFolder folder;
  Net net, other;
  train::save_checkpoint(folder / "run.safetensors", {{"model", net}});
  const Safetensors contents = load_safetensors(folder / "run.safetensors");
  EXPECT_TRUE(contents.arrays.contains("model.hidden.weight"));
  EXPECT_TRUE(contents.metadata.contains("model.drop.generator"));
  train::load_checkpoint(folder / "run.safetensors", {{"model", other}});
  expect_same(nn::state(net), nn::state(other));
}

TEST(Stateful, AStreamByItself) {
  nn::Stream one, two;
  static_cast<Generator&>(one).uniform();
  StateAccess<nn::Stream>::load(two, StateAccess<nn::Stream>::state(one));
  EXPECT_EQ(static_cast<Generator&>(one).uniform(), static_cast<Generator&>(two).uniform());
  EXPECT_EQ(message_of([&] { StateAccess<nn::Stream>::load(two, State({}, {{"stream", "1 2"}})); }),
            "Stream: the state does not fit:\n  stream is \"1 2\", which is not four numbers");
}

}  // namespace checkpoint_test
