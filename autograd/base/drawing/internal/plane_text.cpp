// A piece of the plane in the terminal.
#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/drawing/internal/braille.h>
#include <gradus/autograd/base/drawing/internal/columns.h>
#include <gradus/autograd/base/drawing/internal/number.h>
#include <gradus/autograd/base/drawing/internal/palette.h>
#include <gradus/autograd/base/drawing/plane.h>

namespace gradus::drawing {
namespace {

constexpr int plane_margin = 8;                  // numbers on the left
struct Sign {
  std::string_view point, between;
};
constexpr Sign signs[] = {{"●", "∙"}, {"■", "▪"}, {"▲", "▴"}, {"◆", "◇"}};
constexpr int lowest_shade = 233, line_shade = 245, white = 231;   // greys: the bands, from the lowest up, and the lines between them

Sign sign_of(std::size_t i) { return signs[i % std::size(signs)]; }
int colour_of(std::size_t i) { return palette[path_colour(i)].terminal; }

class Sheet {
 public:
  Sheet(const Plane& plane, const PlaneTextOptions& options)
      : plane_(plane), colour_(options.colour), window_(plane.window), columns_(std::max(options.columns, 24) - plane_margin),
        rows_(std::clamp(columns_ * 3 / 10, 8, 34)), dots_(columns_, rows_), cells_(static_cast<std::size_t>(columns_) * rows_) {}

  std::string paint() {
    const std::size_t trails = plane_.trails.size();
    if (plane_.heights) ground();
    for (std::size_t i = plane_.points.size(); i-- > 0;)
      for (const Point& p : plane_.points[i].at) put(p, sign_of(trails + i).point, colour_of(trails + i));
    for (std::size_t i = trails; i-- > 0;) trail(plane_.trails[i].points, sign_of(i), colour_of(i));   // the first one lies on top
    for (const Cross& cross : plane_.crosses) put(cross.at, "✕", white);
    for (std::size_t i = trails; i-- > 0;)
      if (const std::vector<Point>& points = plane_.trails[i].points; !points.empty()) {
        put(points.back(), "E", colour_of(i));
        put(points.front(), "S", colour_of(i));
      }
    return print() + legend();
  }

 private:
  struct Cell {
    int band = 0;
    std::string_view sign = {};
    int colour = 0;
  };

  double x(double at) const { return (at - window_.x0) / (window_.x1 - window_.x0) * columns_; }
  double y(double at) const { return (window_.y1 - at) / (window_.y1 - window_.y0) * rows_; }
  Cell& cell(int column, int row) { return cells_[static_cast<std::size_t>(row) * columns_ + column]; }
  Cell* cell_at(double at_x, double at_y) {
    if (!(at_x >= 0 && at_y >= 0 && at_x <= columns_ && at_y <= rows_)) return nullptr;
    return &cell(std::min(static_cast<int>(at_x), columns_ - 1), std::min(static_cast<int>(at_y), rows_ - 1));
  }
  void put(Point p, std::string_view sign, int colour) {
    if (Cell* c = cell_at(x(p.x), y(p.y))) c->sign = sign, c->colour = colour;
  }

  void ground() {
    const int across = 2 * columns_ + 1, up = 2 * rows_ + 1;
    const std::vector<double> values = plane_.heights(window_, across, up);
    const std::vector<double> levels = plane_.levels.empty() ? contour_levels(values, 10, plane_.log_levels) : plane_.levels;
    for (int row = 0; row < rows_; ++row)
      for (int column = 0; column < columns_; ++column) {
        const double middle = values[static_cast<std::size_t>(2 * (rows_ - row) - 1) * across + 2 * column + 1];
        cell(column, row).band = static_cast<int>(std::lower_bound(levels.begin(), levels.end(), middle) - levels.begin());
      }
    const auto dots_x = [&](Point p) { return std::min(2 * x(p.x), 2 * columns_ - 0.01); };   // the last edge belongs to the last dot
    const auto dots_y = [&](Point p) { return std::min(4 * y(p.y), 4 * rows_ - 0.01); };
    for (const double level : levels)
      for (const Line& line : contours(values, across, up, window_, level))
        for (std::size_t i = 1; i < line.size(); ++i)
          dots_.line(dots_x(line[i - 1]), dots_y(line[i - 1]), dots_x(line[i]), dots_y(line[i]));
  }

  // Small signs along the way, and a large one at each point.
  void trail(const std::vector<Point>& points, const Sign& sign, int colour) {
    for (std::size_t i = 1; i < points.size(); ++i) {
      const double ax = x(points[i - 1].x), ay = y(points[i - 1].y), bx = x(points[i].x), by = y(points[i].y);
      const double far = std::max(std::abs(bx - ax), std::abs(by - ay));
      const int steps = far < 1000 ? static_cast<int>(std::ceil(far)) : 0;
      for (int s = 1; s < steps; ++s)
        if (Cell* c = cell_at(ax + (bx - ax) * s / steps, ay + (by - ay) * s / steps); c && c->sign != sign.point)
          c->sign = sign.between, c->colour = colour;
    }
    for (const Point& p : points) put(p, sign.point, colour);
  }

  std::string print() {
    std::string out;
    for (int row = 0; row < rows_; ++row) {
      const std::string label = row == 0 ? general(window_.y1, 6) : row == rows_ - 1 ? general(window_.y0, 6) : "";
      out += right(label, plane_margin - 2) + (label.empty() ? " │" : " ┤");
      std::string now;
      for (int column = 0; column < columns_; ++column) {
        const Cell& here = cell(column, row);
        if (colour_) {
          const int band = lowest_shade + std::min(here.band, line_shade - lowest_shade - 2);
          const std::string shade = plane_.heights ? join({";48;5;", std::to_string(band)}) : "";
          const std::string ink = std::to_string(here.sign.empty() ? line_shade : here.colour);
          const std::string wanted = join({here.sign.empty() ? "\x1b[0;38;5;" : "\x1b[1;38;5;", ink, shade, "m"});
          if (wanted != now) out += now = wanted;
        }
        if (here.sign.empty()) out += dots_.glyph(column, row);
        else out += here.sign;
      }
      out += colour_ ? "\x1b[0m\n" : "\n";
    }
    const std::string first = general(window_.x0, 6);
    return out + std::string(plane_margin, ' ') + first + right(general(window_.x1, 6), columns_ - columns(first)) + "\n";
  }

  std::string legend() const {
    std::string out(plane_margin, ' ');
    std::size_t line = 0;
    const auto add = [&](const std::string& label) {
      const std::string_view sign = sign_of(line).point;
      out += colour_ ? join({"\x1b[1;38;5;", std::to_string(colour_of(line)), "m", sign, "\x1b[0m"}) : std::string(sign);
      out += join({" ", label, "   "});
      ++line;
    };
    for (const Trail& trail : plane_.trails) add(trail.label);
    for (const Points& points : plane_.points) add(points.label);
    if (!plane_.trails.empty()) out += "S start   E end   ";
    if (!plane_.crosses.empty()) out += "✕ " + plane_.cross_label;
    out.erase(out.find_last_not_of(' ') + 1);
    return out.empty() ? out : out + "\n";
  }

  const Plane& plane_;
  bool colour_;
  Window window_;
  int columns_, rows_;
  Braille dots_;
  std::vector<Cell> cells_;
};

}  // namespace

std::string Plane::text(const PlaneTextOptions& options) const { return Sheet(*this, options).paint(); }

}  // namespace gradus::drawing
