// Numbers as text, the same in every locale.
#pragma once
#include <string>

namespace gradus::drawing {

std::string fixed(double value, int decimals);         // 0.50
std::string general(double value, int digits);         // 0.5, 1.23e-07: so many digits, without zeros at the end
std::string scientific(double value, int decimals);    // 5.00e-01

// Three digits are enough beside an axis: 0.00123, 1e-07.
inline std::string short_number(double value) { return general(value, 3); }

}  // namespace gradus::drawing
