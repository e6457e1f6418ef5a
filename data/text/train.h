// Tokenizers made of a corpus; each is a tokenizer.json that Hugging Face's tokenizers read, too.
//   const auto tokenizer = data::train_bpe(lines, {.vocabulary = 8192, .special_tokens = {"<|endoftext|>"}});
//   tokenizer.save("tokenizer.json");
// Texts are UTF-8 (what is not counts as U+FFFD). The same texts give the same tokenizer, whatever their order where it says so.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gradus/data/text/tokenizer.h>

namespace gradus {
class Describe;
}

namespace gradus::data {

// Where a text is cut before pairs are merged: no merge crosses a cut.
enum class Cuts { gpt2, llama3 };

struct BpeOptions {
  // Tokens in all: special ones and 256 bytes, which are never left out, and merges; fewer if nothing is left to merge.
  std::int64_t vocabulary = 8192;
  std::int64_t min_frequency = 2;                // of a pair that is merged
  std::vector<std::string> special_tokens = {};  // have the first numbers
  Cuts cuts = Cuts::gpt2;
  void describe(Describe& is) const;
};
// Byte-level byte pair encoding (Sennrich et al., 2016; Radford et al., 2019): the most frequent pair of neighbours becomes a token, again
// and again; of equally frequent ones the pair of the lowest numbers. Merges are those of Hugging Face's BpeTrainer. Of the order of the
// texts nothing depends. ValueError for options out of range, and for special tokens that are empty or the same.
Tokenizer train_bpe(std::span<const std::string> texts, const BpeOptions& options = {});

struct VocabularyOptions {
  std::int64_t vocabulary = 0;  // tokens in all (0: all there are): the most frequent ones, of equally frequent ones the first by bytes
  std::int64_t min_frequency = 1;
  std::vector<std::string> special_tokens = {"[UNK]"};  // have the first numbers; the first one stands for what is unknown
  bool lowercase = false;
  void describe(Describe& is) const;
};
// A character (code point) a token.
Tokenizer train_characters(std::span<const std::string> texts, const VocabularyOptions& options = {});
// A word a token: runs of letters, marks, digits and connectors (_), and runs of other characters that are no spaces; decoded with a space
// between two.
Tokenizer train_words(std::span<const std::string> texts, const VocabularyOptions& options = {});

}  // namespace gradus::data
