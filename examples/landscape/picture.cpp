#include "landscape/picture.h"

namespace landscape {

gradus::drawing::Plane picture(const Ground& ground, const std::vector<Trail>& trails) {
  gradus::drawing::Plane out{.window = ground.surface().window, .log_levels = ground.surface().log_levels};
  out.heights = [ground](const Window& window, int columns, int rows) { return ground.grid(window, columns, rows); };
  for (const Trail& trail : trails)
    out.trails.push_back({.label = trail.label, .points = trail.path.at, .arrives = trail.path.outcome.kind != Outcome::Kind::diverged});
  for (const Level& level : ground.levels())
    if (level.kind == Kind::global || level.kind == Kind::local) out.crosses.push_back({level.at, level.kind == Kind::global});
  return out;
}

}  // namespace landscape
