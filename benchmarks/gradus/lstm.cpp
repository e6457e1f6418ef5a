// A character LSTM (embedding 64, hidden 256, sequences of 64, batch 32) with Adam: a step on a text.
#include "common.h"

namespace {

struct Net {
  nn::Embedding words{128, 64};
  nn::LSTM rnn{64, 256};
  nn::Linear output{256, 128};
  Tensor operator()(const Tensor& x) const { return output(flatten(rnn(words(x)).output, 0, 1)); }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(nn::parameters(net), options, "lstm");
  optim::Adam adam(nn::parameters(net), {.lr = 2e-3});
  std::vector<Batch> batches;
  for (const auto& batch : bench::characters(options))
    batches.emplace_back(Array::from(batch.x, {batch.steps, batch.samples}), Array::from(batch.target, {batch.steps * batch.samples}));
  measure_steps(options, net, adam, batches);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
