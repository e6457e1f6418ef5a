// A step of every optimizer on ten million parameters in fifty matrices, with gradients that are there already.
#include <functional>
#include <map>

#include "common.h"

namespace {

constexpr int tensors = 50;
constexpr std::int64_t rows = 400, columns = 500;

std::vector<Parameter> weights_with_gradients() {
  std::vector<Parameter> weights;
  for (int i = 0; i < tensors; ++i) {
    weights.emplace_back(Array::full({rows, columns}, 0.5));
    weights.back().leaf()->grad = full({rows, columns}, 0.01 * (i + 1));
  }
  return weights;
}

template <class Step>
void measure(const bench::Options& options, const std::vector<Parameter>& weights, Step&& step) {
  for (int i = 0; i < 5; ++i) step();
  bench::Mean check;
  for (const Parameter& w : weights) check.add(w.value().at({1, 1}));
  const double seconds = bench::seconds_per_call(options.seconds, step);
  bench::report(options.job, "ns/parameter", seconds / (tensors * rows * columns) * 1e9, check.value());
}

template <class Optimizer>
std::function<void(const bench::Options&)> job(const typename Optimizer::Options& settings) {
  return [settings](const bench::Options& options) {
    std::vector<Parameter> weights = weights_with_gradients();
    Optimizer optimizer(nn::parameters(weights), settings);
    measure(options, weights, [&] { optimizer.step(); });
  };
}

// One iteration on ½‖w‖², whose gradient is the weights themselves and costs nothing.
void lbfgs(const bench::Options& options) {
  std::vector<Parameter> weights = weights_with_gradients();
  optim::LBFGS optimizer(nn::parameters(weights), {.lr = 1e-3, .max_iter = 1, .history_size = 5});
  const Tensor loss = Tensor(Array::scalar(1));
  measure(options, weights, [&] {
    optimizer.step([&] {
      for (const Parameter& w : weights) w.leaf()->grad = Tensor(w.value());
      return loss;
    });
  });
}

void run(const bench::Options& options) {
  using namespace optim;
  const std::map<std::string, std::function<void(const bench::Options&)>> jobs{
      {"optimizer-sgd", job<SGD>({.lr = 1e-3})},
      {"optimizer-momentum", job<SGD>({.lr = 1e-3, .momentum = 0.9})},
      {"optimizer-rmsprop", job<RMSprop>({.lr = 1e-3})},
      {"optimizer-centered", job<RMSprop>({.lr = 1e-3, .momentum = 0.9, .centered = true})},
      {"optimizer-adam", job<Adam>({.lr = 1e-3})},
      {"optimizer-amsgrad", job<Adam>({.lr = 1e-3, .amsgrad = true})},
      {"optimizer-adamw", job<AdamW>({.lr = 1e-3})},
      {"optimizer-adagrad", job<Adagrad>({.lr = 1e-3})},
      {"optimizer-adadelta", job<Adadelta>({.lr = 1})},
      {"optimizer-adamax", job<Adamax>({.lr = 1e-3})},
      {"optimizer-nadam", job<NAdam>({.lr = 1e-3})},
      {"optimizer-radam", job<RAdam>({.lr = 1e-3})},
      {"optimizer-asgd", job<ASGD>({.lr = 1e-3})},
      {"optimizer-rprop", job<Rprop>({.lr = 1e-3})},
      {"optimizer-lion", job<Lion>({.lr = 1e-3})},
      {"optimizer-schedulefree", job<ScheduleFreeAdamW>({.lr = 1e-3})},
      {"optimizer-adafactor", job<Adafactor>({.lr = 1e-3})},
      {"optimizer-lamb", job<LAMB>({.lr = 1e-3})},
      {"optimizer-muon", job<Muon>({.lr = 1e-3})},
      {"optimizer-lbfgs", lbfgs},
  };
  const auto at = jobs.find(options.job);
  check<ValueError>(at != jobs.end(), "no such job: ", options.job);
  at->second(options);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
