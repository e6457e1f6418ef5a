// A surface and the paths on it as a picture: in the terminal, or as a small SVG that is readable on light and on dark pages.
//   std::cout << picture(ground, {{"Adam", path}});
//   picture(ground, {{"Adam", path}}).save_svg("adam.svg", {.width = 360, .height = 240});
#pragma once
#include <string>
#include <vector>

#include <gradus/autograd/base/drawing/plane.h>

#include "landscape/descent.h"

namespace landscape {

struct Trail {
  std::string label;
  Path path;
};

// The window of the surface, a cross in each valley, a path for each trail; one that diverged has no end.
gradus::drawing::Plane picture(const Ground& ground, const std::vector<Trail>& trails);

}  // namespace landscape
