// Names by patterns that say what their stars stand for: `*` is at least one character within a part of a name, `**` one or several whole
// parts; parts are what dots divide.
//   captures("h.*.ln_1.**", "h.11.ln_1.weight", found)      // true; found is {"11", "weight"}
//   filled("blocks.*.norm1.**", found)                      // "blocks.11.norm1.weight"
// Where several answers fit, each star is as short as can be, the first one first.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gradus::nn::detail {

// Its stars in order: "*" or "**" each. ValueError, in the name of `who`: an empty pattern, `**` that is not a whole part.
std::vector<std::string_view> stars_of(std::string_view pattern, std::string_view who);

// Time is bounded by the product of both lengths, whatever the name. Nothing is added where it does not fit.
bool captures(std::string_view pattern, std::string_view name, std::vector<std::string_view>& found);
std::string filled(std::string_view pattern, const std::vector<std::string_view>& captured);

bool fits_any(const std::vector<std::string>& patterns, std::string_view name);

}  // namespace gradus::nn::detail
