// A small GPT: reads a text letter by letter, learns what comes next from all that stands before, and then writes on its own.
//
//   ./run example 21_small_gpt                            (--text FILE, --steps, --width, --layers, --context, --seed)
//
// You should see the loss per character fall from 4.9 (all 128 characters alike) to about 0.3, when it knows the licence nearly by heart,
// and three samples: noise before training; something with words and commas half way; licence English at the end. It writes with a cache of
// keys and values, so that each character costs one row and not the whole text again. Takes a minute or two.
#include <gradus/gradus.h>

#include <cstdio>

#include "support/arguments.h"
#include "support/text.h"

using namespace gradus;

struct Options {
  std::string text = "/usr/share/common-licenses/GPL-3";   // which every Debian has
  long steps = 800, width = 128, layers = 4, context = 128, seed = 1;

  void describe(Describe& is) const { is(range::at_least_one, steps, width, layers, context); }
};

constexpr std::int64_t characters = 128, batch = 16, heads = 4;

// A block of its own values for each layer. (nn::TransformerEncoder copies one, so that all begin alike.)
std::vector<nn::TransformerEncoderLayer> blocks(long layers, std::int64_t width) {
  std::vector<nn::TransformerEncoderLayer> all;
  for (long i = 0; i < layers; ++i)
    all.emplace_back(width, heads,
                     nn::TransformerLayerOptions{.dim_feedforward = 4 * width,
                                                 .dropout = 0,
                                                 .activation = nn::TransformerActivation::gelu,
                                                 .batch_first = true,
                                                 .norm_first = true});
  return all;
}

struct Net {
  std::int64_t width = 128, layers = 4, context = 128;
  nn::Embedding letters{characters, width};
  nn::SinusoidalPositions places{width};
  std::vector<nn::TransformerEncoderLayer> block = blocks(layers, width);
  nn::LayerNorm norm{width};
  nn::Linear output{width, characters};

  // x [N, T] of characters → logits [N, T, 128] of the next ones; with caches, one for each block, x goes on behind what they have.
  Tensor operator()(const Tensor& x, std::vector<nn::KeyValueCache>* caches = nullptr) const {
    Tensor h = places(letters(x), caches ? caches->front().length() : 0);
    for (std::size_t i = 0; i < block.size(); ++i) h = block[i](h, {.is_causal = true, .cache = caches ? &(*caches)[i] : nullptr});
    return output(norm(h));
  }
};

// One character after another, each drawn from what the network says after the ones before. It has never seen more than `context` of them:
// when there are so many, it goes on from the last half.
std::string write(const Net& net, std::string text, int length, double temperature) {
  const NoGrad guard;
  Generator dice(7);
  const auto context = static_cast<std::size_t>(net.context);
  std::vector<nn::KeyValueCache> caches(static_cast<std::size_t>(net.layers));
  std::vector<std::int64_t> read(text.begin(), text.end());
  for (int i = 0; i < length; ++i) {
    if (caches[0].length() + static_cast<std::int64_t>(read.size()) > net.context) {
      const std::string last = text.substr(text.size() - (context + 1) / 2);
      read.assign(last.begin(), last.end());
      caches.assign(caches.size(), {});
    }
    const Tensor logits = net(Tensor(Array::from(read, {1, read.size()})), &caches);
    const Tensor next = categorical(logits[{0, -1}] / temperature, dice);
    read = {static_cast<std::int64_t>(next.item())};
    text += support::shown(read[0]);
  }
  return text;
}

int main(int argc, char** argv) {
  const auto options = support::arguments<Options>(argc, argv);
  const std::string text = support::ascii_of(options.text);
  const auto context = static_cast<std::size_t>(options.context);
  if (text.size() < context + 2) {
    std::fprintf(stderr, "%s: cannot be read, or is too short\n", options.text.c_str());
    return 1;
  }

  manual_seed(static_cast<std::uint64_t>(options.seed));
  Net net{.width = options.width, .layers = options.layers, .context = options.context};
  optim::AdamW adamw(nn::parameters(net), {.lr = 4e-3, .weight_decay = 0.1});
  optim::OneCycleLR schedule(adamw, {.max_lr = 4e-3, .total_steps = options.steps, .pct_start = 0.1});
  const std::string first = "  The ";
  std::printf("before training:\n%s\n\n step   loss per character\n", write(net, first, 200, 0.6).c_str());

  Generator dice(static_cast<std::uint64_t>(options.seed));
  double sum = 0;
  long since = 0;
  for (long step = 1; step <= options.steps; ++step) {
    std::vector<std::int64_t> x, next;   // pieces of the text from anywhere
    for (std::int64_t i = 0; i < batch; ++i) {
      const auto begin = static_cast<std::size_t>(dice.uniform() * static_cast<double>(text.size() - context - 1));
      x.insert(x.end(), text.begin() + static_cast<long>(begin), text.begin() + static_cast<long>(begin + context));
      next.insert(next.end(), text.begin() + static_cast<long>(begin + 1), text.begin() + static_cast<long>(begin + 1 + context));
    }
    const Tensor logits = net(Tensor(Array::from(x, {batch, options.context})));
    const Tensor loss = nn::cross_entropy(flatten(logits, 0, 1), Tensor(Array::from(next, {batch * options.context})));
    adamw.zero_grad();
    loss.backward();
    optim::clip_grad_norm(nn::parameters(net), 1);
    adamw.step();
    schedule.step();
    sum += loss.item(), ++since;
    if (step % 100 == 0 || step == options.steps) {
      std::printf(" %4ld   %18.3f\n", step, sum / static_cast<double>(since));
      sum = 0, since = 0;
    }
    if (step == (options.steps + 1) / 2) std::printf("\nhalf way:\n%s\n\n", write(net, first, 200, 0.6).c_str());
  }
  std::printf("\nafter training:\n%s\n", write(net, first, 600, 0.6).c_str());
}
