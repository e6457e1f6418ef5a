// A piece of the plane as an SVG.
#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/drawing/internal/palette.h>
#include <gradus/autograd/base/drawing/internal/svg.h>
#include <gradus/autograd/base/drawing/internal/ticks.h>
#include <gradus/autograd/base/drawing/plane.h>

namespace gradus::drawing {
namespace {

constexpr std::size_t most_dots = 60;            // longer paths are lines without a dot at each point
constexpr std::string_view plane_style =
    "text{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}"
    ".l{fill:#2f6db5;fill-opacity:.075;stroke:#2f6db5;stroke-opacity:.4;stroke-width:7}"
    ".t{fill:none;stroke-width:18;stroke-linejoin:round}.o{stroke-width:4.5;stroke-linecap:round}.r{fill:none;stroke-width:2}"
    ".x{stroke:#223;stroke-width:1.6}.t,.r{stroke:currentColor}.e{fill:currentColor}text.n{fill:currentColor}";
constexpr std::string_view plane_dark_style =
    "text{stroke:#10161d}.l{fill:#5b9be0;stroke:#5b9be0;stroke-opacity:.5}.x{stroke:#eef}text.n{fill:currentColor}";

// A path's data for a group that is scaled to a tenth: whole numbers, each point from the one before.
std::string steps(const Line& line) {
  std::string out;
  long x = 0, y = 0;
  int points = 0;
  for (const Point& p : line) {
    const long to_x = std::lround(p.x * 10), to_y = std::lround(p.y * 10), dx = to_x - x, dy = to_y - y;
    if (points > 0 && dx == 0 && dy == 0) continue;
    out += join({points == 0 ? "M" : points == 1 ? "l" : dx < 0 ? "" : " ", std::to_string(dx), dy < 0 ? "" : " ", std::to_string(dy)});
    x = to_x, y = to_y;
    ++points;
  }
  return out;
}

class Painter {
 public:
  Painter(const Plane& plane, const PlaneSvgOptions& options) : plane_(plane), options_(options), window_(plane.window) {}

  std::string paint() const {
    std::string out = plane_.heights ? land() : "";
    for (std::size_t i = 0; i < plane_.points.size(); ++i)
      out += dots(plane_.points[i], colour_class(path_colour(plane_.trails.size() + i)));
    out += crosses();
    for (std::size_t i = 0; i < plane_.trails.size(); ++i) out += trail(plane_.trails[i], colour_class(path_colour(i)));
    if (options_.scales) out += scales();
    return svg_page(options_.width, options_.height, plane_style, plane_dark_style, out + legend());
  }

 private:
  double x(double at) const { return (at - window_.x0) / (window_.x1 - window_.x0) * options_.width; }
  double y(double at) const { return (window_.y1 - at) / (window_.y1 - window_.y0) * options_.height; }

  // All heights one over the other, each the area below its line. The grid has a wall outside of the picture, so that areas are closed.
  std::string land() const {
    const int columns = options_.width / 4 + 3, rows = options_.height / 4 + 3;
    const double dx = (window_.x1 - window_.x0) / (columns - 3), dy = (window_.y1 - window_.y0) / (rows - 3);
    const Window wide{window_.x0 - dx, window_.x1 + dx, window_.y0 - dy, window_.y1 + dy};
    std::vector<double> values = plane_.heights(wide, columns, rows);
    const std::vector<double> inside = values;
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column)
        if (row == 0 || column == 0 || row == rows - 1 || column == columns - 1)
          values[static_cast<std::size_t>(row) * columns + column] = 1e300;
    // In bytes; very many lines get fewer bands.
    const std::size_t room = 3000 + static_cast<std::size_t>(options_.width) * options_.height / 55;
    std::string out;
    for (const auto& [bands, tolerance] : {std::pair(11, 0.3), {9, 0.4}, {7, 0.6}, {5, 0.8}, {4, 1.}, {3, 1.2}, {2, 1.2}}) {
      out = "<g class='l' transform='scale(.1)'>";
      for (const double level : plane_.levels.empty() ? contour_levels(inside, bands, plane_.log_levels) : plane_.levels)
        out += join({"<path d='", areas(contours(values, columns, rows, wide, level), tolerance), "'/>\n"});
      if (out.size() <= room) break;
    }
    return out + "</g>\n";
  }
  std::string areas(const std::vector<Line>& lines, double tolerance) const {
    std::string out;
    for (const Line& line : lines) {
      Line drawn;
      for (const Point& p : line) drawn.push_back({x(p.x), y(p.y)});
      out += steps(simplified(drawn, tolerance)) + "z";
    }
    return out;
  }

  std::string dots(const Points& points, const std::string& colour) const {
    std::string out;
    for (const Point& p : points.at) {
      const double across = x(p.x), down = y(p.y);
      if (across >= 0 && down >= 0 && across <= options_.width && down <= options_.height)
        out += svg_circle(across, down, "2.5", join({"e ", colour}));
    }
    return out + "\n";
  }

  // Points nearer than a pixel to the last one drawn are left out; what is far outside is brought near, in its direction.
  std::string trail(const Trail& trail, const std::string& colour) const {
    Line drawn;
    const std::vector<Point>& at = trail.points;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const Point p{std::clamp(x(at[i].x), -1e4, 1e4), std::clamp(y(at[i].y), -1e4, 1e4)};
      if (!std::isfinite(p.x + p.y)) break;
      if (drawn.empty() || i + 1 == at.size() || std::hypot(p.x - drawn.back().x, p.y - drawn.back().y) >= 1) drawn.push_back(p);
    }
    if (drawn.empty()) return "";
    std::string out = join({"<path class='t ", colour, "' transform='scale(.1)' d='", steps(drawn), "'/>\n"});
    if (drawn.size() <= most_dots) {
      out += join({"<path class='t o ", colour, "' d='"});
      for (const Point& p : drawn) out += join({"M", pixels(p.x), " ", pixels(p.y), "h0"});
      out += "'/>\n";
    }
    out += svg_circle(drawn.front().x, drawn.front().y, "5.5", join({"r ", colour}));
    if (trail.arrives) out += svg_circle(drawn.back().x, drawn.back().y, "4", join({"e ", colour}));
    return out + "\n";
  }

  std::string crosses() const {
    if (plane_.crosses.empty()) return "";
    std::string out = "<path class='x' d='";
    for (const Cross& cross : plane_.crosses) {
      const int size = cross.large ? 10 : 6;
      const std::string s = std::to_string(size);
      const std::string left = pixels(x(cross.at.x) - size / 2.), top = pixels(y(cross.at.y) - size / 2.);
      out += join({"M", left, " ", top, "l", s, " ", s, "m0-", s, "l-", s, " ", s});
    }
    return out + "'/>\n";
  }

  // Numbers along the lower and the left edge.
  std::string scales() const {
    std::string marks, numbers;
    const double w = options_.width, h = options_.height;
    const Ticks along = ticks({window_.x0, window_.x1}, 8), up = ticks({window_.y0, window_.y1}, 5);
    for (std::size_t i = 0; i < along.at.size(); ++i) {
      const double at = x(along.at[i]);
      if (at < 40 || at > w - 12) continue;
      marks += join({"M", pixels(at), " ", pixels(h), "v-4"});
      numbers += svg_text(at, h - 8, along.text(i), "", "middle");
    }
    for (std::size_t i = 0; i < up.at.size(); ++i) {
      const double at = y(up.at[i]);
      if (at < 8 || at > h - 24) continue;
      marks += join({"M0 ", pixels(at), "h4"});
      numbers += svg_text(8, at + 4, up.text(i), "");
    }
    return join({"<path class='x' d='", marks, "'/>\n", numbers, "\n"});
  }
  // At the top, from the right, each in its colour.
  std::string legend() const {
    std::string out;
    std::size_t line = 0;
    const auto add = [&](const std::string& label) {
      const std::string kind = join({"n ", colour_class(path_colour(line))});
      if (!label.empty()) out += svg_text(options_.width - 8, 17 + 16 * static_cast<double>(line), label, kind, "end") + "\n";
      ++line;
    };
    for (const Trail& trail : plane_.trails) add(trail.label);
    for (const Points& points : plane_.points) add(points.label);
    return out;
  }

  const Plane& plane_;
  PlaneSvgOptions options_;
  Window window_;
};

}  // namespace

std::string Plane::svg(const PlaneSvgOptions& options) const { return Painter(*this, options).paint(); }

}  // namespace gradus::drawing
