#include "names.h"

#include <algorithm>
#include <map>

#include <gradus/autograd/base/error.h>
#include <gradus/nn/weights/internal/name_pattern.h>

#include "sizes.h"

namespace gradus::tool {

bool fits(std::string_view name, std::string_view pattern) {
  std::vector<std::string_view> captured;
  return nn::detail::captures(pattern, name, captured);
}
void check_pattern(std::string_view program, std::string_view pattern) { nn::detail::stars_of(pattern, program); }

Renaming::Renaming(std::string_view program, const std::vector<std::string>& rules, const std::vector<std::string>& drops,
                   std::string prefix)
    : program_(program), drops_(drops), prefix_(std::move(prefix)) {
  for (const std::string& drop : drops) check_pattern(program, drop);
  for (const std::string& rule : rules) {
    const std::size_t equals = rule.find('=');
    check<ValueError>(equals != rule.npos && equals > 0, program, ": --rename wants OLD=NEW, not \"", printable(rule), '"');
    rules_.push_back({rule.substr(0, equals), rule.substr(equals + 1)});
    const auto from = nn::detail::stars_of(rules_.back().from, program), to = nn::detail::stars_of(rules_.back().to, program);
    check<ValueError>(to.empty() || to == from, program, ": --rename \"", printable(rule),
                      "\": the new name wants the stars of the old one, or none");
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
      if (fits(names[i], drops_[k])) dropped[k] = drop = true;
    std::string name(names[i]);
    for (std::size_t k = 0; k < rules_.size(); ++k)
      if (captured.clear(); nn::detail::captures(rules_[k].from, names[i], captured)) {
        used[k] = true;
        name = nn::detail::stars_of(rules_[k].to, program_).empty() ? rules_[k].to : nn::detail::filled(rules_[k].to, captured);
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
