#include <gradus/autograd/base/describe/number_text.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <locale>
#include <sstream>

#include <gradus/autograd/base/error.h>

namespace gradus {

// By streams: not every standard library has std::to_chars for double.
std::string number_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  for (int digits = 1;; ++digits) {
    const std::string scientific = gradus::text(std::scientific, std::setprecision(digits - 1), number);
    if (digits < std::numeric_limits<double>::max_digits10 && parse_number(scientific) != number) continue;
    const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
    const std::string fixed = gradus::text(std::fixed, std::setprecision(std::max(0, digits - 1 - exponent)), number);
    return fixed.size() <= scientific.size() ? fixed : scientific;
  }
}

std::optional<double> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view size = text.substr(negative);
  double number = std::numeric_limits<double>::quiet_NaN();
  if (size == "inf" || size == "nan") {
    if (size == "inf") number = std::numeric_limits<double>::infinity();
  } else {
    std::istringstream in{std::string(size)};
    in.exceptions(std::ios::badbit);   // when memory is short: bad_alloc, not "no number"
    in.imbue(std::locale::classic());
    const bool starts = !size.empty() && (size[0] == '.' || ('0' <= size[0] && size[0] <= '9'));
    if (!starts || !(in >> number) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  }
  return negative ? -number : number;
}

}  // namespace gradus
