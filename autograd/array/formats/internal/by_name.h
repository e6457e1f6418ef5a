// Entries of a file, found by their names: a list of places in the order of the names, which takes less memory than a map of a million.
//   const std::vector<std::uint32_t> places = places_by_name(entries);      const Entry* e = find_by_name(entries, places, "fc.weight");
#pragma once
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::detail {

struct ItsName {
  template <class Entry>
  const std::string& operator()(const Entry& e) const { return e.name; }
};

template <class Entry, class Name = ItsName>
std::vector<std::uint32_t> places_by_name(const std::vector<Entry>& entries, Name name = {}) {
  std::vector<std::uint32_t> places(entries.size());
  std::iota(places.begin(), places.end(), 0u);
  std::sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) { return name(entries[a]) < name(entries[b]); });
  return places;
}

// Null if there is none.
template <class Entry, class Name = ItsName>
const Entry* find_by_name(const std::vector<Entry>& entries, const std::vector<std::uint32_t>& places, std::string_view wanted,
                          Name name = {}) {
  const auto at = std::lower_bound(places.begin(), places.end(), wanted,
                                   [&](std::uint32_t i, std::string_view n) { return name(entries[i]) < n; });
  return at == places.end() || name(entries[*at]) != wanted ? nullptr : &entries[*at];
}

}  // namespace gradus::detail
