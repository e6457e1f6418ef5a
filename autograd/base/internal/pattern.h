// Names by a pattern: `*` stands for any characters, dots too.
//   fits_pattern("encoder.0.weight", "encoder.*.weight")     // true
#pragma once
#include <string_view>

namespace gradus {

bool fits_pattern(std::string_view name, std::string_view pattern);

}  // namespace gradus
