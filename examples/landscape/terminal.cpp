#include "landscape/terminal.h"

#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/error.h>

#include "landscape/contours.h"

namespace landscape {
namespace {

using gradus::text;

constexpr int margin = 8;                        // numbers on the left
struct Sign {
  std::string_view point, between;
  int colour;
};
constexpr Sign signs[] = {{"●", "∙", 208}, {"■", "▪", 77}, {"▲", "▴", 177}, {"◆", "◇", 221}};
constexpr int lowest_shade = 233, line_shade = 245;   // greys: the bands, from the lowest up, and the lines between them

std::string padded(const std::string& text, std::size_t width) { return std::string(width - std::min(width, text.size()), ' ') + text; }

class Sheet {
 public:
  Sheet(const Ground& ground, const TerminalOptions& options)
      : ground_(ground), colour_(options.colour), window_(ground.surface().window), columns_(std::max(options.columns, 24) - margin),
        rows_(std::clamp(columns_ * 3 / 10, 8, 34)), cells_(static_cast<std::size_t>(columns_) * rows_) {}

  std::string paint(const std::vector<Trail>& trails) {
    contour_lines();
    for (std::size_t i = trails.size(); i-- > 0;) trail(trails[i].path, signs[i % std::size(signs)]);   // the first one lies on top
    for (const Level& level : ground_.levels())
      if (level.kind == Kind::global || level.kind == Kind::local) put(level.at, "✕", 231);
    for (std::size_t i = trails.size(); i-- > 0;) ends(trails[i].path, signs[i % std::size(signs)]);
    return print();
  }

 private:
  struct Cell {
    unsigned char dots = 0;                      // braille
    int band = 0;
    std::string_view sign = {};
    int colour = 0;
  };

  double x(double at) const { return (at - window_.x0) / (window_.x1 - window_.x0) * columns_; }
  double y(double at) const { return (window_.y1 - at) / (window_.y1 - window_.y0) * rows_; }
  Cell* cell(double at_x, double at_y) {
    if (!(at_x >= 0 && at_y >= 0 && at_x <= columns_ && at_y <= rows_)) return nullptr;
    const auto column = std::min(static_cast<std::size_t>(at_x), static_cast<std::size_t>(columns_) - 1);
    const auto row = std::min(static_cast<std::size_t>(at_y), static_cast<std::size_t>(rows_) - 1);
    return &cells_[row * columns_ + column];
  }
  void put(Point p, std::string_view sign, int colour) {
    if (Cell* c = cell(x(p.x), y(p.y))) c->sign = sign, c->colour = colour;
  }

  void contour_lines() {
    const std::vector<double> values = ground_.grid(window_, 2 * columns_ + 1, 2 * rows_ + 1);
    const std::vector<double> levels = contour_levels(values, 10, ground_.surface().log_levels);
    for (int row = 0; row < rows_; ++row)
      for (int column = 0; column < columns_; ++column) {
        const double middle = values[static_cast<std::size_t>(2 * (rows_ - row) - 1) * (2 * columns_ + 1) + 2 * column + 1];
        cells_[static_cast<std::size_t>(row) * columns_ + column].band =
            static_cast<int>(std::lower_bound(levels.begin(), levels.end(), middle) - levels.begin());
      }
    for (const double level : levels)
      for (const Line& line : contours(values, 2 * columns_ + 1, 2 * rows_ + 1, window_, level))
        for (std::size_t i = 1; i < line.size(); ++i) stroke(line[i - 1], line[i]);
  }
  // A line of braille dots, two by four in a cell.
  void stroke(Point a, Point b) {
    static constexpr unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    const double ax = 2 * x(a.x), ay = 4 * y(a.y), bx = 2 * x(b.x), by = 4 * y(b.y);
    const int steps = std::max(1, static_cast<int>(std::ceil(2 * std::max(std::abs(bx - ax), std::abs(by - ay)))));
    for (int i = 0; i <= steps; ++i) {
      const double dx = std::min(ax + (bx - ax) * i / steps, 2 * columns_ - 0.01), dy = std::min(ay + (by - ay) * i / steps, 4 * rows_ - 0.01);
      if (Cell* c = cell(dx / 2, dy / 4)) c->dots |= bits[static_cast<int>(dy) % 4][static_cast<int>(dx) % 2];
    }
  }

  // Small signs along the way, and a large one at each point.
  void trail(const Path& path, const Sign& sign) {
    for (std::size_t i = 1; i < path.at.size(); ++i) {
      const double ax = x(path.at[i - 1].x), ay = y(path.at[i - 1].y), bx = x(path.at[i].x), by = y(path.at[i].y);
      const double far = std::max(std::abs(bx - ax), std::abs(by - ay));
      const int steps = far < 1000 ? static_cast<int>(std::ceil(far)) : 0;
      for (int s = 1; s < steps; ++s)
        if (Cell* c = cell(ax + (bx - ax) * s / steps, ay + (by - ay) * s / steps); c && c->sign != sign.point)
          c->sign = sign.between, c->colour = sign.colour;
    }
    for (const Point& p : path.at) put(p, sign.point, sign.colour);
  }
  void ends(const Path& path, const Sign& sign) {
    put(path.at.back(), "E", sign.colour);
    put(path.at.front(), "S", sign.colour);
  }

  std::string glyph(const Cell& cell) const {
    if (!cell.sign.empty()) return std::string(cell.sign);
    return {static_cast<char>(0xe2), static_cast<char>(0xa0 | cell.dots >> 6), static_cast<char>(0x80 | (cell.dots & 0x3f))};   // U+2800 + dots
  }
  std::string print() const {
    std::string out;
    for (int row = 0; row < rows_; ++row) {
      const std::string label = row == 0 ? text(window_.y1) : row == rows_ - 1 ? text(window_.y0) : "";
      out += padded(label, margin - 2) + (label.empty() ? " │" : " ┤");
      std::string now;
      for (int column = 0; column < columns_; ++column) {
        const Cell& cell = cells_[static_cast<std::size_t>(row) * columns_ + column];
        if (colour_) {
          const int colour = cell.sign.empty() ? line_shade : cell.colour;
          const std::string wanted = text("\x1b[", !cell.sign.empty(), ";38;5;", colour, ";48;5;", lowest_shade + cell.band, "m");
          if (wanted != now) out += now = wanted;
        }
        out += glyph(cell);
      }
      out += colour_ ? "\x1b[0m\n" : "\n";
    }
    const std::string left = text(window_.x0), right = text(window_.x1);
    return out + std::string(margin, ' ') + left + padded(right, static_cast<std::size_t>(columns_) - left.size()) + "\n";
  }

  const Ground& ground_;
  bool colour_;
  Window window_;
  int columns_, rows_;
  std::vector<Cell> cells_;
};

}  // namespace

std::string terminal(const Ground& ground, const std::vector<Trail>& trails, const TerminalOptions& options) {
  std::string out = Sheet(ground, options).paint(trails);
  const auto painted = [&](std::string_view sign, int colour) {
    return options.colour ? text("\x1b[1;38;5;", colour, "m", sign, "\x1b[0m") : std::string(sign);
  };
  out += std::string(margin, ' ');
  for (std::size_t i = 0; i < trails.size(); ++i) {
    const Sign& sign = signs[i % std::size(signs)];
    out += painted(sign.point, sign.colour) + " " + trails[i].label + "   ";
  }
  return out + "S start   E end   ✕ valley\n";
}

}  // namespace landscape
