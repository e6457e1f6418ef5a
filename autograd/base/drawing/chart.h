// Curves over an axis, drawn as text for the terminal (braille characters) or as an SVG.
//   drawing::Chart accuracy{.title = "accuracy", .x = {.title = "epoch"}, .curves = {{"train", train}, {"test", test}}, .first = 1};
//   std::cout << accuracy;   accuracy.save_svg("accuracy.svg");
//   drawing::Figure{.title = "Two charts", .charts = {loss, accuracy}, .across = 2}.save_svg("curves.svg");
// Numbers that are not finite, and those that are not positive on a logarithmic axis, leave gaps.
#pragma once
#include <iosfwd>
#include <limits>
#include <string>
#include <vector>

namespace gradus::drawing {

struct TextOptions {
  int columns = 72, rows = 12;                   // characters of the drawing itself; at least 8 and 2
  bool colour = false;                           // ANSI, 256 colours
};

struct Curve {
  enum class Style { line, dotted, points };     // dotted: a line with a dot at every value
  std::string name = {};                         // beside the curve's end, and in the SVG's legend
  std::vector<double> y = {};
  std::vector<double> x = {};                    // of each y; empty: the chart's first, and so on in steps of 1
  Style style = Style::line;
};

struct Axis {
  std::string title = {};
  bool log = false;
  double from = std::numeric_limits<double>::quiet_NaN();   // there is room for these two, whatever the curves: from = 0 begins at zero
  double to = std::numeric_limits<double>::quiet_NaN();
};

// A vertical line.
struct Mark {
  double x = 0;
  std::string label = {};
};

struct Chart {
  std::string title = {};
  Axis x = {}, y = {};
  std::vector<Curve> curves = {};
  double first = 0;
  std::vector<Mark> marks = {};

  // ValueError: a curve with other than no or as many x as y; too few columns or rows.
  std::string text(const TextOptions& options = {}) const;
  std::string svg() const;
  void save_svg(const std::string& file) const;   // FileError
};
std::ostream& operator<<(std::ostream& out, const Chart& chart);   // text()

// Charts under one title: below each other as text, `across` of them side by side in the SVG.
struct Figure {
  std::string title = {}, subtitle = {};         // the subtitle is cut after commas into lines
  std::vector<Chart> charts = {};
  int across = 1;
  int width = 640, height = 220;                 // of the area that the SVG gives each chart, in pixels

  std::string text(const TextOptions& options = {}) const;
  std::string svg() const;
  void save_svg(const std::string& file) const;
};
std::ostream& operator<<(std::ostream& out, const Figure& figure);

}  // namespace gradus::drawing
