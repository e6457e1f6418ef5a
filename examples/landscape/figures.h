// The figures of the page as JSON: what the programs that compute the chapters write, and the page draws.
//   Json figure = curves({.caption = "Three decays", .x = "iteration t", .y = "η(t)", .series = {{"η₀/√t", t, eta}}});
//   write(file, chapter({.id = "decays", .title = "…", .text = {"…"}, .tex = "\\eta_0/\\sqrt t", .figures = {figure}}));
#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace landscape::figure {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

// Rounded to so many significant digits, since a picture needs no more; null where not finite.
Json number(double value, int digits = 6);
Json numbers(const Numbers& values, int digits = 6);
std::string text(double value, int digits = 3);             // for captions and tables: "0.5", "2", "1.2·10⁻⁹"

struct Series {
  std::string label;
  Numbers x, y;
};

struct Curves {
  std::string caption, x, y;                  // what the axes are
  std::vector<Series> series;
  bool logx = false, logy = false;
};
Json curves(const Curves& figure);

struct Scatter {
  std::string caption, x, y;
  Numbers at, value;                          // the points
  std::vector<Series> lines;
  bool residuals = false;                     // draw the distance of each point to the first line
};
Json scatter(const Scatter& figure);

struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
Json table(const Table& figure);

struct Grid {
  int columns = 0, rows = 0;
  Numbers values;                             // row by row, the lowest first
};
struct Path {
  std::string label;
  Numbers x, y, loss;
  Json request;                               // the run that the laboratory can repeat, or null
};
struct Paths {
  std::string caption;
  Json surface;                               // {"name", "parameter"} of a surface that the laboratory has, or null
  double window[4];                           // x from, to; y from, to
  Grid grid;
  bool log_levels = false;                    // contours at equal ratios
  Json minima = Json::array();
  bool three = false;                         // worth seeing in space
  std::string x = "w₁", y = "w₂";
  std::vector<Path> paths;
  std::vector<std::string> curves;            // "loss", …: drawn beside
};
Json paths(const Paths& figure);

struct Chapter {
  std::string id, title;
  std::vector<std::string> text;
  std::string tex;
  std::vector<Json> figures;
  std::string layout = "column";              // or "row": side by side
};
Json chapter(const Chapter& chapter);

// {"chapters": […]} into a file; FileError.
void write(const std::string& file, const std::vector<Json>& chapters);

}  // namespace landscape::figure
