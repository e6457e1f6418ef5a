#include <gradus/data/text/train.h>

#include <algorithm>
#include <map>
#include <queue>
#include <unordered_map>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/text/internal/cut.h>
#include <gradus/data/text/internal/json.h>
#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/unicode.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data {
namespace {

using detail::Json;

constexpr std::int64_t most_tokens = 1 << 24;

void check_specials(const char* who, const std::vector<std::string>& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    check<ValueError>(!tokens[i].empty(), who, ": a special token is empty");
    check<ValueError>(
        detail::valid_utf8(tokens[i]) == tokens[i], who, ": special token ", [&] { return gradus::detail::in_quotes(tokens[i]); },
        " is no UTF-8");
    check<ValueError>(
        std::find(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i), tokens[i]) ==
            tokens.begin() + static_cast<std::ptrdiff_t>(i),
        who, ": special token ", [&] { return gradus::detail::in_quotes(tokens[i]); }, " stands twice");
  }
}

Json added_tokens(const std::vector<std::string>& tokens) {
  Json out = Json::array();
  for (std::size_t i = 0; i < tokens.size(); ++i)
    out.push_back({{"id", i},
                   {"content", tokens[i]},
                   {"single_word", false},
                   {"lstrip", false},
                   {"rstrip", false},
                   {"normalized", false},
                   {"special", true}});
  return out;
}

Tokenizer assemble(Json added, Json normalizer, Json pre_tokenizer, Json decoder, Json model) {
  const Json file{{"version", "1.0"},
                  {"truncation", nullptr},
                  {"padding", nullptr},
                  {"added_tokens", std::move(added)},
                  {"normalizer", std::move(normalizer)},
                  {"pre_tokenizer", std::move(pre_tokenizer)},
                  {"post_processor", nullptr},
                  {"decoder", std::move(decoder)},
                  {"model", std::move(model)}};
  return Tokenizer::from_json(file.dump(1));
}
Json bpe_model(Json vocabulary, Json merges, Json unknown) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", std::move(unknown)},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false},
          {"vocab", std::move(vocabulary)},
          {"merges", std::move(merges)}};
}

// ---- byte pairs

using Token = std::uint32_t;
std::uint64_t both(Token a, Token b) { return std::uint64_t{a} << 32 | b; }

struct CountedWord {
  std::vector<Token> tokens;
  std::int64_t count;
};

// Learns merges of words that are given as tokens.
class Merges {
 public:
  explicit Merges(std::vector<CountedWord> words) : words_(std::move(words)) {
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (std::size_t k = 0; k + 1 < words_[i].tokens.size(); ++k)
        change(both(words_[i].tokens[k], words_[i].tokens[k + 1]), words_[i].count, i);
    for (const auto& [pair, info] : pairs_) queue_.push({info.count, pair});
  }

  // The next pair to merge, by the lowest numbers among the most frequent; false when none comes often enough.
  bool next(std::int64_t least, Token& a, Token& b) {
    while (!queue_.empty()) {
      Candidate best = queue_.top();
      queue_.pop();
      const std::int64_t now = pairs_[best.pair].count;
      if (now != best.count) {  // it has become rarer since
        best.count = now;
        if (now > 0) queue_.push(best);
        continue;
      }
      if (best.count < 1 || best.count < least) return false;
      a = static_cast<Token>(best.pair >> 32), b = static_cast<Token>(best.pair);
      return true;
    }
    return false;
  }

  void merge(Token a, Token b, Token into) {
    std::vector<std::uint32_t> where = std::move(pairs_[both(a, b)].where);
    pairs_[both(a, b)].where.clear();
    std::sort(where.begin(), where.end());
    where.erase(std::unique(where.begin(), where.end()), where.end());
    grown_.clear();
    for (const std::uint32_t i : where) {
      std::vector<Token>& t = words_[i].tokens;
      const std::int64_t count = words_[i].count;
      std::size_t to = 0;
      for (std::size_t from = 0; from < t.size(); ++from) {
        if (from + 1 >= t.size() || t[from] != a || t[from + 1] != b) {
          t[to++] = t[from];
          continue;
        }
        ++from;
        if (to > 0) change(both(t[to - 1], a), -count, i), grow(both(t[to - 1], into), count, i);
        if (from + 1 < t.size()) change(both(b, t[from + 1]), -count, i), grow(both(into, t[from + 1]), count, i);
        t[to++] = into;
      }
      t.resize(to);
    }
    std::sort(grown_.begin(), grown_.end());
    grown_.erase(std::unique(grown_.begin(), grown_.end()), grown_.end());
    for (const std::uint64_t pair : grown_)
      if (const std::int64_t count = pairs_[pair].count; count > 0) queue_.push({count, pair});
  }

 private:
  struct Pair {
    std::int64_t count = 0;
    std::vector<std::uint32_t> where;  // words that have had it; some twice
  };
  struct Candidate {
    std::int64_t count;
    std::uint64_t pair;
    bool operator<(const Candidate& o) const { return count != o.count ? count < o.count : pair > o.pair; }
  };
  void change(std::uint64_t pair, std::int64_t by, std::size_t word) {
    Pair& p = pairs_[pair];
    p.count += by;
    if (by > 0 && (p.where.empty() || p.where.back() != word)) p.where.push_back(static_cast<std::uint32_t>(word));
  }
  void grow(std::uint64_t pair, std::int64_t by, std::size_t word) {
    change(pair, by, word);
    grown_.push_back(pair);
  }
  std::vector<CountedWord> words_;
  std::unordered_map<std::uint64_t, Pair> pairs_;
  std::priority_queue<Candidate> queue_;
  std::vector<std::uint64_t> grown_;
};

Json byte_level_part(bool with_cuts) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", with_cuts}};
}

// ---- vocabularies of whole pieces

using CountedPieces = std::map<std::string, std::int64_t, std::less<>>;

// Special tokens, then the most frequent pieces.
Json vocabulary_of(const char* who, const CountedPieces& counts, const VocabularyOptions& o) {
  check_options(who, o);
  check_specials(who, o.special_tokens);
  check<ValueError>(!o.special_tokens.empty(), who, ": needs a special token, the first one, for what is unknown");
  std::vector<std::pair<std::string_view, std::int64_t>> order;
  for (const auto& [piece, count] : counts)
    if (count >= o.min_frequency && std::find(o.special_tokens.begin(), o.special_tokens.end(), piece) == o.special_tokens.end())
      order.emplace_back(piece, count);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  const auto room = static_cast<std::size_t>(std::max<std::int64_t>(o.vocabulary - static_cast<std::int64_t>(o.special_tokens.size()), 0));
  if (o.vocabulary > 0 && order.size() > room) order.resize(room);
  Json out = Json::object();
  for (const std::string& token : o.special_tokens) out.emplace(token, out.size());
  for (const auto& [piece, count] : order) out.emplace(std::string(piece), out.size());
  return out;
}
std::string lowered_if(bool lower, const std::string& text) {
  if (!lower) return detail::valid_utf8(text);
  std::u32string out;
  for (const char32_t c : detail::code_points(text)) detail::append_lower(out, c);
  return detail::to_utf8(out);
}
Json lower_part(bool lower) { return lower ? Json{{"type", "Lowercase"}} : Json(nullptr); }

}  // namespace

void BpeOptions::describe(Describe& is) const {
  is(range::between(0, most_tokens), vocabulary);
  is(range::at_least_one, min_frequency);
}

Tokenizer train_bpe(std::span<const std::string> texts, const BpeOptions& o) {
  check_options("train_bpe", o);
  check_specials("train_bpe", o.special_tokens);
  std::unordered_map<std::string, std::int64_t> counts;
  const detail::Pattern pattern = o.cuts == Cuts::gpt2 ? detail::Pattern::gpt2 : detail::Pattern::cl100k;
  for (const std::string& any : texts) {
    const std::string text = detail::valid_utf8(any);
    for (const detail::Stretch& s : detail::matches_of(pattern, text)) ++counts[text.substr(s.begin, s.end - s.begin)];
  }
  std::vector<std::string> tokens = o.special_tokens;
  std::unordered_map<std::string, Token> numbers;
  for (const std::string& token : tokens) numbers.emplace(token, static_cast<Token>(numbers.size()));
  const auto number = [&](const std::string& token) {
    const auto [at, fresh] = numbers.emplace(token, static_cast<Token>(tokens.size()));
    if (fresh) tokens.push_back(token);
    return at->second;
  };
  std::vector<char32_t> letters;
  for (int b = 0; b < 256; ++b) letters.push_back(detail::letter_of_byte(static_cast<unsigned char>(b)));
  std::sort(letters.begin(), letters.end());
  std::vector<Token> of_byte(256);
  for (const char32_t c : letters) of_byte[static_cast<std::size_t>(detail::byte_of_letter(c))] = number(detail::utf8_of(c));
  std::vector<CountedWord> words;
  words.reserve(counts.size());
  for (const auto& [word, count] : counts) {
    words.push_back({{}, count});
    for (const char c : word) words.back().tokens.push_back(of_byte[static_cast<unsigned char>(c)]);
  }
  counts.clear();
  Merges learnt(std::move(words));
  Json merges = Json::array();
  Token a = 0, b = 0;
  while (static_cast<std::int64_t>(tokens.size()) < o.vocabulary && learnt.next(o.min_frequency, a, b)) {
    merges.push_back({tokens[a], tokens[b]});
    learnt.merge(a, b, number(tokens[a] + tokens[b]));
  }
  Json vocabulary = Json::object();
  for (std::size_t i = 0; i < tokens.size(); ++i) vocabulary.emplace(tokens[i], i);
  Json cuts = byte_level_part(true);
  if (o.cuts == Cuts::llama3)
    cuts = {
        {"type", "Sequence"},
        {"pretokenizers",
         Json::array({{{"type", "Split"}, {"pattern", {{"Regex", detail::cl100k_pattern}}}, {"behavior", "Isolated"}, {"invert", false}},
                      byte_level_part(false)})}};
  return assemble(added_tokens(o.special_tokens), nullptr, std::move(cuts), byte_level_part(true),
                  bpe_model(std::move(vocabulary), std::move(merges), nullptr));
}

void VocabularyOptions::describe(Describe& is) const {
  is(range::between(0, most_tokens), vocabulary);
  is(range::at_least_one, min_frequency);
}

Tokenizer train_characters(std::span<const std::string> texts, const VocabularyOptions& o) {
  CountedPieces counts;
  for (const std::string& text : texts) {
    const std::string changed = lowered_if(o.lowercase, text);
    detail::each_character(changed, [&](char32_t, std::string_view bytes) {
      const auto at = counts.find(bytes);
      if (at == counts.end())
        counts.emplace(bytes, 1);
      else
        ++at->second;
    });
  }
  Json vocabulary = vocabulary_of("train_characters", counts, o);
  return assemble(added_tokens(o.special_tokens), lower_part(o.lowercase), nullptr, {{"type", "Fuse"}},
                  bpe_model(std::move(vocabulary), Json::array(), o.special_tokens.front()));
}

Tokenizer train_words(std::span<const std::string> texts, const VocabularyOptions& o) {
  CountedPieces counts;
  for (const std::string& any : texts) {
    const std::string text = lowered_if(o.lowercase, any);
    for (const detail::Stretch& s : detail::matches_of(detail::Pattern::words, text))
      if (s.match) ++counts[text.substr(s.begin, s.end - s.begin)];
  }
  Json vocabulary = vocabulary_of("train_words", counts, o);
  return assemble(added_tokens(o.special_tokens), lower_part(o.lowercase), {{"type", "Whitespace"}}, nullptr,
                  {{"type", "WordLevel"}, {"vocab", std::move(vocabulary)}, {"unk_token", o.special_tokens.front()}});
}

}  // namespace gradus::data
