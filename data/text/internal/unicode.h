// What tokenizers ask of Unicode: kinds of characters, small letters, normal forms. The tables are in unicode_data.cpp.
#pragma once
#include <string>
#include <string_view>

namespace gradus::data::detail {

extern const char *const unicode_kinds, *const unicode_lower, *const unicode_decompositions, *const unicode_classes,
                                                                                                 *const unicode_excluded;

enum Kind : unsigned {
  letter = 1,
  number = 2,
  mark = 4,
  thin_mark = 8,
  punctuation = 16,
  space = 32,
  control = 64,
  word = 128,  // of \w: letters, marks, digits, connectors
};
unsigned kind_of(char32_t c);
inline bool is(char32_t c, unsigned kinds) { return (kind_of(c) & kinds) != 0; }
// Also what is punctuation in ASCII alone, such as $ and +.
inline bool is_punctuation(char32_t c) {
  if (c < 0x80) return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  return is(c, punctuation);
}

void append_lower(std::u32string& out, char32_t c);

// Normal forms: composed if `compose`, of what is alike (ﬁ and fi) if `compatible`.
std::u32string normal_form(std::u32string_view text, bool compose, bool compatible);

}  // namespace gradus::data::detail
