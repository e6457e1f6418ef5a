// Tokenizers for tests/clients/tokenizer_files.py.
#include <fstream>

#include <nlohmann/json.hpp>

#include <gradus/data/text/train.h>

#include "subject.h"

namespace clients {
namespace {

using nlohmann::json;
using gradus::data::Tokenizer;

std::vector<std::string> texts_of(const std::string& file) { return json::parse(std::ifstream(file)).get<std::vector<std::string>>(); }

const Subject tokenize{"tokenize", "TOKENIZER.json TEXTS.json OUT.json: ids, and twice what is decoded of them",
                       [](const Arguments& a) {
  const Tokenizer tokenizer = Tokenizer::load(a.at(0));
  json out = json::array();
  for (const std::string& text : texts_of(a.at(1))) {
    const std::vector<std::int64_t> ids = tokenizer.encode(text);
    out.push_back({ids, tokenizer.decode(ids), tokenizer.decode(ids, {.skip_special_tokens = false})});
  }
  std::ofstream(a.at(2)) << out;
}};

const Subject train{"train-tokenizer", "KIND TEXTS.json OUT.json: bpe (400 tokens, <end>), words or characters", [](const Arguments& a) {
  const std::vector<std::string> texts = texts_of(a.at(1));
  const std::string& kind = a.at(0);
  const Tokenizer made = kind == "bpe"     ? gradus::data::train_bpe(texts, {.vocabulary = 400, .special_tokens = {"<end>"}})
                         : kind == "words" ? gradus::data::train_words(texts)
                                           : gradus::data::train_characters(texts);
  made.save(a.at(2));
}};

}  // namespace
}  // namespace clients
