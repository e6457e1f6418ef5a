// Charts: curves over an axis, drawn in the terminal or as an SVG. What schedules (schedules/preview.h) and range tests (range_test.h) show
// themselves with; several charts stand below each other.
//   draw_svg("AdamW", {{.title = "lr", .x_title = "step", .curves = {{0.1, 0.2, 0.1}}, .first = 0, .last = 2, .least = 0}});
#pragma once
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gradus/autograd/base/file_name.h>

namespace gradus::optim {

struct Chart {
  enum class Axis { counted, linear, logarithmic };
  struct Mark {
    double at;                                  // which point: 0 is the first
    std::string label;
  };
  std::string title;                            // of what goes up: "lr"
  std::string x_title;                          // of what goes to the right: "epoch"
  std::vector<std::vector<double>> curves;      // of equally many points, at equal distances on the axis; NaN leaves a gap
  double first = 0, last = 0;                   // the axis at the first and at the last point
  Axis axis = Axis::counted;                    // counted: 0, 1, 2, …
  double least = INFINITY;                      // there is room down to this: 0 for a chart that begins at zero
  std::vector<Mark> marks = {};                 // vertical lines
};

// In braille characters, columns × rows of them for each chart. ValueError, in the name of `who`: fewer than 8 columns or 2 rows.
std::string draw_text(std::string_view who, const std::string& title, const std::vector<Chart>& charts, int columns, int rows);
// The title up to its first parenthesis is the heading; the rest, options, is cut after commas into lines below it.
std::string draw_svg(const std::string& title, const std::vector<Chart>& charts);
void save_text(const std::string& text, const FileName& file);   // FileError; the file is there as a whole, or as it was

// Three digits are enough on an axis: 0.00123, 1e-07.
std::string short_number(double value);

}  // namespace gradus::optim
