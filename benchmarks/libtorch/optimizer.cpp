// A step of an optimizer on ten million parameters in fifty matrices, with gradients that are there already.
#include "common.h"

namespace {

constexpr int tensors = 50;
constexpr std::int64_t rows = 400, columns = 500;

std::vector<Tensor> weights_with_gradients() {
  std::vector<Tensor> weights;
  for (int i = 0; i < tensors; ++i) {
    weights.push_back(torch::full({rows, columns}, 0.5).set_requires_grad(true));
    weights.back().mutable_grad() = torch::full({rows, columns}, 0.01 * (i + 1));
  }
  return weights;
}

template <class Step>
void measure_steps(const bench::Options& options, const std::vector<Tensor>& weights, Step&& step) {
  for (int i = 0; i < 5; ++i) step();
  bench::Mean check;
  for (const Tensor& w : weights) check.add(w[1][1].item<double>());
  const double seconds = bench::seconds_per_call(options.seconds, step);
  bench::report(options.job, "ns/parameter", seconds / (tensors * rows * columns) * 1e9, check.value());
}

template <class Optimizer, class Settings>
void measure(const bench::Options& options, const Settings& settings) {
  const std::vector<Tensor> weights = weights_with_gradients();
  Optimizer optimizer(weights, settings);
  measure_steps(options, weights, [&] { optimizer.step(); });
}

// One iteration on ½‖w‖², whose gradient is the weights themselves.
void lbfgs(const bench::Options& options) {
  std::vector<Tensor> weights = weights_with_gradients();
  torch::optim::LBFGS optimizer(weights, torch::optim::LBFGSOptions(1e-3).max_iter(1).history_size(5));
  const Tensor loss = torch::ones({});
  measure_steps(options, weights, [&] {
    optimizer.step([&] {
      for (Tensor& w : weights) w.mutable_grad() = w.detach();
      return loss;
    });
  });
}

void run(const bench::Options& options) {
  using namespace torch::optim;
  if (options.job == "optimizer-sgd") measure<SGD>(options, SGDOptions(1e-3));
  else if (options.job == "optimizer-momentum") measure<SGD>(options, SGDOptions(1e-3).momentum(0.9));
  else if (options.job == "optimizer-rmsprop") measure<RMSprop>(options, RMSpropOptions(1e-3));
  else if (options.job == "optimizer-centered") measure<RMSprop>(options, RMSpropOptions(1e-3).momentum(0.9).centered(true));
  else if (options.job == "optimizer-adam") measure<Adam>(options, AdamOptions(1e-3));
  else if (options.job == "optimizer-amsgrad") measure<Adam>(options, AdamOptions(1e-3).amsgrad(true));
  else if (options.job == "optimizer-adamw") measure<AdamW>(options, AdamWOptions(1e-3));
  else if (options.job == "optimizer-adagrad") measure<Adagrad>(options, AdagradOptions(1e-3));
  else if (options.job == "optimizer-lbfgs") lbfgs(options);
  else throw std::invalid_argument("no such job: " + options.job);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
