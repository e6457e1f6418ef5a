// 3x3 convolutions 1→32, 32→64 and 64→128 (stride 2), each with batch norm and ReLU; SGD with momentum: a step on a preloaded batch.
// In the layout, NCHW or channels last, that turns out faster in a short trial.
#include "convnet.h"

namespace {

struct Training {
  ConvNet net;
  std::vector<Batch> batches;

  Training(const bench::Options& options, bool channels_last) : batches(preloaded(options, options.number())) {
    load_weights(net.parameters(), options, "convnet");
    if (!channels_last) return;
    to_channels_last(net);
    for (Batch& batch : batches) batch.data = batch.data.contiguous(torch::MemoryFormat::ChannelsLast);
  }
  torch::optim::SGD sgd() { return torch::optim::SGD(net.parameters(), torch::optim::SGDOptions(0.01).momentum(0.9)); }
};

double trial(const bench::Options& options, bool channels_last) {
  Training t(options, channels_last);
  auto sgd = t.sgd();
  const auto step = [&] { training_step(t.net, sgd, t.batches[0].data, t.batches[0].target); };
  step();
  return bench::seconds_per_call(0.3, step);
}

void run(const bench::Options& options) {
  const bool channels_last = trial(options, true) < trial(options, false);
  std::fprintf(stderr, "layout: %s\n", channels_last ? "channels last" : "NCHW");
  Training t(options, channels_last);
  auto sgd = t.sgd();
  measure_steps(options, t.net, sgd, t.batches);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
