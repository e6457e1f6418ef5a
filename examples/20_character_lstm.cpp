// A character LSTM: reads a text letter by letter, learns what comes next, and then writes on its own.
//
//   ./run example 20_character_lstm                       (--text FILE, --epochs, --hidden, --seed)
//
// You should see the loss per character fall from 4.9 (all 128 characters alike) to about 1.0, and three samples: noise before training;
// something with words and commas half way; licence English at the end. Thirty epochs over the GPL take about half a minute.
#include <gradus/gradus.h>

#include <cmath>
#include <cstdio>

#include "support/arguments.h"
#include "support/text.h"

using namespace gradus;

struct Options {
  std::string text = "/usr/share/common-licenses/GPL-3";   // which every Debian has
  long epochs = 30, hidden = 256, seed = 1;

  void describe(Describe& is) const { is(range::at_least_one, epochs, hidden); }
};

constexpr std::int64_t characters = 128, steps = 64, samples = 16;

struct Net {
  std::int64_t hidden = 256;
  nn::Embedding letters{characters, 64};
  nn::LSTM rnn{64, hidden};
  nn::Linear output{hidden, characters};

  // x [T, N] of characters → logits [T, N, 128] of the next ones, and the state to go on from.
  nn::LSTMOutput operator()(const Tensor& x, const nn::LSTMStart& start = {}) const {
    const auto [y, h, c] = rnn(letters(x), start);
    return {output(y), h, c};
  }
};

// One character after another, each drawn from what the network says after the ones before.
std::string write(const Net& net, std::string text, int length, double temperature) {
  const NoGrad guard;
  Generator dice(7);
  nn::LSTMStart state;
  std::vector<std::int64_t> read(text.begin(), text.end());
  for (int i = 0; i < length; ++i) {
    const auto [logits, h, c] = net(Tensor(Array::from(read, {read.size(), 1})), state);
    state = {h, c};
    const Tensor next = categorical(logits[{-1, 0}] / temperature, dice);
    read = {static_cast<std::int64_t>(next.item())};
    text += support::shown(read[0]);
  }
  return text;
}

int main(int argc, char** argv) {
  const auto options = support::arguments<Options>(argc, argv);
  const std::string text = support::ascii_of(options.text);
  // The text as `samples` long columns that are read side by side: where a piece ends the next one goes on, with the state.
  const auto length = static_cast<std::int64_t>(text.size()) / samples;
  if (length <= steps) {
    std::fprintf(stderr, "%s: cannot be read, or is too short\n", options.text.c_str());
    return 1;
  }
  const Tensor all(Array::from(std::vector<std::int64_t>(text.begin(), text.begin() + length * samples), {samples, length}));
  const Tensor columns = transpose(all);

  manual_seed(static_cast<std::uint64_t>(options.seed));
  Net net{.hidden = options.hidden};
  optim::Adam adam(nn::parameters(net), {.lr = 3e-3});
  optim::CosineAnnealingLR schedule(adam, {.t_max = options.epochs});
  const std::string first = "  The ";
  std::printf("before training:\n%s\n\n epoch   loss per character\n", write(net, first, 200, 0.6).c_str());

  for (long epoch = 1; epoch <= options.epochs; ++epoch) {
    double sum = 0;
    int pieces = 0;
    nn::LSTMStart state;
    for (std::int64_t at = 0; at + steps < length; at += steps, ++pieces) {
      const Tensor x = slice(columns, 0, at, at + steps), next = slice(columns, 0, at + 1, at + steps + 1);
      const auto [logits, h, c] = net(x, state);
      state = {h.detach(), c.detach()};   // backpropagation through time ends where the piece began
      const Tensor loss = nn::cross_entropy(flatten(logits, 0, 1), flatten(next));
      adam.zero_grad();
      loss.backward();
      optim::clip_grad_norm(nn::parameters(net), 1);
      adam.step();
      sum += loss.item();
    }
    schedule.step();
    if (epoch == 1 || epoch % 5 == 0 || epoch == options.epochs) std::printf(" %5ld   %18.3f\n", epoch, sum / pieces);
    if (epoch == (options.epochs + 1) / 2) std::printf("\nhalf way:\n%s\n\n", write(net, first, 200, 0.6).c_str());
  }
  std::printf("\nafter training:\n%s\n", write(net, first, 600, 0.6).c_str());
}
