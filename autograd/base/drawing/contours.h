// Lines of equal height through numbers on a grid, by marching squares.
//   for (double level : contour_levels(values, 12, true))
//     for (const Line& line : contours(values, columns, rows, window, level)) draw(line);
#pragma once
#include <span>
#include <vector>

namespace gradus::drawing {

struct Point {
  double x = 0, y = 0;
};
struct Window {
  double x0, x1, y0, y1;
};
using Line = std::vector<Point>;                 // a closed one ends where it began

// Heights between the least and nearly the largest value: at even distances, or at even ratios above the least. Fewer than `count` if the
// values are all the same.
std::vector<double> contour_levels(std::span<const double> values, int count, bool log);

// The lines along which the values, linear along the edges of cells, pass the level; row 0 is at y0. Edges with a value that is not finite
// are not crossed. ValueError: not columns × rows values, or fewer than 2 of either.
std::vector<Line> contours(std::span<const double> values, int columns, int rows, const Window& window, double level);

// The line with fewer points, none of those left out farther than `tolerance` from it (Douglas and Peucker).
Line simplified(const Line& line, double tolerance);

}  // namespace gradus::drawing
