// Names out of files as they are shown: files are hostile, a message ends at a zero byte, and a terminal obeys control characters.
//   printable("a\x1b[2J") == "a\\x1b[2J";      in_quotes("fc.weight") == "'fc.weight'"
#pragma once
#include <string>
#include <string_view>

namespace gradus::detail {

// Control characters and what is no UTF-8 as \xNN; all else as it is.
std::string printable(std::string_view name);
std::string shown(std::string_view name);                         // printable; long ones are cut
std::string in_quotes(std::string_view name, char mark = '\'');   // shown

}  // namespace gradus::detail
