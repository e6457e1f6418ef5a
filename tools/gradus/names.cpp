#include "names.h"

#include <algorithm>
#include <map>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/pattern.h>

#include "printable.h"

namespace gradus::tool {

// The last star takes one character more whenever what follows it does not fit; those before it keep what they have.
bool match(std::string_view name, std::string_view pattern, std::vector<std::string_view>& captured) {
  struct Star {
    std::size_t begin, end, resume;
  };
  std::vector<Star> stars;
  std::size_t n = 0, p = 0;
  while (n < name.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      stars.push_back({n, n, ++p});
    } else if (p < pattern.size() && n < name.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (!stars.empty() && stars.back().end < name.size()) {
      n = ++stars.back().end;
      p = stars.back().resume;
    } else {
      return false;
    }
  }
  captured.clear();
  for (const Star& star : stars) captured.push_back(name.substr(star.begin, star.end - star.begin));
  return true;
}

namespace {

std::string filled(std::string_view pattern, const std::vector<std::string_view>& captured) {
  std::string out;
  std::size_t star = 0;
  for (const char c : pattern) {
    if (c == '*')
      out += captured[star++];
    else
      out += c;
  }
  return out;
}

}  // namespace

Renaming::Renaming(std::string_view program, const std::vector<std::string>& rules, const std::vector<std::string>& drops,
                   std::string prefix)
    : program_(program), drops_(drops), prefix_(std::move(prefix)) {
  for (const std::string& rule : rules) {
    const std::size_t equals = rule.find('=');
    check<ValueError>(equals != rule.npos && equals > 0, program, ": --rename wants OLD=NEW, not \"", printable(rule), '"');
    rules_.push_back({rule.substr(0, equals), rule.substr(equals + 1)});
    const auto stars = [](const std::string& pattern) { return std::count(pattern.begin(), pattern.end(), '*'); };
    check<ValueError>(stars(rules_.back().to) <= stars(rules_.back().from), program, ": --rename \"", printable(rule),
                      "\" has more * in the new name than in the old one");
  }
}

std::vector<Renaming::Named> Renaming::apply(const std::vector<std::string_view>& names) const {
  std::vector<bool> used(rules_.size()), dropped(drops_.size());
  std::vector<Named> out;
  std::map<std::string, std::size_t> taken;
  std::vector<std::string_view> captured;
  for (std::size_t i = 0; i < names.size(); ++i) {
    bool drop = false;
    for (std::size_t k = 0; k < drops_.size(); ++k)
      if (fits_pattern(names[i], drops_[k])) dropped[k] = drop = true;
    std::string name(names[i]);
    for (std::size_t k = 0; k < rules_.size(); ++k)
      if (match(names[i], rules_[k].from, captured)) {
        used[k] = true;
        name = filled(rules_[k].to, captured);
        break;
      }
    if (drop) continue;
    name = prefix_ + name;
    const auto [other, is_new] = taken.emplace(name, i);
    check<ValueError>(is_new, program_, ": two tensors would be named \"", printable(name), "\": ", printable(names[other->second]),
                      " and ", printable(names[i]));
    out.push_back({i, std::move(name)});
  }
  for (std::size_t k = 0; k < rules_.size(); ++k)
    check<ValueError>(used[k], program_, ": --rename \"", printable(rules_[k].from),
                      "\" fits no name that another rule has not taken; gradus inspect lists them");
  for (std::size_t k = 0; k < drops_.size(); ++k)
    check<ValueError>(dropped[k], program_, ": --drop \"", printable(drops_[k]), "\" fits no name; gradus inspect lists them");
  return out;
}

}  // namespace gradus::tool
