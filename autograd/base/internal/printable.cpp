#include <gradus/autograd/base/internal/printable.h>

namespace gradus::detail {
namespace {

std::string hexadecimal(const char* before, unsigned char byte) {
  constexpr const char* digits = "0123456789abcdef";
  return std::string(before) + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

std::size_t character_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  const unsigned first = byte(0);
  if (s.empty()) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                             : first >= 0xe0 && first <= 0xef ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool beyond = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || beyond ? 0 : length;
}

std::string printable(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::size_t length = character_length(name);
    const auto byte = static_cast<unsigned char>(name.front());
    const bool control = byte < 0x20 || byte == 0x7f || (byte == 0xc2 && static_cast<unsigned char>(name[length > 1 ? 1 : 0]) < 0xa0);
    if (length == 0 || control) {
      out += hexadecimal("\\x", byte);
      name.remove_prefix(1);
    } else {
      out += name.substr(0, length);
      name.remove_prefix(length);
    }
  }
  return out;
}

std::string shown(std::string_view name) {
  constexpr std::size_t longest = 80;
  if (name.size() <= longest) return printable(name);
  std::size_t end = longest - 3;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;   // where a character begins
  return printable(name.substr(0, end)) + "...";
}

std::string in_quotes(std::string_view name, char mark) { return mark + shown(name) + mark; }

}  // namespace gradus::detail
