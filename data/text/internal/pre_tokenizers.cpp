#include <algorithm>
#include <array>
#include <optional>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/text/internal/cut.h>
#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/unicode.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {

char32_t letter_of_byte(unsigned char byte) {
  static const auto all = [] {
    std::array<char32_t, 256> out{};
    char32_t next = 256;
    for (unsigned b = 0; b < 256; ++b) out[b] = (b >= 33 && b <= 126) || (b >= 161 && b != 173) ? char32_t{b} : next++;
    return out;
  }();
  return all[byte];
}
int byte_of_letter(char32_t c) {
  static const auto all = [] {
    std::array<int, 324> out{};
    out.fill(-1);
    for (int b = 0; b < 256; ++b) out[letter_of_byte(static_cast<unsigned char>(b))] = b;
    return out;
  }();
  return c < all.size() ? all[c] : -1;
}
void append_byte_letters(std::string& out, std::string_view bytes) {
  for (const char c : bytes) append_utf8(out, letter_of_byte(static_cast<unsigned char>(c)));
}

namespace {

// Cuts every piece where f(text) says: stretches that are left.
template <class F>
class Cutting final : public PreTokenizer {
 public:
  explicit Cutting(F f) : f_(std::move(f)) {}
  void apply(Pieces& pieces) const override {
    Pieces out;
    for (const Piece& piece : pieces)
      for (const auto& [begin, end] : f_(std::string_view(piece.text)))
        out.push_back({piece.text.substr(begin, end - begin), piece.first && begin == 0});
    pieces = std::move(out);
  }

 private:
  F f_;
};
template <class F>
std::unique_ptr<const PreTokenizer> cutting(F f) {
  return std::make_unique<Cutting<F>>(std::move(f));
}

// Every character of which `wanted` is true is a match by itself.
template <class F>
Stretches single_characters(std::string_view text, F wanted) {
  Stretches out;
  std::size_t at = 0;
  each_character(text, [&](char32_t c, std::string_view bytes) {
    const bool match = wanted(c);
    if (!match && !out.empty() && !out.back().match)
      out.back().end += bytes.size();
    else
      out.push_back({at, at + bytes.size(), match});
    at += bytes.size();
  });
  return out;
}
template <class F>
std::unique_ptr<const PreTokenizer> by_characters(F wanted, Behaviour behaviour) {
  return cutting([=](std::string_view text) { return cut(single_characters(text, wanted), behaviour); });
}

class ByteLevel final : public PreTokenizer {
 public:
  explicit ByteLevel(const Node& node) : space_(node.flag_or("add_prefix_space", true)), cut_(node.flag_or("use_regex", true)) {
    node.only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  }
  void apply(Pieces& pieces) const override {
    Pieces out;
    for (Piece& piece : pieces) {
      if (space_ && !piece.text.starts_with(' ')) piece.text.insert(piece.text.begin(), ' ');
      const auto put = [&](std::string_view part, bool first) {
        std::string text;
        append_byte_letters(text, part);
        out.push_back({std::move(text), first});
      };
      if (!cut_)
        put(piece.text, piece.first);
      else
        for (const Stretch& s : matches_of(Pattern::gpt2, piece.text))
          put(std::string_view(piece.text).substr(s.begin, s.end - s.begin), piece.first && s.begin == 0);
    }
    pieces = std::move(out);
  }

 private:
  bool space_, cut_;
};

class Metaspace final : public PreTokenizer {
 public:
  explicit Metaspace(const Node& node) : mark_(utf8_of(node["replacement"].character())), split_(node.flag_or("split", true)) {
    node.only({"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"});
    const std::string scheme = node.text_or("prepend_scheme", "always");
    if (scheme != "always" && scheme != "first" && scheme != "never") node["prepend_scheme"].refuse("must be always, first or never");
    always_ = scheme == "always", first_ = scheme == "first";
    if (node.has("add_prefix_space") && !node["add_prefix_space"].flag()) {
      if (first_) node.refuse("add_prefix_space contradicts prepend_scheme");
      always_ = false;
    }
  }
  void apply(Pieces& pieces) const override {
    Pieces out;
    for (const Piece& piece : pieces) {
      std::string text;
      for (const char c : piece.text) {
        if (c == ' ')
          text += mark_;
        else
          text += c;
      }
      if ((always_ || (first_ && piece.first)) && !text.starts_with(mark_)) text.insert(0, mark_);
      if (!split_) {
        if (!text.empty()) out.push_back({text, piece.first});
        continue;
      }
      for (const auto& [begin, end] : cut(matches_of_text(mark_, text), Behaviour::merged_with_next))
        out.push_back({text.substr(begin, end - begin), piece.first && begin == 0});
    }
    pieces = std::move(out);
  }

 private:
  std::string mark_;
  bool split_, always_ = false, first_ = false;
};

class PreTokenizerSequence final : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(const Node& node) {
    node.each([&](const Node& part) { parts_.push_back(read_pre_tokenizer(part)); });
  }
  void apply(Pieces& pieces) const override {
    for (const auto& part : parts_)
      if (part) part->apply(pieces);
  }

 private:
  std::vector<std::unique_ptr<const PreTokenizer>> parts_;
};

std::optional<Pattern> known_pattern(std::string_view regex) {
  if (regex == gpt2_pattern) return Pattern::gpt2;
  if (regex == cl100k_pattern) return Pattern::cl100k;
  if (regex == qwen2_pattern) return Pattern::qwen2;
  if (regex == R"(\s+)") return Pattern::spaces;
  if (regex == R"(\w+|[^\w\s]+)") return Pattern::words;
  return {};
}

std::unique_ptr<const PreTokenizer> split(const Node& node) {
  node.only({"type", "pattern", "behavior", "invert"});
  const Behaviour behaviour = read_behaviour(node["behavior"]);
  const bool invert = node.flag_or("invert", false);
  const Node pattern = node["pattern"];
  pattern.only({"String", "Regex"});
  if (pattern.has("String"))
    return cutting(
        [=, wanted = pattern["String"].text()](std::string_view text) { return cut(matches_of_text(wanted, text), behaviour, invert); });
  const std::string& regex = pattern["Regex"].text();
  const std::optional<Pattern> known = known_pattern(regex);
  if (!known)
    pattern.refuse("the regular expression ", gradus::detail::in_quotes(regex),
                   " is none of those that are known: GPT-2's, LLaMA 3's (cl100k), Qwen 2's, \\s+ and \\w+|[^\\w\\s]+");
  return cutting([=, which = *known](std::string_view text) { return cut(matches_of(which, text), behaviour, invert); });
}

}  // namespace

std::unique_ptr<const PreTokenizer> read_pre_tokenizer(const Node& node) {
  if (node.is_null()) return nullptr;
  const std::string type = node.type();
  if (type == "Sequence") return node.only({"type", "pretokenizers"}), std::make_unique<PreTokenizerSequence>(node["pretokenizers"]);
  if (type == "ByteLevel") return std::make_unique<ByteLevel>(node);
  if (type == "Metaspace") return std::make_unique<Metaspace>(node);
  if (type == "Split") return split(node);
  if (type == "Digits") {
    node.only({"type", "individual_digits"});
    return by_characters([](char32_t c) { return is(c, number); },
                         node.flag_or("individual_digits", false) ? Behaviour::isolated : Behaviour::contiguous);
  }
  if (type == "Punctuation") {
    node.only({"type", "behavior"});
    return by_characters([](char32_t c) { return is_punctuation(c); },
                         node.has("behavior") ? read_behaviour(node["behavior"]) : Behaviour::isolated);
  }
  if (type == "CharDelimiterSplit") {
    node.only({"type", "delimiter"});
    return by_characters([delimiter = node["delimiter"].character()](char32_t c) { return c == delimiter; }, Behaviour::removed);
  }
  node.only({"type"});
  if (type == "WhitespaceSplit") return by_characters([](char32_t c) { return is(c, space); }, Behaviour::removed);
  if (type == "Whitespace")
    return cutting([](std::string_view text) {
      Stretches words = matches_of(Pattern::words, text);
      return cut(words, Behaviour::removed, true);  // what matches is kept
    });
  if (type == "BertPreTokenizer")
    return cutting([](std::string_view text) {
      std::vector<std::pair<std::size_t, std::size_t>> out;
      for (const auto& [begin, end] : cut(single_characters(text, [](char32_t c) { return is(c, space); }), Behaviour::removed))
        for (const auto& [from, to] :
             cut(single_characters(text.substr(begin, end - begin), [](char32_t c) { return is_punctuation(c); }), Behaviour::isolated))
          out.emplace_back(begin + from, begin + to);
      return out;
    });
  node.refuse("the pre-tokenizer ", gradus::detail::in_quotes(type), " is not known here");
}

}  // namespace gradus::data::detail
