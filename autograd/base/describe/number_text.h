// Numbers as text: the shortest decimals that read back as exactly this number, whatever the locale, and the way back.
//   number_text(0.1) == "0.1";   parse_number("1e-3") == 0.001;   parse_number("1 e") == std::nullopt
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace gradus {

std::string number_text(double number);                                   // nan, inf and -inf too
std::optional<double> parse_number(std::string_view text);                // all of the text, or none

}  // namespace gradus
