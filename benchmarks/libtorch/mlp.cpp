// 784-512-256-10 with Adam on Fashion-MNIST: an epoch through the loader, or from preloaded data.
#include "mlp.h"

namespace {

void run(const bench::Options& options) {
  Mlp net;
  load_weights(net.parameters(), options, "mlp");
  torch::optim::Adam adam(net.parameters(), torch::optim::AdamOptions(1e-3));

  const auto epoch = [&](auto& batches) {
    bench::Mean loss;
    for (const Batch& batch : batches)
      loss.add(training_step(net, adam, batch.data, batch.target), static_cast<double>(batch.target.size(0)));
    return loss.value();
  };
  if (!options.loads()) {
    const std::vector<Batch> batches = preloaded(options, options.number());
    bench::report_epochs(options, [&] { return epoch(batches); });
  } else {
    auto images = pictures(options)
                      .map(torch::data::transforms::Normalize<>(picture_mean, picture_deviation))
                      .map(torch::data::transforms::Stack<>());
    const auto loader = torch::data::make_data_loader(
        std::move(images), torch::data::samplers::RandomSampler(options.samples),
        torch::data::DataLoaderOptions().batch_size(options.number()).workers(options.threads > 1 ? 1 : 0));
    bench::report_epochs(options, [&] { return epoch(*loader); });
  }
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
