// The parts of a report's page that are the same in all of them.
#pragma once
#include <string_view>

namespace gradus::train::page {

extern const std::string_view style, script;

}  // namespace gradus::train::page
