#include <gradus/autograd/base/describe/nearest_name.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

#include <gradus/autograd/base/error.h>

namespace gradus {
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

std::string plain_name(std::string_view name) {
  std::string out;
  for (const unsigned char c : name)
    if (std::isalnum(c) || c >= 0x80) out += static_cast<char>(std::tolower(c));
  return out;
}

std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> names) {
  const std::string typed = plain_name(wanted.substr(0, 64));
  std::string_view nearest;
  std::size_t least = SIZE_MAX;
  for (const std::string_view name : names) {
    const std::string plain = plain_name(name);
    const std::size_t far = distance(typed, plain);
    if (far > 1 + plain.size() / 3 || far >= least) continue;
    least = far;
    nearest = name;
  }
  return nearest.empty() ? "" : text("; did you mean \"", nearest, "\"?");
}

}  // namespace gradus
