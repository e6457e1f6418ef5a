// The loader. data-fashion-N and data-fashion-whole-N: an epoch of shuffled, normalised Fashion-MNIST in batches of 64 by N workers;
// data-wait: the part of its time that the demo's loop waits for batches.
#include <gradus/data/all.h>

#include "mlp.h"

namespace {

void read(const bench::Options& options) {
  data::DataLoader loader(pictures(options), {.batch_size = 64, .shuffle = true, .seed = 1, .workers = static_cast<int>(options.number())});
  double check = 0;
  const auto epoch = [&](bool checking) {
    bench::Mean squares;
    for (const auto& [image, label] : loader)
      if (checking) squares.add(mean(image * image).item(), static_cast<double>(label.size()));
    if (checking) check = squares.value();
  };
  epoch(true);
  std::vector<double> samples;
  const auto begin = bench::Clock::now();
  while (samples.size() < 3 || bench::since(begin) < options.seconds) {
    const auto start = bench::Clock::now();
    epoch(false);
    samples.push_back(bench::since(start));
  }
  bench::report(options.job, "s/epoch", bench::quantile(samples, 0.5) * 60000 / static_cast<double>(options.samples), check);
}

void wait(const bench::Options& options) {
  Mlp net;
  load_weights(nn::parameters(net), options, "mlp");
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  data::DataLoader loader(pictures(options), {.batch_size = 128, .shuffle = true, .seed = 1, .workers = 1});
  std::vector<double> shares;
  for (int epoch = 0; epoch < 3; ++epoch) {
    double waited = 0;
    const auto begin = bench::Clock::now();
    for (auto it = loader.begin();;) {
      const auto start = bench::Clock::now();
      const bool over = it == loader.end();
      if (!over) *it;
      waited += bench::since(start);
      if (over) break;
      const auto& [image, label] = *it;
      training_step(net, adam, image, label);
      ++it;
    }
    shares.push_back(100 * waited / bench::since(begin));
  }
  bench::report(options.job, "%_of_time", bench::quantile(shares, 0.5));
}

void run(const bench::Options& options) {
  if (options.job == "data-wait") wait(options);
  else read(options);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
