// Texts of any kind as JSON, names out of files too: what is no UTF-8 becomes U+FFFD.
//   json_text("a\"b") == "\"a\\\"b\"";
#pragma once
#include <string>
#include <string_view>

namespace gradus::detail {

std::string json_text(std::string_view text);   // in quotes

}  // namespace gradus::detail
