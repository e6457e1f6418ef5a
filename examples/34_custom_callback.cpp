// A callback of one's own: any struct, with the members that it wants.
//
//   ./run example 34_custom_callback
//
// You should see a line for each epoch with the share of hidden units that are dead (zero for every point of the validation) and the
// largest gradient. The rate begins too large and kills half of the units in the first epochs; the callback halves it whenever an epoch was
// worse than the one before, and stops the training at a loss of 0.03, after about ten.
#include <gradus/gradus.h>
#include <gradus/train/loop/fit.h>

#include <algorithm>
#include <cstdio>

using namespace gradus;

struct Net {
  nn::Linear hidden{2, 64}, output{64, 2};
  Tensor features(const Tensor& x) const { return relu(hidden(x)); }
  Tensor operator()(const Tensor& x) const { return output(features(x)); }
};

struct Watch {
  const Net& net;
  double goal;
  double last = HUGE_VAL, gradient = 0;
  std::vector<char> alive = std::vector<char>(64);

  void on_epoch_begin(train::Context&) { gradient = 0; }
  // Gradients are there, and clipped where fit is told to clip.
  void on_before_step(train::Context& c) { gradient = std::max(gradient, optim::get_total_norm(c.optimizer->parameters())); }
  void on_validation_begin(train::Context&) { std::fill(alive.begin(), alive.end(), 0); }
  // Nothing is recorded here, and the model evaluates.
  void on_validation_batch(train::Context& c) {
    const Array units = net.features(*c.inputs[0]).value().as_contiguous();
    for (std::int64_t i = 0; i < units.size(); ++i)
      if (units.data<float>()[i] > 0) alive[static_cast<std::size_t>(i % 64)] = 1;
  }
  void on_epoch_end(train::Context& c) {
    const auto dead = std::count(alive.begin(), alive.end(), 0);
    std::printf(" %5lld  %8.4f  %8.3f  %7.2f  %9.2f  %8.4f\n", static_cast<long long>(c.epoch), c.value("loss"), c.value("val_accuracy"),
                static_cast<double>(dead) / 64, gradient, c.lr());
    if (c.value("loss") < goal) c.stop(text("a loss of ", goal, " is reached"));
    if (c.value("loss") > last) c.optimizer->set_lr(c.lr() / 2);
    last = c.value("loss");
  }
  // With these two it is part of checkpoints, too.
  State state() const {
    State s;
    s.set("last", last);
    return s;
  }
  void load_state(const State& s) {
    StateReader reader(s);
    reader.read("last", Option("last", last));
    reader.finish("Watch: the state does not fit");
  }
};

int main() try {
  manual_seed(3);
  Net net;
  optim::SGD sgd(nn::parameters(net), {.lr = 2, .momentum = 0.9});
  data::DataLoader training(data::two_moons(1000, {.noise = 0.15, .seed = 1}), {.batch_size = 50, .shuffle = true});
  data::DataLoader validation(data::two_moons(1000, {.noise = 0.15, .seed = 2}), {.batch_size = 500});
  train::Accuracy accuracy;
  Watch watch{net, 0.03};
  std::printf(" epoch      loss  accuracy     dead   gradient      rate\n");
  const train::History history = train::fit(net, nn::CrossEntropyLoss(), sgd, training, validation,
                                            {.epochs = 100, .metrics = {{"accuracy", accuracy}}, .callbacks = {watch}});
  std::printf("ended: %s\n", history.why.c_str());
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
