#include <gradus/autograd/base/drawing/plane.h>

#include <ostream>

#include <gradus/autograd/base/drawing/internal/svg.h>

namespace gradus::drawing {

Heights heights(std::function<double(double x, double y)> of_a_point) {
  return [f = std::move(of_a_point)](const Window& w, int columns, int rows) {
    std::vector<double> out;
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column) {
        const double x = w.x0 + (w.x1 - w.x0) * column / (columns - 1), y = w.y0 + (w.y1 - w.y0) * row / (rows - 1);
        out.push_back(f(x, y));
      }
    return out;
  };
}

void Plane::save_svg(const std::string& file, const PlaneSvgOptions& options) const { save_svg_text(svg(options), file); }
std::ostream& operator<<(std::ostream& out, const Plane& plane) { return out << plane.text(); }

}  // namespace gradus::drawing
