// The colours of curves and paths: on light pages, on dark pages, and in a terminal of 256 colours.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace gradus::drawing {

struct Colour {
  std::string_view light, dark;
  int terminal;
};
// The first is blue, which is the ground of planes: their paths begin with the next.
inline constexpr std::array<Colour, 5> palette{{{"#2563a8", "#6ea8ec", 75},
                                                {"#d2521c", "#ff8a4c", 208},
                                                {"#2b8a3e", "#5fd07a", 77},
                                                {"#8a3fb0", "#cc8cf0", 177},
                                                {"#a07800", "#e6bd3c", 221}}};
inline std::size_t curve_colour(std::size_t i) { return i % palette.size(); }
inline std::size_t path_colour(std::size_t i) { return 1 + i % (palette.size() - 1); }

}  // namespace gradus::drawing
