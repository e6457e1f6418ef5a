// Activation checkpointing: a deep network that keeps only what enters a block, and computes the rest once more in backward.
//
//   ./run example 19_checkpointing
//
// You should see the highest memory of a training step of 24 blocks and its time: with a checkpoint for each block about a quarter of the
// memory, for a third more time at most, since backward is about twice the forward that is done once more. One for every four blocks keeps
// fewer inputs, and more within one. The gradients are the same in every bit, dropout included.
#include <gradus/autograd/base/drawing/table.h>
#include <gradus/gradus.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace gradus;

struct Block {
  nn::Linear wide{64, 128}, narrow{128, 64};
  nn::Dropout dropout{0.1};
  Tensor operator()(const Tensor& x) const { return x + dropout(narrow(gelu(wide(x)))); }
};

struct Net {
  std::vector<Block> blocks = std::vector<Block>(24);
  // So many blocks to a checkpoint; 0: none.
  Tensor operator()(Tensor x, std::size_t together) const {
    if (together == 0) {
      for (const Block& block : blocks) x = block(x);
      return x;
    }
    for (std::size_t first = 0; first < blocks.size(); first += together)
      x = checkpoint([this, first, together](Tensor t) {
        for (std::size_t i = first; i < first + together; ++i) t = blocks[i](t);
        return t;
      }, x);
    return x;
  }
};

int main() {
  manual_seed(1);
  Net net;
  const Tensor x = randn({1024, 64});
  const State before = nn::state(net);
  std::vector<double> expected;

  drawing::Table table(
      {{"blocks to a checkpoint"}, {"peak MiB", drawing::fixed_digits(1)}, {"seconds", drawing::fixed_digits(3)}, {"gradients"}});
  for (const std::size_t together : {0, 1, 4}) {
    double seconds = 1e9, peak = 0;
    std::vector<double> found;
    for (int round = 0; round < 2; ++round) {   // the first one warms up
      nn::load_state(net, before);              // where the streams of dropout are, too
      nn::zero_grad(net);
      const auto start = std::chrono::steady_clock::now();
      const std::int64_t held = pool::live_bytes();
      pool::reset_peak();
      mean(square(net(x, together))).backward();
      peak = static_cast<double>(pool::peak_bytes() - held) / (1 << 20);
      seconds = std::min(seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    for (const NamedParameter& p : nn::parameters(net)) {
      const auto g = p.leaf->gradient().value().to_vector();
      found.insert(found.end(), g.begin(), g.end());
    }
    if (expected.empty()) expected = found;
    table.add(together == 0 ? "none" : std::to_string(together), peak, seconds, found == expected ? "the same" : "others");
  }
  std::printf("%s", table.text().c_str());
}
