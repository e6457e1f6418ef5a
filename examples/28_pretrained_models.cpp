// Weights that were trained in Python: ResNets, GPT-2, BERT and LLaMA load the files that torchvision and Hugging Face publish, by name.
//
//   ./run example 28_pretrained_models                               (--model resnet18, resnet34, resnet50, gpt2, bert or llama)
//   ./run example 28_pretrained_models --model resnet18 --file resnet18.safetensors
//   ./run example 28_pretrained_models --model bert --file model.safetensors --prefix bert. --words 101,7592,2088,102
//
// With a file the model has its full size; without one a small model's is made, as Python would have written it, of random weights. You
// should see how many of the file's arrays fit and which are missing or left over, what the model says, and that it says the same when its
// weights have gone out to a file with Python's names and layouts, and back. Downloads nothing.
#include <gradus/gradus.h>

#include <charconv>
#include <cstdio>
#include <sstream>

#include "models/bert.h"
#include "models/gpt2.h"
#include "models/llama.h"
#include "models/resnet.h"
#include "support/arguments.h"

using namespace gradus;

struct Options {
  std::string model = "gpt2";
  std::string file;                        // a file of weights of the model's full size, with Python's names
  std::string prefix;                      // of the names in that file
  std::string words = "1,2,3,4,5";         // what a model of language reads
  std::uint64_t seed = 1;
};

Tensor words_of(const std::string& list) {
  std::vector<std::int64_t> numbers;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), numbers.emplace_back());
    check<ValueError>(error == std::errc{} && end == word.data() + word.size(), "--words: \"", word, "\" is no whole number");
  }
  return Array::from(numbers, {1, static_cast<std::int64_t>(numbers.size())});
}

void print_best(std::string_view what, const Tensor& scores) {
  const auto [values, places] = topk(softmax(scores), 3);
  std::printf("%.*s:", static_cast<int>(what.size()), what.data());
  for (std::int64_t i = 0; i < 3; ++i) std::printf("  %.0f (%.1f %%)", places.value().at({i}), 100 * values.value().at({i}));
  std::printf("\n");
}

// Loads, says what fits, predicts, and sends the weights out and back.
template <class Make, class Say>
void show(const Options& options, const nn::WeightMap& map, Make make, Say say) {
  std::string file = options.file;
  if (file.empty()) {
    file = "pretrained_" + options.model + ".safetensors";
    nn::save(make(), file, {.map = map, .prefix = options.prefix});
  }
  auto net = make();
  std::ostringstream report;
  report << nn::load(net, file, {.map = map, .prefix = options.prefix, .strict = false, .convert = true});
  std::printf("%s: %s\n", file.c_str(), report.str().c_str());

  const NoGrad guard;
  nn::eval(net);
  const Tensor first = say(net);
  const std::string out = "back_" + options.model + ".safetensors";
  nn::save(net, out, {.map = map});
  auto again = make();
  nn::load(again, out, {.map = map});
  nn::eval(again);
  const Tensor second = say(again);
  std::printf("out to %s and back: %s\n", out.c_str(), second.value().to_vector() == first.value().to_vector() ? "the same" : "another");
}

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  const bool small = options.file.empty();
  const std::string& name = options.model;
  const Tensor words = words_of(options.words);
  const auto next_word = [&](const auto& net) {
    const Tensor next = net(words)[{0, -1}];
    print_best("the next word", next);
    return next;
  };
  if (name == "resnet18" || name == "resnet34" || name == "resnet50") {
    models::ResNetOptions size = name == "resnet18" ? models::resnet18 : name == "resnet34" ? models::resnet34 : models::resnet50;
    if (small) size.width = 8, size.classes = 10;
    const Tensor picture = randn({1, 3, 64, 64});
    show(options, {}, [&] { return models::resnet(size); }, [&](const models::ResNet& net) {
      const Tensor classes = select(net(picture), 0, 0);
      print_best("classes of a picture of noise", classes);
      return classes;
    });
  } else if (name == "gpt2") {
    models::Gpt2Options size;
    if (small) size = {.words = 50, .context = 32, .width = 24, .layers = 3, .heads = 4};
    show(options, models::gpt2_map(""), [&] { return models::gpt2(size); }, next_word);
  } else if (name == "bert") {
    models::BertOptions size;
    if (small) size = {.words = 50, .context = 32, .width = 24, .layers = 2, .heads = 4, .inner = 48};
    show(options, models::bert_map(), [&] { return models::bert(size); }, [&](const models::Bert& net) {
      const Tensor whole = select(net(words, zeros(words.shape(), i64)).whole, 0, 0);
      std::printf("the text as %d numbers: %.4f %.4f …\n", static_cast<int>(whole.size()), whole.value().at({0}), whole.value().at({1}));
      return whole;
    });
  } else {
    check<ValueError>(name == "llama", "--model: there is no ", name, "; there are resnet18, resnet34, resnet50, gpt2, bert, llama");
    models::LlamaOptions size;
    if (small) size = {.words = 50, .width = 32, .layers = 2, .heads = 4, .key_heads = 2, .inner = 48};
    show(options, models::llama_map(), [&] { return models::llama(size); }, next_word);
  }
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
