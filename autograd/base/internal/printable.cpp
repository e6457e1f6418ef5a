#include <gradus/autograd/base/internal/printable.h>

#include <gradus/autograd/base/internal/utf8.h>

namespace gradus::detail {
namespace {

std::string hexadecimal(const char* before, unsigned char byte) {
  constexpr const char* digits = "0123456789abcdef";
  return std::string(before) + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

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
