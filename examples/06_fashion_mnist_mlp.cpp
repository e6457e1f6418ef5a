// The demo: a 784-512-256-10 network learns to tell ten kinds of clothes apart on Fashion-MNIST.
//
//   ./run demo                                   (or: ./run example 06_fashion_mnist_mlp)
//   ./run demo --epochs 3 --seed 7 --data /path/to/the/four/idx/files
//
// You should see the test accuracy pass 0.85 in the first epoch and end near 0.90 after ten, in well under a minute on two cores; shirts
// are the hard ones (recall about 0.73), trousers the easy ones (0.98). The curves are drawn into an SVG file beside the program.
#include <gradus/gradus.h>

#include <chrono>
#include <cstdio>

#include "support/arguments.h"
#include "support/report.h"

using namespace gradus;

struct Net {
  nn::Linear first{784, 512}, second{512, 256}, output{256, 10};
  Tensor operator()(const Tensor& image) const {
    Tensor x = flatten(image, 1);
    x = relu(first(x));
    x = relu(second(x));
    return output(x);
  }
};

struct Options {
  int epochs = 10;
  std::uint64_t seed = 1;
  std::int64_t batch = 128;
  std::string data;
  std::int64_t limit = 0;
  std::string picture;

  void describe(Describe& is) const { is(range::at_least_zero, epochs, limit); }
};

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  const int epochs = options.epochs;
  manual_seed(options.seed);

  auto [train, test] = support::fashion_mnist(options);
  std::printf("Fashion-MNIST: %lld training pictures, %lld test pictures; threads: %d\n", static_cast<long long>(train.samples()),
              static_cast<long long>(test.samples()), num_threads());

  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  optim::CosineAnnealingLR schedule(adam, {.t_max = epochs});
  std::printf("network: 784-512-256-10, %lld parameters\n\n", static_cast<long long>(nn::parameter_count(net)));
  std::fflush(stdout);

  std::vector<support::Epoch> history;
  support::Result result;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    support::Average loss_average, accuracy_average;
    const auto start = std::chrono::steady_clock::now();
    auto bar = progress(train, "epoch ", epoch, "/", epochs);
    for (auto [image, label] : bar) {
      const Tensor logits = net(image);
      const Tensor loss = nn::cross_entropy(logits, label);
      adam.zero_grad();
      loss.backward();
      adam.step();
      loss_average.add(loss.item(), label.size());
      accuracy_average.add(nn::accuracy(logits, label), label.size());
      bar.note("loss", loss_average.value());
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    result = support::test(net, test);
    history.push_back({loss_average.value(), accuracy_average.value(), result.accuracy, adam.lr(), seconds.count()});
    schedule.step();
  }

  support::print_epochs(history);
  support::print_confusion(result.confusion, support::clothes);
  support::draw_curves(options.picture, argv[0], "Fashion-MNIST, 784-512-256-10", history);
  std::printf("test accuracy %.4f\n", result.accuracy);
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
