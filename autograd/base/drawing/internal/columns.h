// Text in columns of a terminal: characters are counted, not bytes (in UTF-8 only the first byte of a character counts).
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace gradus::drawing {

std::string join(std::initializer_list<std::string_view> parts);
int columns(std::string_view s);
std::string cut(std::string s, int most);              // its first characters
std::string right(std::string_view s, int width);      // with blanks before it
std::string left(std::string_view s, int width);       // with blanks behind it

}  // namespace gradus::drawing
