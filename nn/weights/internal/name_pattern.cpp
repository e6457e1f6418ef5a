#include <gradus/nn/weights/internal/name_pattern.h>

#include <algorithm>

#include <gradus/autograd/base/error.h>

namespace gradus::nn::detail {
namespace {

constexpr auto nowhere = std::string_view::npos;

// From the dot (or the beginning) at `at` to the next one.
std::size_t end_of_part(std::string_view text, std::size_t at) { return std::min(text.find('.', at), text.size()); }
std::string_view part_at(std::string_view text, std::size_t at) { return text.substr(at, end_of_part(text, at) - at); }
// Behind the last part there is none: nowhere.
std::size_t next_part(std::string_view text, std::size_t at) {
  const std::size_t end = end_of_part(text, at);
  return end == text.size() ? nowhere : end + 1;
}

// Only the last star is ever lengthened: whatever lies before it fits as early as can be, so a longer one there gains nothing.
bool fits_part(std::string_view pattern, std::string_view part, std::vector<std::string_view>& found) {
  const std::size_t before = found.size();
  std::size_t p = 0, s = 0, star = nowhere, begin = 0, end = 0;
  for (;;) {
    if (p < pattern.size() && pattern[p] == '*') {
      if (s == part.size()) break;
      star = p++, begin = s, end = ++s;
      found.push_back(part.substr(begin, 1));
    } else if (p < pattern.size() && s < part.size() && pattern[p] == part[s]) {
      ++p, ++s;
    } else if (p == pattern.size() && s == part.size()) {
      return true;
    } else if (star == nowhere || end == part.size()) {
      break;
    } else {
      found.back() = part.substr(begin, ++end - begin);
      p = star + 1, s = end;
    }
  }
  found.resize(before);
  return false;
}

}  // namespace

std::vector<std::string_view> stars_of(std::string_view pattern, std::string_view who) {
  check<ValueError>(!pattern.empty(), who, ": a pattern is empty; \"**\" fits every name");
  std::vector<std::string_view> stars;
  for (std::size_t at = 0; at != nowhere; at = next_part(pattern, at)) {
    const std::string_view part = part_at(pattern, at);
    check<ValueError>(part == "**" || part.find("**") == nowhere, who, ": in \"", pattern,
                      "\" ** stands beside something else; it is a whole part, between dots");
    if (part == "**") stars.push_back(part);
    else stars.insert(stars.end(), static_cast<std::size_t>(std::count(part.begin(), part.end(), '*')), "*");
  }
  return stars;
}

bool captures(std::string_view pattern, std::string_view name, std::vector<std::string_view>& found) {
  const std::size_t before = found.size();
  std::size_t p = 0, s = 0, star = nowhere, begin = 0, end = 0, place = 0;   // `star`: where the last ** is; it has [begin, end)
  for (;;) {
    if (p != nowhere && s != nowhere && part_at(pattern, p) == "**") {
      place = found.size(), star = p, begin = s, end = end_of_part(name, s);
      found.push_back(name.substr(begin, end - begin));
      p = next_part(pattern, p), s = next_part(name, s);
    } else if (p != nowhere && s != nowhere && fits_part(part_at(pattern, p), part_at(name, s), found)) {
      p = next_part(pattern, p), s = next_part(name, s);
    } else if (p == nowhere && s == nowhere) {
      return true;
    } else if (star == nowhere || end == name.size()) {
      break;
    } else {
      end = end_of_part(name, end + 1);
      found.resize(place + 1);
      found[place] = name.substr(begin, end - begin);
      p = next_part(pattern, star), s = end == name.size() ? nowhere : end + 1;
    }
  }
  found.resize(before);
  return false;
}

std::string filled(std::string_view pattern, const std::vector<std::string_view>& captured) {
  std::string out;
  std::size_t star = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '*') {
      out += pattern[i];
      continue;
    }
    out += captured.at(star++);
    if (i + 1 < pattern.size() && pattern[i + 1] == '*') ++i;
  }
  return out;
}

bool fits_any(const std::vector<std::string>& patterns, std::string_view name) {
  std::vector<std::string_view> found;
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return captures(pattern, name, found); });
}

}  // namespace gradus::nn::detail
