// Bytes as letters, as data: URIs have them.
#pragma once
#include <string>
#include <string_view>

namespace gradus::train::page {

std::string base64(std::string_view bytes);

}  // namespace gradus::train::page
