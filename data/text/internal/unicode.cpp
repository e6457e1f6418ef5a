#include <gradus/data/text/internal/unicode.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gradus::data::detail {
namespace {

// Reads the numbers of a table; make_unicode_data.py says how they are written.
class Numbers {
 public:
  explicit Numbers(const char* at) : at_(at) {}
  bool more() const { return *at_ != 0; }
  std::uint32_t next() {
    std::uint32_t value = 0;
    for (int shift = 0;; shift += 5) {
      const auto letter_here = static_cast<unsigned char>(*at_++);
      if (letter_here >= 80) return value | static_cast<std::uint32_t>(letter_here - 80) << shift;
      value |= static_cast<std::uint32_t>(letter_here - 48) << shift;
    }
  }
  std::int64_t next_signed() {
    const std::int64_t value = next();
    return value % 2 == 0 ? value / 2 : -(value + 1) / 2;
  }

 private:
  const char* at_;
};

// Stretches of code points of one value, from `first` on.
struct KindTable {
  struct Stretch {
    std::uint32_t first, value;
  };
  std::vector<Stretch> all{{0, 0}};
  std::array<unsigned char, 0x3000> low{};  // of the most common ones

  explicit KindTable(const char* table) {
    std::uint32_t at = 0;
    for (Numbers numbers(table); numbers.more();) {
      at += numbers.next();
      all.push_back({at, numbers.next()});
    }
    for (std::uint32_t c = 0; c < low.size(); ++c) low[c] = static_cast<unsigned char>(find(c));
  }
  std::uint32_t find(std::uint32_t c) const {
    return std::prev(std::upper_bound(all.begin(), all.end(), c, [](std::uint32_t x, const Stretch& s) { return x < s.first; }))->value;
  }
  unsigned of(char32_t c) const { return c < low.size() ? low[c] : find(c); }
};

const KindTable& kinds() {
  static const KindTable all(unicode_kinds);
  return all;
}
const KindTable& combining_classes() {
  static const KindTable all(unicode_classes);
  return all;
}

struct LowerCase {
  std::unordered_map<std::uint32_t, std::uint32_t> of;
  LowerCase() {
    std::uint32_t at = 0;
    for (Numbers numbers(unicode_lower); numbers.more();) {
      at += numbers.next();
      const std::uint32_t count_and_step = numbers.next(), step = count_and_step % 2 + 1;
      const std::int64_t difference = numbers.next_signed();
      for (std::uint32_t i = 0; i <= count_and_step / 2; ++i) of[at + i * step] = static_cast<std::uint32_t>(at + i * step + difference);
    }
  }
};

struct Decompositions {
  struct Parts {
    bool compatible;
    std::u32string letters;
  };
  std::unordered_map<std::uint32_t, Parts> of;
  std::unordered_map<std::uint64_t, std::uint32_t> composed;  // of two
  Decompositions() {
    std::vector<std::uint32_t> excluded;
    std::uint32_t at = 0;
    for (Numbers numbers(unicode_excluded); numbers.more();) excluded.push_back(at += numbers.next());
    at = 0;
    for (Numbers numbers(unicode_decompositions); numbers.more();) {
      at += numbers.next();
      const std::uint32_t form = numbers.next();
      Parts parts{form % 2 == 1, {}};
      std::int64_t c = at;
      for (std::uint32_t i = 0; i < form / 2; ++i) parts.letters += static_cast<char32_t>(c += numbers.next_signed());
      if (!parts.compatible && parts.letters.size() == 2 && !std::binary_search(excluded.begin(), excluded.end(), at))
        composed[pair_of(parts.letters[0], parts.letters[1])] = at;
      of.emplace(at, std::move(parts));
    }
  }
  static std::uint64_t pair_of(char32_t a, char32_t b) { return std::uint64_t{a} << 32 | b; }
};
const Decompositions& decompositions() {
  static const Decompositions all;
  return all;
}

constexpr char32_t hangul = 0xac00, first_lead = 0x1100, first_vowel = 0x1161, before_tails = 0x11a7;
constexpr char32_t leads = 19, vowels = 21, tails = 28, syllables = leads * vowels * tails;

void append_decomposed(std::u32string& out, char32_t c, bool compatible) {
  if (c < 0xa0) {
    out += c;
  } else if (c >= hangul && c < hangul + syllables) {
    const char32_t index = c - hangul;
    out += first_lead + index / (vowels * tails);
    out += first_vowel + index % (vowels * tails) / tails;
    if (index % tails != 0) out += before_tails + index % tails;
  } else if (const auto found = decompositions().of.find(c);
             found != decompositions().of.end() && (compatible || !found->second.compatible)) {
    for (const char32_t part : found->second.letters) append_decomposed(out, part, compatible);  // five deep at most
  } else {
    out += c;
  }
}

char32_t compose_two(char32_t a, char32_t b) {  // 0: they stay two
  if (a >= first_lead && a < first_lead + leads && b >= first_vowel && b < first_vowel + vowels)
    return hangul + ((a - first_lead) * vowels + (b - first_vowel)) * tails;
  if (a >= hangul && a < hangul + syllables && (a - hangul) % tails == 0 && b > before_tails && b < before_tails + tails)
    return a + (b - before_tails);
  const auto found = decompositions().composed.find(Decompositions::pair_of(a, b));
  return found == decompositions().composed.end() ? 0 : found->second;
}

}  // namespace

unsigned kind_of(char32_t c) { return kinds().of(c); }

void append_lower(std::u32string& out, char32_t c) {
  static const LowerCase lower;
  if (c < 0x80) {
    out += c >= 'A' && c <= 'Z' ? c + 32 : c;
  } else if (c == 0x130) {
    out += U"i\u0307";
  } else {
    const auto found = lower.of.find(c);
    out += found == lower.of.end() ? c : static_cast<char32_t>(found->second);
  }
}

std::u32string normal_form(std::u32string_view text, bool compose, bool compatible) {
  std::u32string out;
  out.reserve(text.size());
  for (const char32_t c : text) append_decomposed(out, c, compatible);
  const auto class_of = [](char32_t c) { return combining_classes().of(c); };
  for (std::size_t i = 0; i < out.size();) {  // marks into the order of their classes
    if (out[i] < 0x300 || class_of(out[i]) == 0) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < out.size() && class_of(out[end]) != 0) ++end;
    std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(i), out.begin() + static_cast<std::ptrdiff_t>(end),
                     [&](char32_t a, char32_t b) { return class_of(a) < class_of(b); });
    i = end;
  }
  if (!compose) return out;
  std::size_t written = 0, starter = out.size();
  unsigned last = 0;  // the class of what stands between the starter and here, 0: nothing
  for (std::size_t i = 0; i < out.size(); ++i) {
    const unsigned c = class_of(out[i]);
    if (starter < written && (last < c || (last == 0 && starter + 1 == written)))
      if (const char32_t both = compose_two(out[starter], out[i]); both != 0) {
        out[starter] = both;
        continue;
      }
    if (c == 0) starter = written;
    last = c;
    out[written++] = out[i];
  }
  out.resize(written);
  return out;
}

}  // namespace gradus::data::detail
