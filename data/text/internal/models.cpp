#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <queue>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {

using gradus::detail::in_quotes;

void Entries::add(const Node& where, std::string token, std::int64_t id) {
  const std::size_t bytes = token.size();
  const auto [at, added] = ids_.emplace(std::move(token), id);
  if (!added) where.refuse("token ", in_quotes(at->first), " stands twice");
  if (!tokens_.emplace(id, &at->first).second) where.refuse("two tokens have the number ", id);
  longest_ = std::max(longest_, bytes);
  end_ = std::max(end_, id + 1);
}
std::int64_t Entries::find(std::string_view token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? -1 : found->second;
}
const std::string* Entries::token(std::int64_t id) const {
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? nullptr : found->second;
}

namespace {

void read_vocabulary(const Node& node, Entries& entries) {
  for (const auto& item : node.object().items()) entries.add(node, item.key(), Node(item.value(), node.path() + "." + item.key()).whole());
}

// The 256 tokens <0x00> to <0xFF>, −1 where one is missing.
std::vector<std::int64_t> byte_tokens(const Entries& entries) {
  std::vector<std::int64_t> out;
  for (int b = 0; b < 256; ++b) {
    const char digits[] = "0123456789ABCDEF";
    out.push_back(entries.find(std::string("<0x") + digits[b / 16] + digits[b % 16] + ">"));
  }
  return out;
}
// Appends the tokens of these bytes; false: one is missing, and nothing was appended.
bool append_bytes(const std::vector<std::int64_t>& tokens, std::string_view bytes, Ids& out) {
  for (const char c : bytes)
    if (tokens[static_cast<unsigned char>(c)] < 0) return false;
  for (const char c : bytes) out.push_back(tokens[static_cast<unsigned char>(c)]);
  return true;
}

class Bpe final : public Model {
 public:
  explicit Bpe(const Node& node) {
    node.only({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
               "ignore_merges", "vocab", "merges"});
    if (node.has("dropout") && node["dropout"].real() != 0) node["dropout"].refuse("merges that are left out at random are not supported");
    read_vocabulary(node["vocab"], entries);
    prefix_ = node.text_or("continuing_subword_prefix", ""), suffix_ = node.text_or("end_of_word_suffix", "");
    fuse_ = node.flag_or("fuse_unk", false), whole_ = node.flag_or("ignore_merges", false);
    if (node.has("unk_token")) {
      unknown_ = entries.find(node["unk_token"].text());
      if (unknown_ < 0) node["unk_token"].refuse("is no token of the vocabulary");
    }
    if (node.flag_or("byte_fallback", false)) bytes_ = byte_tokens(entries);
    merges_.reserve(node["merges"].list().size());
    node["merges"].each([&](const Node& merge) { read_merge(merge); });
  }

  void encode(std::string_view piece, Ids& out) const override {
    if (whole_)
      if (const std::int64_t id = entries.find(piece); id >= 0) return out.push_back(id);
    std::vector<Symbol> symbols;
    start(piece, symbols);
    merge(symbols);
    for (std::int64_t i = symbols.empty() ? -1 : 0; i >= 0; i = symbols[static_cast<std::size_t>(i)].next)
      out.push_back(symbols[static_cast<std::size_t>(i)].id);
  }

 private:
  struct Symbol {
    std::int64_t id, previous, next;
  };
  struct Merge {
    std::int64_t rank, id;
  };
  static std::uint64_t pair_of(std::int64_t a, std::int64_t b) {
    return static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint64_t>(b);
  }

  void read_merge(const Node& node) {
    std::string a, b;
    if (node.json().is_string()) {
      const std::string& both = node.text();
      const std::size_t blank = both.find(' ');
      if (blank == both.npos || both.find(' ', blank + 1) != both.npos) node.refuse("must be two tokens with a space between");
      a = both.substr(0, blank), b = both.substr(blank + 1);
    } else {
      if (node.list().size() != 2) node.refuse("must be two tokens");
      a = Node(node.json()[0], node.path()).text(), b = Node(node.json()[1], node.path()).text();
    }
    const std::int64_t left = entries.find(a), right = entries.find(b);
    if (left < 0 || right < 0) node.refuse("the vocabulary has no token ", in_quotes(left < 0 ? a : b));
    if (b.size() < prefix_.size()) node.refuse("the second token is shorter than the continuing_subword_prefix");
    const std::string merged = a + b.substr(prefix_.size());
    const std::int64_t id = entries.find(merged);
    if (id < 0) node.refuse("the vocabulary has no token ", in_quotes(merged));
    merges_.insert_or_assign(pair_of(left, right), Merge{static_cast<std::int64_t>(merges_.size()), id});
  }

  void start(std::string_view piece, std::vector<Symbol>& symbols) const {
    Ids ids;
    bool unknown = false;  // the last one, which may take more
    std::size_t at = 0;
    each_character(piece, [&](char32_t, std::string_view bytes) {
      std::string token(at > 0 ? prefix_ : std::string());
      token += bytes;
      at += bytes.size();
      if (at == piece.size()) token += suffix_;
      if (const std::int64_t id = entries.find(token); id >= 0) {
        ids.push_back(id), unknown = false;
      } else if (!bytes_.empty() && append_bytes(bytes_, token, ids)) {
        unknown = false;
      } else if (unknown_ >= 0) {
        if (!(unknown && fuse_)) ids.push_back(unknown_);
        unknown = true;
      }
    });
    const auto n = static_cast<std::int64_t>(ids.size());
    symbols.reserve(ids.size());
    for (std::int64_t i = 0; i < n; ++i) symbols.push_back({ids[static_cast<std::size_t>(i)], i - 1, i + 1 < n ? i + 1 : -1});
  }

  // The merge that was learnt first goes first, of several the leftmost.
  void merge(std::vector<Symbol>& symbols) const {
    if (merges_.empty() || symbols.size() < 2) return;
    struct Candidate {
      std::int64_t rank, at, left, right;
      bool operator<(const Candidate& o) const { return rank != o.rank ? rank > o.rank : at > o.at; }
    };
    std::priority_queue<Candidate> queue;
    const auto propose = [&](std::int64_t at) {
      const Symbol& left = symbols[static_cast<std::size_t>(at)];
      if (left.next < 0) return;
      const std::int64_t right = symbols[static_cast<std::size_t>(left.next)].id;
      if (const auto found = merges_.find(pair_of(left.id, right)); found != merges_.end())
        queue.push({found->second.rank, at, left.id, right});
    };
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) propose(static_cast<std::int64_t>(i));
    while (!queue.empty()) {
      const Candidate best = queue.top();
      queue.pop();
      Symbol& left = symbols[static_cast<std::size_t>(best.at)];
      if (left.id != best.left || left.next < 0) continue;  // it has been merged since
      Symbol& right = symbols[static_cast<std::size_t>(left.next)];
      if (right.id != best.right) continue;
      left.id = merges_.find(pair_of(best.left, best.right))->second.id;
      left.next = right.next, right.id = -1;
      if (left.next >= 0) symbols[static_cast<std::size_t>(left.next)].previous = best.at;
      if (left.previous >= 0) propose(left.previous);
      propose(best.at);
    }
  }

  std::string prefix_, suffix_;
  std::int64_t unknown_ = -1;
  bool fuse_ = false, whole_ = false;
  std::vector<std::int64_t> bytes_;
  std::unordered_map<std::uint64_t, Merge> merges_;
};

class WordPiece final : public Model {
 public:
  explicit WordPiece(const Node& node) {
    node.only({"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"});
    read_vocabulary(node["vocab"], entries);
    prefix_ = node.text_or("continuing_subword_prefix", "##");
    most_ = node.has("max_input_chars_per_word") ? node["max_input_chars_per_word"].whole() : 100;
    unknown_ = entries.find(node["unk_token"].text());
    if (unknown_ < 0) node["unk_token"].refuse("is no token of the vocabulary");
  }
  // The longest token that the rest of the word begins with, again and again.
  void encode(std::string_view piece, Ids& out) const override {
    if (code_points(piece).size() > static_cast<std::size_t>(most_)) return out.push_back(unknown_);
    const std::size_t before = out.size();
    std::string token;
    for (std::size_t begin = 0; begin < piece.size();) {
      std::size_t end = std::min(piece.size(), begin + entries.longest());
      std::int64_t id = -1;
      for (; end > begin; --end) {
        if (end < piece.size() && (static_cast<unsigned char>(piece[end]) & 0xc0) == 0x80) continue;  // within a character
        token.assign(begin > 0 ? prefix_ : std::string()).append(piece.substr(begin, end - begin));
        if ((id = entries.find(token)) >= 0) break;
      }
      if (id < 0) {
        out.resize(before);
        return out.push_back(unknown_);
      }
      out.push_back(id);
      begin = end;
    }
  }

 private:
  std::string prefix_;
  std::int64_t most_, unknown_;
};

class WordLevel final : public Model {
 public:
  explicit WordLevel(const Node& node) {
    node.only({"type", "vocab", "unk_token"});
    read_vocabulary(node["vocab"], entries);
    unknown_ = node.has("unk_token") ? entries.find(node["unk_token"].text()) : -1;
  }
  void encode(std::string_view piece, Ids& out) const override {
    const std::int64_t id = entries.find(piece);
    check<ValueError>(
        id >= 0 || unknown_ >= 0, "Tokenizer: the vocabulary has neither ", [&] { return in_quotes(std::string(piece)); },
        " nor a token for what is unknown");
    out.push_back(id >= 0 ? id : unknown_);
  }

 private:
  std::int64_t unknown_;
};

// The most probable way to cut a piece (Kudo, 2018): best sums of scores, from the left.
class Unigram final : public Model {
 public:
  explicit Unigram(const Node& node) {
    node.only({"type", "unk_id", "vocab", "byte_fallback"});
    node["vocab"].each([&](const Node& entry) {
      if (entry.list().size() != 2) entry.refuse("must be a token and its score");
      const double score = Node(entry.json()[1], entry.path()).real();
      entries.add(entry, Node(entry.json()[0], entry.path()).text(), static_cast<std::int64_t>(scores_.size()));
      scores_.push_back(score);
      least_ = std::min(least_, score);
    });
    if (node.has("unk_id")) {
      unknown_ = node["unk_id"].whole();
      if (static_cast<std::size_t>(unknown_) >= scores_.size()) node["unk_id"].refuse("is no number of the vocabulary");
    }
    if (node.flag_or("byte_fallback", false)) bytes_ = byte_tokens(entries);
  }
  void encode(std::string_view piece, Ids& out) const override {
    struct Best {
      double score = -std::numeric_limits<double>::infinity();
      std::size_t from = 0;
      std::int64_t id = -1;
      bool reached = false;
    };
    std::vector<Best> best(piece.size() + 1);
    best[0] = {0, 0, -1, true};
    const double unknown_score = least_ - 10;
    for (std::size_t begin = 0; begin < piece.size(); ++begin) {
      if ((static_cast<unsigned char>(piece[begin]) & 0xc0) == 0x80) continue;
      const std::size_t one = begin + decode_utf8(piece, begin).bytes;
      bool has_one = false;
      const auto offer = [&](std::size_t end, double score, std::int64_t id) {
        const double sum = best[begin].score + score;
        if (!best[end].reached || sum > best[end].score) best[end] = {sum, begin, id, true};
      };
      for (std::size_t end = begin + 1; end <= std::min(piece.size(), begin + entries.longest()); ++end) {
        const std::int64_t id = entries.find(piece.substr(begin, end - begin));
        if (id < 0) continue;
        offer(end, scores_[static_cast<std::size_t>(id)], id);
        has_one |= end == one;
      }
      if (!has_one) offer(one, unknown_score, unknown_);
    }
    std::vector<std::pair<std::size_t, std::size_t>> cuts;
    for (std::size_t end = piece.size(); end > 0; end = best[end].from) cuts.emplace_back(best[end].from, end);
    std::reverse(cuts.begin(), cuts.end());
    std::string unknown;  // neighbours that are not known are one
    const auto flush = [&] {
      if (unknown.empty()) return;
      if (bytes_.empty() || !append_bytes(bytes_, unknown, out)) {
        check<ValueError>(
            unknown_ >= 0, "Tokenizer: the vocabulary has neither ", [&] { return in_quotes(unknown); },
            " nor a token for what is unknown");
        out.push_back(unknown_);
      }
      unknown.clear();
    };
    for (const auto& [begin, end] : cuts) {
      const std::int64_t id = entries.find(piece.substr(begin, end - begin));
      if (best[end].id == unknown_ && id != unknown_) {
        unknown += piece.substr(begin, end - begin);
        continue;
      }
      flush();
      out.push_back(best[end].id);
    }
    flush();
  }

 private:
  std::vector<double> scores_;
  double least_ = 0;
  std::int64_t unknown_ = -1;
  std::vector<std::int64_t> bytes_;
};

}  // namespace

std::unique_ptr<const Model> read_model(const Node& node) {
  const std::string type = node.has("type") ? node.type() : node.has("merges") ? "BPE" : "";  // early files do not name it
  if (type == "BPE") return std::make_unique<Bpe>(node);
  if (type == "WordPiece") return std::make_unique<WordPiece>(node);
  if (type == "WordLevel") return std::make_unique<WordLevel>(node);
  if (type == "Unigram") return std::make_unique<Unigram>(node);
  if (type.empty()) node.refuse("lacks type");
  node.refuse("the model ", in_quotes(type), " is not known here");
}

}  // namespace gradus::data::detail
