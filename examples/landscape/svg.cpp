#include "landscape/svg.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <gradus/autograd/base/error.h>

#include "landscape/contours.h"

namespace landscape {
namespace {

using gradus::text;

constexpr std::size_t most_dots = 60;                // longer paths are lines without a dot at each point
constexpr std::string_view colours[] = {"a", "b", "c", "d"};
constexpr std::string_view style =
    "<style>text{font:12px system-ui,'DejaVu Sans',sans-serif;fill:#223;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}"
    ".p{fill:#fff}.l{fill:#2f6db5;fill-opacity:.075;stroke:#2f6db5;stroke-opacity:.4;stroke-width:7}"
    ".t{fill:none;stroke-width:18;stroke-linejoin:round}.o{stroke-width:4.5;stroke-linecap:round}.r{fill:none;stroke-width:2}"
    ".x{stroke:#223;stroke-width:1.6}.a{color:#d2521c}.b{color:#2b8a3e}.c{color:#8a3fb0}.d{color:#a07800}.t,.r{stroke:currentColor}"
    ".e{fill:currentColor}text.n{fill:currentColor}"
    "@media(prefers-color-scheme:dark){text{fill:#dde;stroke:#10161d}.p{fill:#10161d}.l{fill:#5b9be0;stroke:#5b9be0;stroke-opacity:.5}"
    ".x{stroke:#eef}.a{color:#ff8a4c}.b{color:#5fd07a}.c{color:#cc8cf0}.d{color:#e6bd3c}text.n{fill:currentColor}}</style>\n";

std::string escaped(std::string_view plain) {
  std::string out;
  for (const char c : plain) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return out;
}

// The step 1, 2 or 5 · 10^k that cuts `range` into about `pieces` pieces.
double nice_step(double range, int pieces) {
  const double rough = range / pieces, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1., 2., 5.})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

// Tenths of a pixel, in as few letters as it takes.
std::string tenths(double value) {
  const long rounded = std::lround(value * 10), size = std::abs(rounded);
  const std::string whole = text(rounded < 0 ? "-" : "", size / 10);
  return size % 10 == 0 ? whole : text(whole, ".", size % 10);
}

// A path's data for a group that is scaled to a tenth: whole numbers, each point from the one before.
std::string steps(const Line& pixels) {
  std::string out;
  long x = 0, y = 0;
  int points = 0;
  for (const Point& p : pixels) {
    const long to_x = std::lround(p.x * 10), to_y = std::lround(p.y * 10), dx = to_x - x, dy = to_y - y;
    if (points > 0 && dx == 0 && dy == 0) continue;
    out += text(points == 0 ? "M" : points == 1 ? "l" : dx < 0 ? "" : " ", dx, dy < 0 ? "" : " ", dy);
    x = to_x, y = to_y;
    ++points;
  }
  return out;
}

class Painter {
 public:
  Painter(const Ground& ground, const SvgOptions& options) : ground_(ground), options_(options), window_(ground.surface().window) {}

  std::string paint(const std::vector<Trail>& trails) const {
    std::string out = text("<svg xmlns='http://www.w3.org/2000/svg' width='", options_.width, "' height='", options_.height, "' viewBox='0 0 ",
                           options_.width, " ", options_.height, "'>\n", style, "<rect class='p' width='100%' height='100%'/>\n", land());
    out += crosses();
    for (std::size_t i = 0; i < trails.size(); ++i) out += trail(trails[i], colours[i % std::size(colours)]);
    if (options_.scales) out += scales();
    return out + legend(trails) + "</svg>\n";
  }

 private:
  double x(double at) const { return (at - window_.x0) / (window_.x1 - window_.x0) * options_.width; }
  double y(double at) const { return (window_.y1 - at) / (window_.y1 - window_.y0) * options_.height; }

  // All heights one over the other, each the area below its line. The grid has a wall outside of the picture, so that areas are closed.
  std::string land() const {
    const int columns = options_.width / 4 + 3, rows = options_.height / 4 + 3;
    const double dx = (window_.x1 - window_.x0) / (columns - 3), dy = (window_.y1 - window_.y0) / (rows - 3);
    const Window wide{window_.x0 - dx, window_.x1 + dx, window_.y0 - dy, window_.y1 + dy};
    std::vector<double> values = ground_.grid(wide, columns, rows);
    const std::vector<double> inside = values;
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column)
        if (row == 0 || column == 0 || row == rows - 1 || column == columns - 1) values[static_cast<std::size_t>(row) * columns + column] = 1e300;
    const std::size_t room = 3000 + static_cast<std::size_t>(options_.width) * options_.height / 55;   // bytes; very many lines get fewer bands
    std::string out;
    for (const auto& [bands, tolerance] : {std::pair(11, 0.3), {9, 0.4}, {7, 0.6}, {5, 0.8}, {4, 1.}, {3, 1.2}, {2, 1.2}}) {
      out = "<g class='l' transform='scale(.1)'>";
      for (const double level : contour_levels(inside, bands, ground_.surface().log_levels))
        out += "<path d='" + areas(contours(values, columns, rows, wide, level), tolerance) + "'/>\n";
      if (out.size() <= room) break;
    }
    return out + "</g>\n";
  }
  std::string areas(const std::vector<Line>& lines, double tolerance) const {
    std::string out;
    for (const Line& line : lines) {
      Line pixels;
      for (const Point& p : line) pixels.push_back({x(p.x), y(p.y)});
      out += steps(simplified(pixels, tolerance)) + "z";
    }
    return out;
  }

  // Points nearer than a pixel to the last one drawn are left out; what is far outside is brought near, in its direction.
  std::string trail(const Trail& trail, std::string_view colour) const {
    Line drawn;
    const auto& at = trail.path.at;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const Point p{std::clamp(x(at[i].x), -1e4, 1e4), std::clamp(y(at[i].y), -1e4, 1e4)};
      if (!std::isfinite(p.x + p.y)) break;
      if (drawn.empty() || i + 1 == at.size() || std::hypot(p.x - drawn.back().x, p.y - drawn.back().y) >= 1) drawn.push_back(p);
    }
    const Point first = drawn.front(), last = drawn.back();
    std::string out = text("<path class='t ", colour, "' transform='scale(.1)' d='", steps(drawn), "'/>\n");
    if (drawn.size() <= most_dots) {
      out += text("<path class='t o ", colour, "' d='");
      for (const Point& p : drawn) out += text("M", tenths(p.x), " ", tenths(p.y), "h0");
      out += "'/>\n";
    }
    out += text("<circle class='r ", colour, "' cx='", tenths(first.x), "' cy='", tenths(first.y), "' r='5.5'/>");
    if (trail.path.outcome.kind != Outcome::Kind::diverged)
      out += text("<circle class='e ", colour, "' cx='", tenths(last.x), "' cy='", tenths(last.y), "' r='4'/>\n");
    return out;
  }
  // A cross in each valley, a large one in the best.
  std::string crosses() const {
    std::string out = "<path class='x' d='";
    for (const Level& level : ground_.levels()) {
      if (level.kind != Kind::global && level.kind != Kind::local) continue;
      const int size = level.kind == Kind::global ? 10 : 6;
      out += text("M", tenths(x(level.at.x) - size / 2.), " ", tenths(y(level.at.y) - size / 2.));
      out += text("l", size, " ", size, "m0-", size, "l-", size, " ", size);
    }
    return out + "'/>\n";
  }

  // Numbers along the lower and the left edge.
  std::string scales() const {
    std::string marks, numbers;
    const double w = options_.width, h = options_.height;
    const double x_step = nice_step(window_.x1 - window_.x0, 8), y_step = nice_step(window_.y1 - window_.y0, 5);
    for (double at = std::ceil(window_.x0 / x_step) * x_step; at <= window_.x1; at += x_step) {
      if (x(at) < 40 || x(at) > w - 12) continue;
      marks += text("M", tenths(x(at)), " ", h, "v-4");
      numbers += text("<text x='", tenths(x(at)), "' y='", h - 8, "' text-anchor='middle'>", label(at, x_step), "</text>");
    }
    for (double at = std::ceil(window_.y0 / y_step) * y_step; at <= window_.y1; at += y_step) {
      if (y(at) < 8 || y(at) > h - 24) continue;
      marks += text("M0 ", tenths(y(at)), "h4");
      numbers += text("<text x='8' y='", tenths(y(at) + 4), "'>", label(at, y_step), "</text>");
    }
    return text("<path class='x' d='", marks, "'/>\n", numbers, "\n");
  }
  static std::string label(double value, double step) {
    const double clean = std::abs(value) < step / 2 ? 0 : std::round(value * 1000) / 1000;
    return text(clean < 0 ? "−" : "", std::abs(clean));
  }
  // At the top, from the right, each in its colour.
  std::string legend(const std::vector<Trail>& trails) const {
    std::string out;
    for (std::size_t i = 0; i < trails.size(); ++i)
      out += text("<text class='n ", colours[i % std::size(colours)], "' x='", options_.width - 8, "' y='", 17 + 16 * i, "' text-anchor='end'>",
                  escaped(trails[i].label), "</text>\n");
    return out;
  }

  const Ground& ground_;
  SvgOptions options_;
  Window window_;
};

}  // namespace

std::string svg(const Ground& ground, const std::vector<Trail>& trails, const SvgOptions& options) {
  return Painter(ground, options).paint(trails);
}

}  // namespace landscape
