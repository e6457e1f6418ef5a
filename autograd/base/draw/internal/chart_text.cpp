// Charts in the terminal.
#include <algorithm>
#include <cmath>
#include <iomanip>

#include <gradus/autograd/base/draw/internal/chart_range.h>
#include <gradus/autograd/base/error.h>

namespace gradus::optim {
namespace {

// A grid of braille characters, each of two by four dots.
class Canvas {
 public:
  Canvas(int columns, int rows) : columns_(columns), rows_(rows), cells_(static_cast<std::size_t>(columns) * rows) {}
  int width() const { return 2 * columns_; }
  int height() const { return 4 * rows_; }

  void dot(int x, int y) {
    static constexpr unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    cells_[static_cast<std::size_t>(y / 4) * columns_ + x / 2] |= bits[y % 4][x % 2];
  }
  void line(double x0, double y0, double x1, double y1) {
    const int dots = std::max(1, static_cast<int>(std::ceil(std::max(std::abs(x1 - x0), std::abs(y1 - y0)))));
    for (int i = 0; i <= dots; ++i) {
      const double part = static_cast<double>(i) / dots;
      dot(static_cast<int>(std::lround(x0 + (x1 - x0) * part)), static_cast<int>(std::lround(y0 + (y1 - y0) * part)));
    }
  }
  std::string row(int row) const {
    std::string out;
    for (int column = 0; column < columns_; ++column) {
      const unsigned char cell = cells_[static_cast<std::size_t>(row) * columns_ + column];
      out += {static_cast<char>(0xe2), static_cast<char>(0xa0 | cell >> 6), static_cast<char>(0x80 | (cell & 0x3f))};   // U+2800 + cell
    }
    return out;
  }

 private:
  int columns_, rows_;
  std::vector<unsigned char> cells_;
};

std::string padded(const std::string& text, std::size_t width) { return std::string(width - std::min(width, text.size()), ' ') + text; }

std::string drawing(const Chart& chart, int columns, int rows) {
  const std::pair<double, double> range = range_of(chart.curves, chart.least);
  const double low = range.first, high = range.second == low ? low + 1 : range.second;
  Canvas canvas(columns, rows);
  const std::size_t n = chart.curves[0].size();
  const auto x = [&](double t) { return n < 2 ? 0 : (canvas.width() - 1) * t / static_cast<double>(n - 1); };
  const auto y = [&](double value) { return (canvas.height() - 1) * (high - value) / (high - low); };
  for (const auto& values : chart.curves)
    for (std::size_t t = 0; t < n; ++t) {
      const std::size_t from = t && std::isfinite(values[t - 1]) ? t - 1 : t;
      if (std::isfinite(values[t])) canvas.line(x(static_cast<double>(from)), y(values[from]), x(static_cast<double>(t)), y(values[t]));
    }
  for (const Chart::Mark& mark : chart.marks)
    for (int dot = 0; dot < canvas.height(); dot += 2) canvas.dot(static_cast<int>(std::lround(x(mark.at))), dot);

  constexpr std::size_t margin = 9;
  std::string out = text(padded(chart.title, margin), "\n");
  for (int row = 0; row < rows; ++row) {
    const bool first = row == 0, last = row == rows - 1;
    out += padded(first ? short_number(high) : last ? short_number(low) : "", margin) + (first || last ? " ┤" : " │") + canvas.row(row) + "\n";
  }
  const bool counted = chart.axis == Chart::Axis::counted;
  const std::string begin = counted ? text(chart.first) : short_number(chart.first);
  const std::string end = text(chart.x_title, " ", counted ? text(chart.last) : short_number(chart.last));
  return out + std::string(margin + 2, ' ') + begin + padded(end, static_cast<std::size_t>(std::max<int>(columns - static_cast<int>(begin.size()), 0))) + "\n";
}

}  // namespace

std::string short_number(double value) { return text(std::setprecision(3), value); }

std::string draw_text(std::string_view who, const std::string& title, const std::vector<Chart>& charts, int columns, int rows) {
  check<ValueError>(columns >= 8 && rows >= 2, who, ": text needs at least 8 columns and 2 rows, not ", columns, " and ", rows);
  std::string out = title + "\n";
  for (const Chart& chart : charts) out += drawing(chart, columns, rows);
  return out;
}

}  // namespace gradus::optim
