// A surface and the paths on it as a small SVG file that is readable on light and on dark pages.
//   write(file, svg(ground, {{"Adam", path}}, {.width = 360, .height = 240}));
#pragma once
#include <string>
#include <vector>

#include "landscape/descent.h"

namespace landscape {

struct Trail {
  std::string label;
  Path path;
};

struct SvgOptions {
  int width = 720, height = 460;
  bool scales = true;                            // numbers at the edges
};

// Bands of equal height (darker is lower), a ring at each start, a dot at each end, a cross in each valley. Parts of a path outside of the
// surface's window are cut off.
std::string svg(const Ground& ground, const std::vector<Trail>& trails, const SvgOptions& options = {});

}  // namespace landscape
