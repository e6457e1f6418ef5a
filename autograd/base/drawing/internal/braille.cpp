#include <gradus/autograd/base/drawing/internal/braille.h>

#include <algorithm>
#include <cmath>

namespace gradus::drawing {

void Braille::dot(double x, double y, std::uint8_t pen) {
  static constexpr std::uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  if (!(x >= 0 && y >= 0 && x < width() && y < height())) return;
  const int column = static_cast<int>(x), row = static_cast<int>(y);
  Cell& cell = cells_[static_cast<std::size_t>(row / 4) * columns_ + column / 2];
  cell.dots |= bits[row % 4][column % 2];
  cell.pen = pen;
}

void Braille::line(double x0, double y0, double x1, double y1, std::uint8_t pen) {
  const double far = std::max(std::abs(x1 - x0), std::abs(y1 - y0));
  if (!(far < 1e5)) return;
  const int steps = std::max(1, static_cast<int>(std::ceil(far)));
  for (int i = 0; i <= steps; ++i) {
    const double part = static_cast<double>(i) / steps;
    dot(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, pen);
  }
}

std::string Braille::glyph(int column, int row) const {
  const std::uint8_t dots = cell(column, row).dots;
  return {static_cast<char>(0xe2), static_cast<char>(0xa0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3f))};   // U+2800 + dots
}

}  // namespace gradus::drawing
