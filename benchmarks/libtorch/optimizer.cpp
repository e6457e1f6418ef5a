// A step of an optimizer on ten million parameters in fifty tensors, with gradients that are there already.
#include "common.h"

namespace {

constexpr int tensors = 50;
constexpr std::int64_t rows = 400, columns = 500;

template <class Optimizer, class Settings>
void measure(const bench::Options& options, const Settings& settings) {
  std::vector<Tensor> weights;
  for (int i = 0; i < tensors; ++i) {
    weights.push_back(torch::full({rows, columns}, 0.5).set_requires_grad(true));
    weights.back().mutable_grad() = torch::full({rows, columns}, 0.01 * (i + 1));
  }
  Optimizer optimizer(weights, settings);
  for (int i = 0; i < 5; ++i) optimizer.step();
  bench::Mean check;
  for (const Tensor& w : weights) check.add(w[1][1].item<double>());
  const double seconds = bench::seconds_per_call(options.seconds, [&] { optimizer.step(); });
  bench::report(options.job, "ns/parameter", seconds / (tensors * rows * columns) * 1e9, check.value());
}

void run(const bench::Options& options) {
  using namespace torch::optim;
  if (options.job == "optimizer-sgd") measure<SGD>(options, SGDOptions(1e-3));
  else if (options.job == "optimizer-momentum") measure<SGD>(options, SGDOptions(1e-3).momentum(0.9));
  else if (options.job == "optimizer-rmsprop") measure<RMSprop>(options, RMSpropOptions(1e-3));
  else if (options.job == "optimizer-adam") measure<Adam>(options, AdamOptions(1e-3));
  else if (options.job == "optimizer-adamw") measure<AdamW>(options, AdamWOptions(1e-3));
  else throw std::invalid_argument("no such job: " + options.job);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
