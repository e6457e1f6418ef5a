// Finding settings: what is wrong with a net shows on one batch, the learning rate in a range test, and the rest in a search.
//
//   ./run example 36_search          (--trials 8 for a quicker one; --processes N: so many at a time; --file search.jsonl)
//
// You should see that the net can learn one batch, the curve of the range test, and a table of settings, the best first. Each trial runs in
// a process of its own with few epochs; the best third goes on with three times as many, and so on. With --file, run it twice, or end it
// in the middle and run it again: what stands in the file is not tried once more.
#include <gradus/gradus.h>
#include <gradus/train/tune/find_lr.h>
#include <gradus/train/tune/overfit.h>
#include <gradus/train/tune/search.h>

#include <cstdio>
#include <iostream>

#include "support/arguments.h"

using namespace gradus;

struct Options {
  std::int64_t trials = 27, epochs = 27;
  int processes = 2;
  std::string file = "";   // where results stand; "": nowhere

  void describe(Describe& is) const {
    is(range::at_least_one, trials, epochs);
    is(range::at_least_zero, processes);
  }
};

struct Settings {
  double lr = 1e-2;
  std::int64_t width = 16, batch_size = 32;
  double weight_decay = 0;

  void describe(Describe& is) const {
    is(range::above_zero, lr);
    is(range::at_least_one, width, batch_size);
    is(range::at_least_zero, weight_decay);
  }
};

struct Net {
  explicit Net(std::int64_t width) : first(2, width), second(width, width), output(width, 2) {}
  nn::Linear first, second, output;
  Tensor operator()(const Tensor& x) const { return output(relu(second(relu(first(x))))); }
  using Fields = nn::Fields<&Net::first, &Net::second, &Net::output>;
};
const auto loss = [](const Tensor& logits, const Tensor& arm) { return nn::cross_entropy(logits, arm); };

std::tuple<Tensor, Tensor> spirals(std::int64_t points, std::uint64_t seed) {   // as one batch
  data::DataLoader loader(data::two_spirals(points, {.noise = 0.01, .seed = seed}), {.batch_size = points});
  return *loader.begin();
}

// The loss on unseen points after so many epochs.
double unseen_loss(const Settings& s, std::int64_t epochs) {
  Net net(s.width);
  optim::AdamW adam(nn::parameters(net), {.lr = s.lr, .weight_decay = s.weight_decay});
  data::DataLoader loader(data::two_spirals(500, {.noise = 0.01, .seed = 1}), {.batch_size = s.batch_size, .shuffle = true});
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch)
    for (auto [point, arm] : loader) {
      const Tensor value = loss(net(point), arm);
      adam.zero_grad();
      value.backward();
      adam.step();
    }
  const auto [point, arm] = spirals(500, 2);
  const NoGrad guard;
  return loss(net(point), arm).item();
}

int main(int argc, char** argv) {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(1);
  Net net(16);
  optim::AdamW adam(nn::parameters(net), {.lr = 1e-2});
  data::DataLoader loader(data::two_spirals(500, {.noise = 0.01, .seed = 1}), {.batch_size = 32, .shuffle = true});

  std::cout << "one batch: " << train::overfit_batch(net, loss, adam, spirals(12, 1), {.steps = 1000, .goal = 0.1}) << "\n";
  std::cout << train::find_lr(net, loss, adam, loader) << "\n";

  const train::SearchResults found = train::search(
      Settings{},
      {train::log_uniform("lr", 1e-4, 1), train::one_of("width", {8, 16, 32, 64}), train::one_of("batch_size", {16, 32, 64}),
       train::one_of("weight_decay", {0., 1e-4, 1e-2})},
      [](const Settings& s, const train::Trial& trial) { return unseen_loss(s, trial.budget); },
      {.by = train::SearchBy::halving, .trials = options.trials, .processes = options.processes, .budget = options.epochs,
       .file = options.file});
  std::cout << found;
  const Settings best = train::with_settings(Settings{}, found.best());
  std::cout << "\nbest: " << describe_options("Settings", best) << ", loss " << found.best().value << " on unseen points\n";
}
