#include <gradus/autograd/base/internal/json_text.h>

#include <gradus/autograd/base/internal/utf8.h>

namespace gradus::detail {

std::string json_text(std::string_view words) {
  std::string out = "\"";
  while (!words.empty()) {
    const auto c = static_cast<unsigned char>(words[0]);
    const std::size_t n = character_length(words);
    if (n == 0) out += "\xEF\xBF\xBD";
    else if (c == '"' || c == '\\') (out += '\\') += words[0];
    else if (c < 0x20 || c == 0x7F) {
      constexpr std::string_view digits = "0123456789abcdef";
      (out += "\\u00") += digits[c >> 4];
      out += digits[c & 15];
    } else {
      out += words.substr(0, n);
    }
    words.remove_prefix(n == 0 ? 1 : n);
  }
  return out + "\"";
}

}  // namespace gradus::detail
