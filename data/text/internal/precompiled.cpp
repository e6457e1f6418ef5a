// SentencePiece's normaliser: a table of replacements that a model's file brings along in base64, as a trie (a double array of units of 32
// bits, each with its label, where its children lie, and whether a text ends there) and the texts that it points to.
#include <optional>

#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/unicode.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {
namespace {

std::string bytes_of_base64(const Node& node) {
  const std::string& text = node.text();
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t end = text.size();
  while (end > 0 && text.size() - end < 2 && text[end - 1] == '=') --end;
  if (text.size() % 4 != 0) node.refuse("is no base64: its length is no multiple of 4");
  for (std::size_t i = 0; i < end; ++i) {
    const char c = text[i];
    const int six = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
                    : c == '+' ? 62 : c == '/' ? 63 : -1;
    if (six < 0) node.refuse("is no base64 at byte ", i);
    bits = bits << 6 | static_cast<std::uint32_t>(six);
    if ((count += 6) >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  return out;
}

// What stays with the character before it, as Unicode's text segmentation (UAX 29) has it: marks, joiners, colours of skin, tags, and a few
// more.
bool joins(char32_t c) {
  if ((c >= 0x1f3fb && c <= 0x1f3ff) || (c >= 0xe0020 && c <= 0xe007f)) return true;
  if (c == 0x200c || c == 0x200d || c == 0xe33 || c == 0xeb3 || c == 0xff9e || c == 0xff9f) return true;
  const bool spacing_only = c == 0x102b || c == 0x102c || c == 0x1038 || (c >= 0x1062 && c <= 0x1064) || (c >= 0x1067 && c <= 0x106d) ||
                            c == 0x1083 || (c >= 0x1087 && c <= 0x108c) || c == 0x108f || (c >= 0x109a && c <= 0x109c) || c == 0x1a61 ||
                            c == 0x1a63 || c == 0x1a64 || c == 0xaa7b || c == 0xaa7d || c == 0x11720 || c == 0x11721;
  return is(c, mark) && !spacing_only;
}
bool joins_the_next(char32_t c) {
  return (c >= 0x600 && c <= 0x605) || c == 0x6dd || c == 0x70f || c == 0x890 || c == 0x891 || c == 0x8e2 || c == 0xd4e;
}
bool stands_alone(char32_t c) {
  return !joins(c) && !joins_the_next(c) && (is(c, control) || c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029);
}

// The bytes of what one sees as a character, where those are less than 6; of longer ones some beginning of at least 6.
std::size_t cluster_length(std::string_view text) {
  Decoded d = decode_utf8(text, 0);
  std::size_t n = d.bytes;
  if (d.c == '\r') return n + (n < text.size() && text[n] == '\n');
  if (stands_alone(d.c)) return n;
  for (bool next = joins_the_next(d.c); n < text.size() && n < 6; next = joins_the_next(d.c)) {
    d = decode_utf8(text, n);
    if (!(joins(d.c) || (next && !stands_alone(d.c)))) break;
    n += d.bytes;
  }
  return n;
}

class Precompiled final : public Normalizer {
 public:
  explicit Precompiled(const Node& node) {
    const std::string bytes = bytes_of_base64(node);
    std::uint32_t size = 0;
    if (bytes.size() >= 4) size = unit_at(bytes, 0);
    if (bytes.size() < 4 || size % 4 != 0 || size < 4 || size > bytes.size() - 4)
      node.refuse("has ", bytes.size(), " bytes, which do not hold the trie of ", size, " bytes that they begin with");
    for (std::size_t at = 4; at < 4 + std::size_t{size}; at += 4) units_.push_back(unit_at(bytes, at));
    texts_ = bytes.substr(4 + std::size_t{size});
    if (valid_utf8(texts_) != texts_) node.refuse("has replacements that are no UTF-8");
  }

  // A character of less than six bytes is replaced as a whole, if the table has a beginning of it; else each of its code points is.
  void apply(std::string& text) const override {
    std::string out;
    out.reserve(text.size());
    std::string_view left = text;
    while (!left.empty()) {
      const std::size_t n = cluster_length(left);
      if (const auto found = n < 6 ? find(left.substr(0, n)) : std::nullopt) {
        out += *found;
        left.remove_prefix(n);
        continue;
      }
      // Point by point, also what follows of a longer one.
      std::size_t at = 0;
      do {
        const std::string_view point = left.substr(at, decode_utf8(left, at).bytes);
        out += find(point).value_or(point);
        at += point.size();
      } while (at < n || (n >= 6 && at < left.size() && joins(decode_utf8(left, at).c)));
      left.remove_prefix(at);
    }
    text = valid_utf8(out);
  }

 private:
  static std::uint32_t unit_at(std::string_view bytes, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 4; i-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
    return out;
  }
  static std::uint32_t offset(std::uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }

  // What stands for the shortest beginning of the text that the trie has.
  std::optional<std::string_view> find(std::string_view text) const {
    std::uint32_t at = offset(units_[0]);
    for (const char c : text) {
      const auto label = static_cast<std::uint32_t>(static_cast<unsigned char>(c));
      at ^= label;
      if (label == 0 || at >= units_.size()) return {};
      const std::uint32_t unit = units_[at];
      if ((unit & 0x800000ffu) != label) return {};
      at ^= offset(unit);
      if ((unit >> 8 & 1) == 0) continue;
      if (at >= units_.size()) return {};
      const std::uint32_t begin = units_[at] & 0x7fffffffu;
      if (begin >= texts_.size()) return std::string_view();
      const std::string_view rest = std::string_view(texts_).substr(begin);
      return rest.substr(0, rest.find('\0'));
    }
    return {};
  }

  std::vector<std::uint32_t> units_;
  std::string texts_;
};

}  // namespace

std::unique_ptr<const Normalizer> read_precompiled(const Node& node) {
  node.only({"type", "precompiled_charsmap"});
  return std::make_unique<Precompiled>(node["precompiled_charsmap"]);
}

}  // namespace gradus::data::detail
