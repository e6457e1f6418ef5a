// The parts of a tokenizer, as tokenizer.json names them. Each is made of its description; FileError names a kind that is not known.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <gradus/data/text/internal/json.h>

namespace gradus::data::detail {

// Changes a text before it is cut.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void apply(std::string& text) const = 0;
};
std::unique_ptr<const Normalizer> read_normalizer(const Node& node);  // null: none
std::unique_ptr<const Normalizer> read_precompiled(const Node& node);

// A piece of text that is tokenized by itself; `first`: it begins where the whole text does.
struct Piece {
  std::string text;
  bool first;
};
using Pieces = std::vector<Piece>;

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  virtual void apply(Pieces& pieces) const = 0;
};
std::unique_ptr<const PreTokenizer> read_pre_tokenizer(const Node& node);

using Ids = std::vector<std::int64_t>;

// What is known by number: a number each, not always without gaps.
class Entries {
 public:
  void add(const Node& where, std::string token, std::int64_t id);  // FileError for a token or number that stands twice
  std::int64_t find(std::string_view token) const;                  // −1: none
  const std::string* token(std::int64_t id) const;                  // null: none
  std::size_t size() const { return ids_.size(); }
  std::size_t longest() const { return longest_; }  // in bytes
  std::int64_t end() const { return end_; }         // one more than the largest

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> ids_;
  std::unordered_map<std::int64_t, const std::string*> tokens_;
  std::size_t longest_ = 0;
  std::int64_t end_ = 0;
};

class Model {
 public:
  virtual ~Model() = default;
  virtual void encode(std::string_view piece, Ids& out) const = 0;
  Entries entries;
};
std::unique_ptr<const Model> read_model(const Node& node);

// Two texts as one row of numbers.
struct PairIds {
  Ids ids, types;
};

// Adds what surrounds a text.
class Processor {
 public:
  virtual ~Processor() = default;
  virtual Ids apply(Ids ids) const = 0;
  virtual PairIds apply(const Ids& first, const Ids& second, bool special) const = 0;  // special: what surrounds them, too
  virtual Ids added_to_pairs() const = 0;
};
PairIds side_by_side(const Ids& first, const Ids& second);  // with nothing around them
std::unique_ptr<const Processor> read_processor(const Node& node);

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual void apply(std::vector<std::string>& tokens) const = 0;
};
std::unique_ptr<const Decoder> read_decoder(const Node& node);

// GPT-2's letters for bytes: printable ones are themselves, the others follow U+0100.
char32_t letter_of_byte(unsigned char byte);
int byte_of_letter(char32_t letter);  // −1: none
void append_byte_letters(std::string& out, std::string_view bytes);

}  // namespace gradus::data::detail
