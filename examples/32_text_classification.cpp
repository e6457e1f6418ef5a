// Text classification: which licence does a sentence come from? Four licences that every Debian has are cut into pieces of a few words;
// a byte pair tokenizer is trained on most of them, and so are an EmbeddingBag (the mean of a piece's tokens) and one linear layer.
//
//   ./run example 32_text_classification                  (--vocabulary, --epochs, --words, --seed)
//
// You should see the accuracy on pieces that it has never read rise from about 0.4 to about 0.87, and what it thinks of four sentences.
#include <gradus/data/read/text.h>
#include <gradus/data/text/train.h>
#include <gradus/gradus.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "support/arguments.h"

using namespace gradus;

struct Options {
  long vocabulary = 2000, epochs = 20, words = 24, seed = 1;
  double lr = 0.01;

  void describe(Describe& is) const {
    is(range::at_least_one, vocabulary, epochs, words);
    is(range::above_zero, lr);
  }
};

constexpr std::array licences{"GPL-3", "Apache-2.0", "Artistic", "GFDL-1.3"};

// A piece of a licence, as tokens, and which it is.
struct Pieces {
  std::vector<std::string> texts;
  std::vector<std::int64_t> labels;
};

Pieces cut(const Options& options) {
  Pieces out;
  for (std::size_t label = 0; label < licences.size(); ++label) {
    std::istringstream all(data::read_text(std::string("/usr/share/common-licenses/") + licences[label]));
    std::string piece;
    long words = 0;
    for (std::string word; all >> word;) {
      piece += (words == 0 ? "" : " ") + word;
      if (++words < options.words) continue;
      out.texts.push_back(std::exchange(piece, {}));
      out.labels.push_back(static_cast<std::int64_t>(label));
      words = 0;
    }
  }
  return out;
}

struct Net {
  std::int64_t vocabulary;
  nn::EmbeddingBag words{vocabulary, 32, {.mode = BagMode::mean, .padding_idx = 0}};
  nn::Linear output{32, static_cast<std::int64_t>(licences.size())};
  Tensor operator()(const Tensor& ids) const { return output(words(ids)); }  // [N, T] → [N, 4]
};

int main(int argc, char** argv) {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(static_cast<std::uint64_t>(options.seed));
  const Pieces pieces = cut(options);
  const auto [training, held_out] = data::split(data::TensorDataset(arange(static_cast<double>(pieces.texts.size()), i64)), 0.8, 7);
  const auto chosen = [&](const auto& part) {  // only what is trained on is seen by the tokenizer
    Pieces out;
    for (std::int64_t i = 0; i < part.size(); ++i) {
      const auto at = static_cast<std::size_t>(std::get<0>(part.get(i)).item());
      out.texts.push_back(pieces.texts[at]), out.labels.push_back(pieces.labels[at]);
    }
    return out;
  };
  const Pieces known = chosen(training), unknown = chosen(held_out);
  const auto tokenizer = data::train_bpe(known.texts, {.vocabulary = options.vocabulary, .special_tokens = {"<pad>"}});
  std::printf("%zu pieces of %zu licences; %lld tokens: \"%s\" is", pieces.texts.size(), licences.size(),
              static_cast<long long>(tokenizer.size()), "free software");
  for (const std::int64_t id : tokenizer.encode("free software")) std::printf(" %s", tokenizer.token(id).c_str());
  std::printf("\n");

  const auto set = [&](const Pieces& p) { return data::TensorDataset(tokenizer.encode_batch(p.texts).ids, tensor(p.labels, i64)); };
  data::DataLoader loader(set(known), {.batch_size = 64, .shuffle = true});
  const auto test = set(unknown);
  Net net{.vocabulary = tokenizer.size()};
  optim::Adam adam(nn::parameters(net), {.lr = options.lr});
  std::printf("epoch  loss   accuracy on unknown pieces\n");
  for (long epoch = 1; epoch <= options.epochs; ++epoch) {
    double loss_sum = 0;
    for (auto [ids, label] : loader) {
      Tensor loss = nn::cross_entropy(net(ids), label);
      adam.zero_grad();
      loss.backward();
      adam.step();
      loss_sum += loss.item() / static_cast<double>(loader.size());
    }
    const NoGrad guard;
    std::printf("%5ld  %.3f  %.3f\n", epoch, loss_sum, nn::accuracy(net(test.tensor(0)), test.tensor(1)));
  }
  const std::vector<std::string> sentences{"You may convey a work based on the Program, in the form of source code.",
                                           "The Contributor grants to You a perpetual, royalty-free patent license.",
                                           "The Copyright Holder of the Package wants the Modified Version to be renamed.",
                                           "A Transparent copy of the Document has the Cover Texts and Invariant Sections."};
  const NoGrad guard;
  const Tensor best = argmax(net(tokenizer.encode_batch(sentences).ids), 1);
  for (std::size_t i = 0; i < sentences.size(); ++i)
    std::printf("%-10s  %s\n", licences[static_cast<std::size_t>(best.value().at({static_cast<std::int64_t>(i)}))], sentences[i].c_str());
}
