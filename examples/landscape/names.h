// Finding things by what people type: case, spaces and punctuation do not count, and a name that is not there is answered with the nearest.
//   const Surface& s = find(surfaces(), "Two wells", "surface");       // "two_wells"
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/describe/nearest_name.h>

namespace landscape {

// ValueError: 'what: there is no "adm"; did you mean "Adam"? There are: SGD, Adam, …'
[[noreturn]] void fail_unknown(std::string_view what, std::string_view wanted, const std::vector<std::string_view>& names);

template <class List>
const auto& find(const List& list, std::string_view wanted, std::string_view what) {
  for (const auto& item : list)
    if (gradus::plain_name(item.name) == gradus::plain_name(wanted)) return item;
  std::vector<std::string_view> names;
  for (const auto& item : list) names.push_back(item.name);
  fail_unknown(what, wanted, names);
}

}  // namespace landscape
