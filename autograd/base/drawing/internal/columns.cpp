#include <gradus/autograd/base/drawing/internal/columns.h>

#include <algorithm>

namespace gradus::drawing {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }
std::string blanks(std::string_view s, int width) { return std::string(static_cast<std::size_t>(std::max(0, width - columns(s))), ' '); }

}  // namespace

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

int columns(std::string_view s) { return static_cast<int>(std::count_if(s.begin(), s.end(), begins_character)); }

std::string cut(std::string s, int most) {
  std::size_t end = 0;
  for (int seen = 0; end < s.size() && (seen += begins_character(s[end])) <= most;) ++end;
  s.resize(end);
  return s;
}

std::string right(std::string_view s, int width) { return blanks(s, width).append(s); }
std::string left(std::string_view s, int width) { return std::string(s) + blanks(s, width); }

}  // namespace gradus::drawing
