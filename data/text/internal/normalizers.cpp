#include <algorithm>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/unicode.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {

std::string replaced(std::string_view text, std::string_view wanted, std::string_view by) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t at; !wanted.empty() && (at = text.find(wanted, begin)) != text.npos; begin = at + wanted.size())
    out.append(text.substr(begin, at - begin)).append(by);
  return out.append(text.substr(begin));
}

namespace {

// Letter by letter.
template <class F>
class EachLetter final : public Normalizer {
 public:
  explicit EachLetter(F f) : f_(std::move(f)) {}
  void apply(std::string& text) const override { text = to_utf8(f_(code_points(text))); }

 private:
  F f_;
};
template <class F>
std::unique_ptr<const Normalizer> letters(F f) {
  return std::make_unique<EachLetter<F>>(std::move(f));
}

template <class F>
class WholeText final : public Normalizer {
 public:
  explicit WholeText(F f) : f_(std::move(f)) {}
  void apply(std::string& text) const override { f_(text); }

 private:
  F f_;
};
template <class F>
std::unique_ptr<const Normalizer> whole_text(F f) {
  return std::make_unique<WholeText<F>>(std::move(f));
}

class NormalizerSequence final : public Normalizer {
 public:
  explicit NormalizerSequence(const Node& node) {
    node.each([&](const Node& part) { parts_.push_back(read_normalizer(part)); });
  }
  void apply(std::string& text) const override {
    for (const auto& part : parts_)
      if (part) part->apply(text);
  }

 private:
  std::vector<std::unique_ptr<const Normalizer>> parts_;
};

std::u32string lowered(const std::u32string& text) {
  std::u32string out;
  for (const char32_t c : text) append_lower(out, c);
  return out;
}
std::u32string without(std::u32string text, unsigned kinds) {
  std::erase_if(text, [&](char32_t c) { return is(c, kinds); });
  return text;
}

bool chinese(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
         (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

std::u32string cleaned(const std::u32string& text) {
  std::u32string out;
  for (const char32_t c : text) {
    if (c == '\t' || c == '\n' || c == '\r')
      out += U' ';
    else if (c != 0 && c != replacement_character && !is(c, control))
      out += is(c, space) ? U' ' : c;
  }
  return out;
}

std::unique_ptr<const Normalizer> bert(const Node& node) {
  node.only({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"});
  const bool clean = node.flag_or("clean_text", true), spaced = node.flag_or("handle_chinese_chars", true);
  const bool lower = node.flag_or("lowercase", true), strip = node.flag_or("strip_accents", lower);
  return letters([=](std::u32string text) {
    if (clean) text = cleaned(text);
    if (spaced) {
      std::u32string out;
      for (const char32_t c : text) {
        if (chinese(c))
          out += {U' ', c, U' '};
        else
          out += c;
      }
      text = std::move(out);
    }
    if (strip) text = without(normal_form(text, false, false), thin_mark);
    return lower ? lowered(text) : text;
  });
}

}  // namespace

std::unique_ptr<const Normalizer> read_normalizer(const Node& node) {
  if (node.is_null()) return nullptr;
  const std::string type = node.type();
  if (type == "Sequence") return node.only({"type", "normalizers"}), std::make_unique<NormalizerSequence>(node["normalizers"]);
  if (type == "BertNormalizer") return bert(node);
  if (type == "Precompiled") return read_precompiled(node);
  if (type == "Replace") {
    node.only({"type", "pattern", "content"});
    const Node pattern = node["pattern"];
    if (pattern.has("Regex") && pattern["Regex"].text() == " {2,}")   // which T5 and its like have
      return pattern.only({"Regex"}), whole_text([by = node["content"].text()](std::string& text) {
               std::string out;
               for (std::size_t at = 0, n; at < text.size(); at += n) {
                 n = std::min(text.find_first_not_of(' ', at), text.size()) - at;
                 if (n >= 2) out += by;
                 else out.append(text, at, n = std::max<std::size_t>(n, 1));
               }
               text = std::move(out);
             });
    if (!pattern.has("String")) pattern.refuse("only texts (String) and ' {2,}' are replaced, no other regular expressions");
    pattern.only({"String"});
    if (pattern["String"].text().empty()) pattern.refuse("an empty text cannot be replaced");
    return whole_text(
        [wanted = pattern["String"].text(), by = node["content"].text()](std::string& text) { text = replaced(text, wanted, by); });
  }
  if (type == "Prepend") {
    node.only({"type", "prepend"});
    return whole_text([before = node["prepend"].text()](std::string& text) {
      if (!text.empty()) text.insert(0, before);
    });
  }
  if (type == "Strip") {
    node.only({"type", "strip_left", "strip_right"});
    return letters([left = node["strip_left"].flag(), right = node["strip_right"].flag()](std::u32string text) {
      std::size_t begin = 0, end = text.size();
      while (left && begin < end && is(text[begin], space)) ++begin;
      while (right && end > begin && is(text[end - 1], space)) --end;
      return text.substr(begin, end - begin);
    });
  }
  node.only({"type"});
  if (type == "Lowercase") return letters([](const std::u32string& text) { return lowered(text); });
  if (type == "StripAccents") return letters([](std::u32string text) { return without(std::move(text), mark); });
  if (type == "ByteLevel")
    return whole_text([](std::string& text) {
      std::string out;
      append_byte_letters(out, text);
      text = std::move(out);
    });
  if (type == "NFC" || type == "NFD" || type == "NFKC" || type == "NFKD")
    return letters(
        [compose = type.back() == 'C', alike = type.size() == 4](const std::u32string& text) { return normal_form(text, compose, alike); });
  node.refuse("the normalizer ", gradus::detail::in_quotes(type), " is not known here");
}

}  // namespace gradus::data::detail
