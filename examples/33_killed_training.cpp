// A training that is killed and goes on: it ends with the same numbers, bit for bit, as one that was left alone.
//
//   ./run example 33_killed_training
//   ./run example 33_killed_training --kills 10 --epochs 50
//
// You should see a child process that trains killed (SIGKILL, which no program can catch) a few times, each time going on from its last
// checkpoint, then a training without a pause, and that all weights, averages and losses of the two are equal.
#include <gradus/gradus.h>
#include <gradus/train/loop/fit.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

#include "support/arguments.h"

using namespace gradus;

struct Net {
  nn::Linear hidden{2, 64};
  nn::BatchNorm1d norm{64};
  nn::Dropout drop{0.1};
  nn::Linear output{64, 2};
  Tensor operator()(const Tensor& x) const { return output(drop(relu(norm(hidden(x))))); }
};

struct Options {
  int epochs = 20, kills = 3;
  std::string folder = "runs_33";

  void describe(Describe& is) const {
    is(range::at_least_one, epochs);
    is(range::at_least_zero, kills);
  }
};

// Ends the process as a lack of memory or a loss of power would.
struct Kill {
  std::int64_t at_step = 0;
  void on_after_step(train::Context& c) {
    if (c.step == at_step) std::raise(SIGKILL);
  }
};

// Two moons; everything that the training consists of is made anew in each process.
State trained(const Options& options, const std::string& folder, Kill kill, std::string* resumed_from = nullptr) {
  manual_seed(1);
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 0.01});
  optim::OneCycleLR schedule(adam, {.max_lr = 0.02, .total_steps = 16L * options.epochs + 1});
  optim::EMA ema(nn::parameters(net), {.decay = 0.99}, [&](const auto& visit) { nn::each_buffer(net, visit); });
  data::DataLoader training(data::two_moons(1000, {.noise = 0.2, .seed = 1}), {.batch_size = 64, .shuffle = true});
  data::DataLoader validation(data::two_moons(500, {.noise = 0.2, .seed = 2}));
  train::Accuracy accuracy;
  train::Checkpoints checkpoints(folder);
  const train::History history = train::fit(net, nn::CrossEntropyLoss(), adam, training, validation,
      {.epochs = options.epochs, .schedule = &schedule, .average = &ema, .metrics = {{"accuracy", accuracy}}, .callbacks = {kill},
       .checkpoints = &checkpoints, .checkpoint_every = 5});
  if (resumed_from) *resumed_from = history.resumed_from;
  State all = nn::state(net);
  all.add("average.", ema.state());
  for (const char* name : {"loss", "val_loss", "val_accuracy"})
    all.arrays[name] = Array::from(history.of(name), {options.epochs});
  return all;
}

bool same(const State& a, const State& b) {
  bool equal = a.values == b.values && a.arrays.size() == b.arrays.size();
  for (const auto& [name, array] : a.arrays) equal = equal && b.arrays.contains(name) && array.to_vector() == b.arrays.at(name).to_vector();
  return equal;
}

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  const std::string killed = options.folder + "/killed", whole = options.folder + "/whole";
  std::filesystem::remove_all(options.folder);
  for (int i = 1; i <= options.kills; ++i) {
    const std::int64_t step = 16L * options.epochs * i / (options.kills + 1) + 3;
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
      trained(options, killed, {step});
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) return std::printf("the child was not killed, status %d\n", status), 1;
    const auto latest = train::Checkpoints(killed).latest();
    std::printf("killed in step %lld; the newest checkpoint is of step %lld\n", static_cast<long long>(step),
                static_cast<long long>(latest ? latest->step : 0));
  }
  std::string from;
  const State a = trained(options, killed, {}, &from), b = trained(options, whole, {});
  std::printf("went on from %s\n", from.empty() ? "the beginning" : from.c_str());
  const auto last_loss = [](const State& s) { return s.arrays.at("loss").to_vector().back(); };
  std::printf("last loss, killed and whole: %.9g and %.9g\n", last_loss(a), last_loss(b));
  std::printf("all weights, averages and losses are %s\n", same(a, b) ? "equal" : "NOT equal");
  return same(a, b) ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
