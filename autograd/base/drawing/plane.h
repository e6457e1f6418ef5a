// A piece of the plane: ground with lines of equal height, and paths and points on it; as text for the terminal or as an SVG.
//   drawing::Plane plane{.window = {-2, 2, -1, 1}, .heights = drawing::heights([](double x, double y) { return x * x + 10 * y * y; })};
//   plane.trails.push_back({"SGD", path});   std::cout << plane;   plane.save_svg("bowl.svg");
// A classifier is drawn with the line where it cannot decide, .levels = {0}, and the points of each class.
// Opt-in, since few programs draw planes: no umbrella header includes it.
#pragma once
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include <gradus/autograd/base/drawing/contours.h>

namespace gradus::drawing {

// A path: a ring at its start and a dot at its end in the SVG, S and E in the terminal. What follows a point that is not finite is left
// out.
struct Trail {
  std::string label = {};
  std::vector<Point> points = {};
  bool arrives = true;                           // false: it has no end worth a dot
};
struct Points {
  std::string label = {};
  std::vector<Point> at = {};
};
struct Cross {
  Point at;
  bool large = true;
};

// The heights at columns × rows points of a window, its edges included; row 0 is at y0.
using Heights = std::function<std::vector<double>(const Window& window, int columns, int rows)>;
Heights heights(std::function<double(double x, double y)> of_a_point);

struct PlaneTextOptions {
  int columns = 80;                              // of the whole picture, at least 24
  bool colour = false;                           // ANSI, 256 colours
};
struct PlaneSvgOptions {
  int width = 720, height = 460;
  bool scales = true;                            // numbers at the edges
};

struct Plane {
  Window window{-1, 1, -1, 1};
  Heights heights = {};                          // none: no ground
  bool log_levels = false;                       // heights at even ratios rather than at even distances, or ...
  std::vector<double> levels = {};               // ... just these
  std::vector<Trail> trails = {};
  std::vector<Points> points = {};
  std::vector<Cross> crosses = {};
  std::string cross_label = "valley";

  // Contours in braille; paths, points and crosses as signs; bands of the ground in greys where there is colour.
  std::string text(const PlaneTextOptions& options = {}) const;
  // Bands of equal height, darker is lower. What lies outside of the window is cut off.
  std::string svg(const PlaneSvgOptions& options = {}) const;
  void save_svg(const std::string& file, const PlaneSvgOptions& options = {}) const;   // FileError
};
std::ostream& operator<<(std::ostream& out, const Plane& plane);   // text()

}  // namespace gradus::drawing
