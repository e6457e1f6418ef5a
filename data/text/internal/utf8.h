// Texts as code points and back.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <gradus/autograd/base/internal/utf8.h>

namespace gradus::data::detail {

using gradus::detail::append_utf8;

inline constexpr char32_t replacement_character = 0xfffd;

// One code point of a text and how many bytes it takes, at least 1. What is no UTF-8 is U+FFFD, and as long as a beginning of a character
// was found, as in Unicode's recommendation.
struct Decoded {
  char32_t c;
  std::size_t bytes;
  bool valid;
};
inline Decoded decode_utf8(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(at);
  if (first < 0x80) return {first, 1, true};
  const int more = first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : 0;
  if (more == 0) return {replacement_character, 1, false};
  char32_t c = first & (0x3fu >> more);
  for (int i = 1; i <= more; ++i) {
    const unsigned next = byte(at + static_cast<std::size_t>(i));
    // the second byte also tells overlong forms, surrogates and what is above U+10FFFF
    const unsigned least = i > 1 ? 0x80 : first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned most = i > 1 ? 0xbf : first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (next < least || next > most) return {replacement_character, static_cast<std::size_t>(i), false};
    c = c << 6 | (next & 0x3f);
  }
  return {c, static_cast<std::size_t>(more) + 1, true};
}

inline std::string utf8_of(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

// f(code point, its bytes in the text).
template <class F>
void each_character(std::string_view text, F f) {
  for (std::size_t at = 0; at < text.size();) {
    const Decoded d = decode_utf8(text, at);
    f(d.c, text.substr(at, d.bytes));
    at += d.bytes;
  }
}

inline std::u32string code_points(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  each_character(text, [&](char32_t c, std::string_view) { out += c; });
  return out;
}
inline std::string to_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

// The same text, what is no UTF-8 replaced.
inline std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_character(text, [&](char32_t c, std::string_view) { append_utf8(out, c); });
  return out;
}

}  // namespace gradus::data::detail
