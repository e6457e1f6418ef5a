// A character LSTM (embedding 64, hidden 256, sequences of 64, batch 32) with Adam: a step on a text.
#include "common.h"

namespace {

struct Net : torch::nn::Module {
  torch::nn::Embedding words{128, 64};
  torch::nn::LSTM rnn{64, 256};
  torch::nn::Linear output{256, 128};
  Net() {
    register_module("words", words);
    register_module("rnn", rnn);
    register_module("output", output);
  }
  Tensor forward(const Tensor& x) { return output(std::get<0>(rnn(words(x))).flatten(0, 1)); }
};

void run(const bench::Options& options) {
  Net net;
  load_weights(net.parameters(), options, "lstm");
  torch::optim::Adam adam(net.parameters(), torch::optim::AdamOptions(2e-3));
  std::vector<Batch> batches;
  for (const auto& batch : bench::characters(options))
    batches.emplace_back(torch::tensor(batch.x).view({batch.steps, batch.samples}), torch::tensor(batch.target));
  measure_steps(options, net, adam, batches);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
