// A grid of braille characters, each of two by four dots: what a terminal has for pixels.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gradus::drawing {

class Braille {
 public:
  Braille(int columns, int rows) : columns_(columns), rows_(rows), cells_(static_cast<std::size_t>(columns) * rows) {}
  int width() const { return 2 * columns_; }    // in dots
  int height() const { return 4 * rows_; }

  // In dots from the upper left corner; what lies outside is left out.
  void dot(double x, double y, std::uint8_t pen = 0);
  void line(double x0, double y0, double x1, double y1, std::uint8_t pen = 0);

  std::string glyph(int column, int row) const;
  std::uint8_t pen(int column, int row) const { return cell(column, row).pen; }   // the last one that drew there

 private:
  struct Cell {
    std::uint8_t dots = 0, pen = 0;
  };
  const Cell& cell(int column, int row) const { return cells_[static_cast<std::size_t>(row) * columns_ + column]; }

  int columns_, rows_;
  std::vector<Cell> cells_;
};

}  // namespace gradus::drawing
