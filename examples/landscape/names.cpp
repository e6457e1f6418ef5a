#include "landscape/names.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include <gradus/autograd/base/error.h>

namespace landscape {
namespace {

// How many letters must be put in, taken out or changed (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = corner + (a[i] != b[j]);
      corner = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, corner + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string plain(std::string_view name) {
  std::string out;
  for (const unsigned char c : name)
    if (std::isalnum(c) || c >= 0x80) out += static_cast<char>(std::tolower(c));
  return out;
}

void fail_unknown(std::string_view what, std::string_view wanted, const std::vector<std::string_view>& names) {
  std::string all;
  for (const std::string_view name : names) all += gradus::text(all.empty() ? "" : ", ", name);
  const std::string typed = plain(wanted.substr(0, 64));
  const auto far = [&](std::string_view name) { return distance(typed, plain(name)); };
  const auto nearest = std::min_element(names.begin(), names.end(), [&](std::string_view a, std::string_view b) { return far(a) < far(b); });
  std::string hint = ".";
  if (nearest != names.end() && far(*nearest) <= 1 + plain(*nearest).size() / 3) hint = gradus::text("; did you mean \"", *nearest, "\"?");
  gradus::fail<gradus::ValueError>(what, ": there is no \"", wanted.substr(0, 64), "\"", hint, " There are: ", all);
}

}  // namespace landscape
