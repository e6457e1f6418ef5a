// Texts in UTF-8, as Unicode 15, table 3-7, has it: no overlong forms, no surrogates, nothing above U+10FFFF.
//   is_utf8("Übung") == true;      character_length("Übung") == 2;      append_utf8(out, U'Ü');
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace gradus::detail {

// How many bytes the character at the beginning takes; 0 if there is none.
std::size_t character_length(std::string_view text);

bool is_utf8(std::string_view text);   // most is ASCII, which goes by eights

void append_utf8(std::string& out, char32_t c);   // of a code point

}  // namespace gradus::detail
