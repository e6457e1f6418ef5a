// What becomes text of tokens again, and what surrounds them.
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {

std::string replaced(std::string_view text, std::string_view wanted, std::string_view by);  // normalizers.cpp

namespace {

using Tokens = std::vector<std::string>;

template <class F>
class EachTokens final : public Decoder {
 public:
  explicit EachTokens(F f) : f_(std::move(f)) {}
  void apply(Tokens& tokens) const override { f_(tokens); }

 private:
  F f_;
};
template <class F>
std::unique_ptr<const Decoder> decoder(F f) {
  return std::make_unique<EachTokens<F>>(std::move(f));
}

std::string joined(const Tokens& tokens) {
  std::string out;
  for (const std::string& token : tokens) out += token;
  return out;
}

void letters_to_bytes(Tokens& tokens) {
  std::string bytes;
  for (const std::string& token : tokens) {
    std::string mine;
    bool all = true;
    each_character(token, [&](char32_t c, std::string_view) {
      const int byte = byte_of_letter(c);
      all = all && byte >= 0;
      mine += static_cast<char>(static_cast<unsigned char>(byte));
    });
    bytes += all ? mine : token;
  }
  tokens = {valid_utf8(bytes)};
}

// <0xE2> <0x82> <0xAC>: €; bytes that are no text are a U+FFFD each.
void fall_back_to_bytes(Tokens& tokens) {
  Tokens out;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    bool valid = true;
    for (std::size_t at = 0; at < bytes.size();) {
      const Decoded d = decode_utf8(bytes, at);
      valid = valid && d.valid;
      at += d.bytes;
    }
    if (valid)
      out.push_back(bytes);
    else
      for (std::size_t i = 0; i < bytes.size(); ++i) out.push_back(utf8_of(replacement_character));
    bytes.clear();
  };
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::string& token : tokens) {
    if (token.size() == 6 && token.starts_with("<0x") && token[5] == '>' && digit(token[3]) >= 0 && digit(token[4]) >= 0) {
      bytes += static_cast<char>(static_cast<unsigned char>(digit(token[3]) * 16 + digit(token[4])));
    } else {
      flush();
      out.push_back(std::move(token));
    }
  }
  flush();
  tokens = std::move(out);
}

std::unique_ptr<const Decoder> word_piece(const Node& node) {
  node.only({"type", "prefix", "cleanup"});
  return decoder([prefix = node.text_or("prefix", "##"), clean = node.flag_or("cleanup", true)](Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      std::string& token = tokens[i];
      if (i > 0) {
        if (token.starts_with(prefix))
          token.erase(0, prefix.size());
        else
          token.insert(token.begin(), ' ');
      }
      if (!clean) continue;
      for (const auto& [from, to] : {std::pair(" .", "."),
                                     {" ?", "?"},
                                     {" !", "!"},
                                     {" ,", ","},
                                     {" ' ", "'"},
                                     {" n't", "n't"},
                                     {" 'm", "'m"},
                                     {" do not", " don't"},
                                     {" 's", "'s"},
                                     {" 've", "'ve"},
                                     {" 're", "'re"}})
        token = replaced(token, from, to);
    }
  });
}

std::unique_ptr<const Decoder> strip(const Node& node) {
  node.only({"type", "content", "start", "stop"});
  return decoder([c = node["content"].character(), start = static_cast<std::size_t>(node["start"].whole()),
                  stop = static_cast<std::size_t>(node["stop"].whole())](Tokens& tokens) {
    for (std::string& token : tokens) {
      const std::u32string text = code_points(token);
      std::size_t begin = 0, end = text.size();
      while (begin < end && begin < start && text[begin] == c) ++begin;
      while (end > begin && text.size() - end < stop && text[end - 1] == c) --end;
      token = to_utf8(std::u32string_view(text).substr(begin, end - begin));
    }
  });
}

std::unique_ptr<const Decoder> metaspace(const Node& node) {
  node.only({"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"});
  const bool added = node.text_or("prepend_scheme", "always") != "never" && node.flag_or("add_prefix_space", true);
  return decoder([mark = utf8_of(node["replacement"].character()), added](Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = replaced(tokens[i], mark, i == 0 && added ? "" : " ");
  });
}

class DecoderSequence final : public Decoder {
 public:
  explicit DecoderSequence(const Node& node) {
    node.each([&](const Node& part) { parts_.push_back(read_decoder(part)); });
  }
  void apply(Tokens& tokens) const override {
    for (const auto& part : parts_)
      if (part) part->apply(tokens);
  }

 private:
  std::vector<std::unique_ptr<const Decoder>> parts_;
};

// A template of pairs: numbers as they are, or one of the two texts, each with its type.
struct PairPart {
  int text;                                      // 0 or 1; −1: the numbers
  Ids ids;
  std::int64_t type;
};

class Surrounding final : public Processor {
 public:
  Surrounding(Ids before, Ids after, std::vector<PairPart> pair)
      : before_(std::move(before)), after_(std::move(after)), pair_(std::move(pair)) {}
  PairIds apply(const Ids& first, const Ids& second, bool special) const override {
    PairIds out;
    for (const PairPart& part : pair_) {
      if (part.text < 0 && !special) continue;
      const Ids& ids = part.text < 0 ? part.ids : part.text == 0 ? first : second;
      out.ids.insert(out.ids.end(), ids.begin(), ids.end());
      out.types.resize(out.ids.size(), part.type);
    }
    return out;
  }
  Ids added_to_pairs() const override { return apply({}, {}, true).ids; }
  Ids apply(Ids ids) const override {
    ids.insert(ids.begin(), before_.begin(), before_.end());
    ids.insert(ids.end(), after_.begin(), after_.end());
    return ids;
  }

 private:
  Ids before_, after_;
  std::vector<PairPart> pair_;
};

class ProcessorSequence final : public Processor {
 public:
  explicit ProcessorSequence(const Node& node) {
    node.each([&](const Node& part) {
      if (auto made = read_processor(part)) parts_.push_back(std::move(made));   // some are about offsets alone
    });
  }
  Ids apply(Ids ids) const override {
    for (const auto& part : parts_) ids = part->apply(std::move(ids));
    return ids;
  }
  PairIds apply(const Ids& first, const Ids& second, bool special) const override {
    check<ValueError>(parts_.size() <= 1, "Tokenizer: a post-processor of ", parts_.size(), " parts in a row says nothing of pairs");
    return parts_.empty() ? side_by_side(first, second) : parts_[0]->apply(first, second, special);
  }
  Ids added_to_pairs() const override {
    Ids all;
    for (const auto& part : parts_)
      for (const std::int64_t id : part->added_to_pairs()) all.push_back(id);
    return all;
  }

 private:
  std::vector<std::unique_ptr<const Processor>> parts_;
};

std::vector<PairPart> pair_template(const Node& node, const Node& special) {
  std::vector<PairPart> parts;
  int seen[2] = {};
  node.each([&](const Node& piece) {
    piece.only({"Sequence", "SpecialToken"});
    const bool text = piece.has("Sequence");
    const Node part = piece[text ? "Sequence" : "SpecialToken"];
    part.only({"id", "type_id"});
    PairPart made{-1, {}, part.has("type_id") ? part["type_id"].whole() : 0};
    const std::string& id = part["id"].text();
    if (text) {
      if (id != "A" && id != "B") piece.refuse("a template of pairs has the texts A and B");
      ++seen[made.text = id == "B"];
    } else {
      special[id.c_str()]["ids"].each([&](const Node& token) { made.ids.push_back(token.whole()); });
    }
    parts.push_back(std::move(made));
  });
  if (seen[0] != 1 || seen[1] != 1) node.refuse("a template of pairs has A and B once each");
  return parts;
}

// Of a template of one text: what stands before and after it.
std::unique_ptr<const Processor> from_template(const Node& node) {
  node.only({"type", "single", "pair", "special_tokens"});
  const Node special = node["special_tokens"];
  Ids around[2];
  int seen = 0;
  node["single"].each([&](const Node& piece) {
    piece.only({"Sequence", "SpecialToken"});
    if (piece.has("Sequence")) {
      if (piece["Sequence"]["id"].text() != "A" || ++seen > 1) piece.refuse("the template of a single text has it once, as A");
      return;
    }
    const Node token = special[piece["SpecialToken"]["id"].text().c_str()];
    token.only({"id", "ids", "tokens"});
    token["ids"].each([&](const Node& id) { around[seen].push_back(id.whole()); });
  });
  if (seen == 0) node["single"].refuse("the template of a single text lacks it");
  std::vector<PairPart> pair{{0, {}, 0}, {1, {}, 1}};
  if (node.has("pair")) pair = pair_template(node["pair"], special);
  return std::make_unique<Surrounding>(std::move(around[0]), std::move(around[1]), std::move(pair));
}

std::int64_t second_of(const Node& node) {
  if (node.list().size() != 2) node.refuse("must be a token and its number");
  return Node(node.json()[1], node.path()).whole();
}

}  // namespace

PairIds side_by_side(const Ids& first, const Ids& second) {
  PairIds out{first, Ids(first.size(), 0)};
  out.ids.insert(out.ids.end(), second.begin(), second.end());
  out.types.resize(out.ids.size(), 1);
  return out;
}

std::unique_ptr<const Decoder> read_decoder(const Node& node) {
  if (node.is_null()) return nullptr;
  const std::string type = node.type();
  if (type == "Sequence") return node.only({"type", "decoders"}), std::make_unique<DecoderSequence>(node["decoders"]);
  if (type == "WordPiece") return word_piece(node);
  if (type == "Metaspace") return metaspace(node);
  if (type == "Strip") return strip(node);
  if (type == "ByteLevel") return node.only({"type", "add_prefix_space", "trim_offsets", "use_regex"}), decoder(letters_to_bytes);
  if (type == "BPEDecoder") {
    node.only({"type", "suffix"});
    return decoder([suffix = node.text_or("suffix", "</w>")](Tokens& tokens) {
      for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = replaced(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
    });
  }
  if (type == "Replace") {
    node.only({"type", "pattern", "content"});
    const Node pattern = node["pattern"];
    if (!pattern.has("String")) pattern.refuse("only texts (String) are replaced, no regular expressions");
    return decoder([wanted = pattern["String"].text(), by = node["content"].text()](Tokens& tokens) {
      for (std::string& token : tokens) token = replaced(token, wanted, by);
    });
  }
  node.only({"type"});
  if (type == "ByteFallback") return decoder(fall_back_to_bytes);
  if (type == "Fuse") return decoder([](Tokens& tokens) { tokens = {joined(tokens)}; });
  node.refuse("the decoder ", gradus::detail::in_quotes(type), " is not known here");
}

std::unique_ptr<const Processor> read_processor(const Node& node) {
  if (node.is_null()) return nullptr;
  const std::string type = node.type();
  if (type == "Sequence") return node.only({"type", "processors"}), std::make_unique<ProcessorSequence>(node["processors"]);
  if (type == "TemplateProcessing") return from_template(node);
  if (type == "ByteLevel") return node.only({"type", "add_prefix_space", "trim_offsets", "use_regex"}), nullptr;  // about offsets
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    node.only({"type", "sep", "cls", "trim_offsets", "add_prefix_space"});
    const Ids cls{second_of(node["cls"])}, sep{second_of(node["sep"])};
    const bool bert = type == "BertProcessing";   // RoBERTa has one type, and two separators between the texts
    std::vector<PairPart> pair{{-1, cls, 0}, {0, {}, 0}, {-1, sep, 0}};
    if (!bert) pair.push_back({-1, sep, 0});
    pair.push_back({1, {}, bert});
    pair.push_back({-1, sep, bert});
    return std::make_unique<Surrounding>(cls, sep, std::move(pair));
  }
  node.refuse("the post-processor ", gradus::detail::in_quotes(type), " is not known here");
}

}  // namespace gradus::data::detail
