// Texts as numbers and back. A Tokenizer is what a tokenizer.json says (Hugging Face's tokenizers write and read it): special tokens are
// found, the text is normalised and cut into pieces, a model (BPE, WordPiece, WordLevel, Unigram) makes tokens of each.
//   const auto tokenizer = data::Tokenizer::load("tokenizer.json");     std::vector<std::int64_t> ids = tokenizer.encode("Hello, world!");
//   std::string text = tokenizer.decode(ids);
// Others are made of a corpus (train.h). A value: copies share what never changes, any number of threads may use one. Texts are UTF-8;
// what is not counts as U+FFFD, once for each beginning of a character, as Unicode recommends.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/loader/side.h>

namespace gradus::data {

struct EncodeOptions {
  bool add_special_tokens = true;  // what the file's post-processor puts around a text: [CLS] … [SEP]
};
struct DecodeOptions {
  bool skip_special_tokens = true;
};

struct BatchOptions {
  std::int64_t max_length = 0;    // longer texts are cut to so many tokens, special ones included (0: none is)
  std::int64_t length = 0;        // of all rows (0: as the longest); longer texts are an error, unless max_length cuts them
  Side padding = Side::right;     // where it is put
  Side truncation = Side::right;  // where text is cut off
  std::int64_t pad_id = 0;
  bool add_special_tokens = true;
};
struct TokenBatch {
  Tensor ids;   // i64 [n, length]
  Tensor mask;  // bool [n, length]: true where a token is, false where padding is
};

// Two texts as one row of numbers: a question and its passage, say.
struct EncodedPair {
  std::vector<std::int64_t> ids, types;  // types: which of the two, as the file's post-processor says, mostly 0 and 1
};
struct PairBatch {
  Tensor ids, types;  // i64 [n, length]; where padding is, types are 0
  Tensor mask;        // bool [n, length]
};

class Tokenizer {
 public:
  // Reads a tokenizer.json, or its text. FileError, with the place in the file, for what is not JSON, does not fit together, or names a
  // kind of part (or a regular expression, or a key) that is not known here: docs/data.md lists those that are. The file's own padding and
  // truncation are not applied: batches say theirs.
  static Tokenizer load(const FileName& file);
  static Tokenizer from_json(std::string_view json);
  // The bytes of a text, 0 to 255. Nothing is unknown.
  static Tokenizer bytes();

  // The file that was read, or one that says the same; atomically. FileError.
  void save(const FileName& file) const;
  const std::string& json() const;

  std::vector<std::int64_t> encode(std::string_view text, const EncodeOptions& options = {}) const;
  std::string decode(std::span<const std::int64_t> ids, const DecodeOptions& options = {}) const;  // ValueError for a number of no token
  // Many texts, in parallel. ValueError.
  TokenBatch encode_batch(std::span<const std::string> texts, const BatchOptions& options = {}) const;

  // Pairs; what a file's post-processor puts around and between them. Batches take tokens from the end of the longer text of each until a
  // max_length holds. ValueError; also unless there are as many first texts as second ones.
  EncodedPair encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options = {}) const;
  PairBatch encode_batch(std::span<const std::string> first, std::span<const std::string> second, const BatchOptions& options = {}) const;

  std::int64_t size() const;  // one more than the largest number: rows of an embedding
  std::optional<std::int64_t> id(std::string_view token) const;
  std::string token(std::int64_t id) const;  // as the vocabulary writes it; ValueError
  std::vector<std::string> special_tokens() const;

 private:
  struct Parts;
  explicit Tokenizer(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace gradus::data
