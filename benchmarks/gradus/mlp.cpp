// 784-512-256-10 with Adam on Fashion-MNIST: an epoch through the loader, or from preloaded data.
#include "mlp.h"

namespace {

void run(const bench::Options& options) {
  Mlp net;
  load_weights(nn::parameters(net), options, "mlp");
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});

  const std::int64_t batch = options.number();
  const data::IdxImages images = pictures(options);
  const auto epoch = [&](auto& batches) {
    bench::Mean loss;
    for (const auto& [image, label] : batches) loss.add(training_step(net, adam, image, label), static_cast<double>(label.size()));
    return loss.value();
  };
  if (!options.loads()) {
    const std::vector<Batch> batches = preloaded(images, batch);
    bench::report_epochs(options, [&] { return epoch(batches); });
  } else {
    data::DataLoader loader(images, {.batch_size = batch, .shuffle = true, .workers = options.threads > 1 ? 1 : 0});
    bench::report_epochs(options, [&] { return epoch(loader); });
  }
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
