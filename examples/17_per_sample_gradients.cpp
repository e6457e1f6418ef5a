// The gradient of every sample by itself, which a batch's gradient is the mean of. Who pulls hardest at a trained network? Those whose
// label is wrong. (The same gradients, clipped one by one and with noise added, are differentially private training.)
//
//   ./run example 17_per_sample_gradients
//
// One label of twenty on the two spirals was turned round. You should see that of the samples with the longest gradients most are such,
// that per_sample_grad gives the same numbers as a loop with a backward() for each sample, and what both cost: on two cores about half.
#include <gradus/gradus.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>

using namespace gradus;

struct Net {
  nn::Linear first{2, 64}, second{64, 64}, output{64, 2};
  Tensor operator()(const Tensor& x) const { return output(relu(second(relu(first(x))))); }
};

double seconds_of(auto work) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

int main() {
  manual_seed(1);
  constexpr int n = 600, wrong = n / 20;
  const auto spirals = data::two_spirals(n, {.noise = 0.01, .seed = 1});
  const Tensor points = spirals.tensor(0);
  Array labels = spirals.tensor(1).value().contiguous_copy();
  for (int i = 0; i < wrong; ++i) labels.mutable_data<std::int64_t>()[20 * i] ^= 1;

  Net net;
  optim::AdamW adam(nn::parameters(net), {.lr = 1e-2, .weight_decay = 0.05});
  for (int step = 0; step < 300; ++step) {
    const Tensor loss = nn::cross_entropy(net(points), labels);
    adam.zero_grad();
    loss.backward();
    adam.step();
  }

  const auto loss = [&](const Tensor& x, const Tensor& label) { return nn::cross_entropy(net(x), label); };
  const Parameters parameters = nn::parameters(net);
  std::vector<Tensor> gradients;                                 // [600, shape of parameter k...]
  const double all_at_once = seconds_of([&] { gradients = per_sample_grad(loss, parameters, {points, labels}); });
  Tensor squares = zeros({n});
  for (const Tensor& g : gradients) squares = squares + sum(square(flatten(g, 1)), 1);
  const Tensor lengths = sqrt(squares);

  const auto place = argsort(lengths, 0, true).value().to_vector();
  int found = 0;
  for (int k = 0; k < wrong; ++k) found += static_cast<std::int64_t>(place[k]) % 20 == 0;
  std::printf("of the %d longest gradients %d are of samples with a wrong label, %d of which there are\n", wrong, found, wrong);
  std::printf("longest %.3g, median %.3g\n", max(lengths).item(), median(lengths).item());

  double difference = 0;
  const double one_by_one = seconds_of([&] {
    for (std::int64_t i = 0; i < n; ++i) {
      nn::zero_grad(net);
      loss(narrow(points, 0, i, 1), Tensor(labels.slice(0, i, i + 1))).backward();
      difference = std::max(difference, max(abs(net.second.weight.grad() - select(gradients[2], 0, i))).item());
    }
  });
  std::printf("largest difference from a loop over the samples: %g\n", difference);
  std::printf("per_sample_grad took %.1f ms on %d threads, the loop %.1f ms\n", 1e3 * all_at_once, num_threads(), 1e3 * one_by_one);
}
