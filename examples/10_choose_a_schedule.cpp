// Choosing a schedule: one small job, 4000 pictures of Fashion-MNIST and a 784-64-10 network, trained under each of several schedules.
//
//   ./run example 10_choose_a_schedule                       (--seeds 1 for a quicker, noisier table; --epochs, --limit, --data)
//   ./run example 10_choose_a_schedule --gallery DIR         draws every schedule that there is into DIR/schedule_….svg, trains nothing
//
// You should see each schedule as a curve before it is used, and at the end two tables of accuracies on unseen pictures, each a mean over
// seeds. What to conclude:
//   - The rate that makes the fastest progress at first is too large at the end: left as it is, it ends near 0.80. Every schedule that
//     comes down to nearly 0 by the last step ends near 0.83: a line, cosine, one cycle, a decay at the end. If in doubt, take cosine.
//   - Stairs are a little behind, and have to be chosen. The plateau chooses by the loss on unseen pictures, for runs of unknown length.
//   - 1/√t is small after a few steps and then hardly falls; with a rate chosen for another schedule it learns slowly.
//   - Warm-up pays where the first steps are too large, as Adam's are at a high rate. It can stand before any schedule.
#include <gradus/gradus.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "support/arguments.h"
#include "support/report.h"
#include "support/schedule_gallery.h"

using namespace gradus;
using optim::Curve;
using optim::Unit;

struct Net {
  nn::Linear hidden{784, 64}, output{64, 10};
  Tensor operator()(const Tensor& image) const { return output(relu(hidden(flatten(image, 1)))); }
};

struct Job {
  support::Images train, test;
  long epochs, seeds;

  // The mean accuracy over seeds. `begin(net)` gives the optimizer and two functions: what to do after a step, and after an epoch with the
  // loss on unseen pictures.
  double accuracy(auto begin) {
    double sum = 0;
    for (long seed = 1; seed <= seeds; ++seed) {
      manual_seed(static_cast<std::uint64_t>(seed));
      Net net;
      auto run = begin(net);
      train.set_epoch(0);
      for (long epoch = 0; epoch < epochs; ++epoch) {
        for (auto [image, label] : train) {
          const Tensor loss = nn::cross_entropy(net(image), label);
          run.optimizer.zero_grad();
          loss.backward();
          run.optimizer.step();
          run.after_step();
        }
        run.after_epoch([&] {
          const NoGrad guard;
          support::Average unseen;
          for (auto [image, label] : test) unseen.add(nn::cross_entropy(net(image), label).item(), label.size());
          return unseen.value();
        });
      }
      sum += support::test(net, test).accuracy;
    }
    return sum / static_cast<double>(seeds);
  }
};

// An optimizer under a schedule that counts steps.
template <class Optimizer>
struct Scheduled {
  Optimizer optimizer;
  optim::LRScheduler schedule;
  Scheduled(Net& net, const typename Optimizer::Options& options, const Curve& curve)
      : optimizer(nn::parameters(net), options), schedule(optimizer, curve) {}
  void after_step() { schedule.step(); }
  void after_epoch(auto) {}
};

struct OnPlateau {
  optim::SGD optimizer;
  optim::ReduceLROnPlateau schedule{optimizer, {.factor = 0.3, .patience = 0}};
  OnPlateau(Net& net, const optim::SGDOptions& options) : optimizer(nn::parameters(net), options) {}
  void after_step() {}
  void after_epoch(auto loss_on_unseen) { schedule.step(loss_on_unseen()); }
};

struct Options {
  std::int64_t epochs = 6, seeds = 3;
  std::uint64_t seed = 1;
  std::int64_t batch = 32;
  std::int64_t limit = 4000;
  std::string data;
  std::string gallery;

  void describe(Describe& is) const { is(range::at_least_zero, epochs, seeds, limit); }
};

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  if (const std::filesystem::path folder = options.gallery; !folder.empty()) {
    for (const auto& [name, preview] : support::schedule_gallery()) preview.save_svg(folder / ("schedule_" + name + ".svg"));
    return 0;
  }

  auto [train, test] = support::fashion_mnist(options);
  Job job{std::move(train), std::move(test), options.epochs, options.seeds};
  const std::int64_t n = job.epochs * job.train.size();        // steps in all
  const auto warm = [&](Curve curve) { return optim::WarmupLR::curve({.steps = n / 10, .then = std::move(curve)}); };
  const auto cosine = [](std::int64_t steps) { return optim::CosineAnnealingLR::curve({.t_max = steps, .per = Unit::step}); };
  const Curve root = optim::InverseSqrtLR::curve();

  struct Row {
    const char* name;
    Curve curve;
    double accuracy = 0;
  };
  std::vector<Row> rows{
      {"constant", optim::ConstantLR::curve({.factor = 1, .per = Unit::step})},
      {"inverse square root", root},
      {"exponential", optim::ExponentialLR::curve({.gamma = std::pow(0.02, 1.0 / static_cast<double>(n)), .per = Unit::step})},
      {"stairs", optim::StepLR::curve({.step_size = n / 3, .gamma = 0.2, .per = Unit::step})},
      {"a line", optim::PolynomialLR::curve({.total_iters = n, .per = Unit::step})},
      {"cosine", cosine(n)},
      {"warm-up, cosine", warm(cosine(n - n / 10))},
      {"warm-up, stable, decay", optim::WSDLR::curve({.warmup = n / 20, .stable = n - n / 20 - n / 3, .decay = n / 3})},
      {"one cycle", optim::OneCycleLR::curve({.max_lr = 0.03, .total_steps = n})},
  };
  const optim::SGDOptions sgd{.lr = 0.03, .momentum = 0.9};
  for (Row& row : rows) {
    std::printf("%s\n", optim::preview(row.curve, n, sgd.lr).text(64, 4).c_str());
    row.accuracy = job.accuracy([&](Net& net) { return Scheduled<optim::SGD>(net, sgd, row.curve); });
  }

  std::printf("SGD, lr 0.03, momentum 0.9, %ld steps\n", static_cast<long>(n));
  for (const Row& row : rows) std::printf("  %-22s   %8.4f\n", row.name, row.accuracy);
  std::printf("  %-22s   %8.4f\n\n", "down on a plateau", job.accuracy([&](Net& net) { return OnPlateau(net, sgd); }));

  const optim::AdamOptions adam{.lr = 0.03};
  const auto with = [&](const Curve& curve) { return job.accuracy([&](Net& net) { return Scheduled<optim::Adam>(net, adam, curve); }); };
  std::printf("Adam, lr 0.03: as it is, and after a warm-up of %ld steps\n", static_cast<long>(n / 10));
  std::printf("  %-22s   %8.4f   %8.4f\n", "inverse square root", with(root), with(warm(root)));
  std::printf("  %-22s   %8.4f   %8.4f\n", "cosine", with(cosine(n)), with(warm(cosine(n - n / 10))));
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
