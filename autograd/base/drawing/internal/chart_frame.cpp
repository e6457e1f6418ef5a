#include <gradus/autograd/base/drawing/internal/chart_frame.h>

#include <algorithm>
#include <ostream>

#include <gradus/autograd/base/drawing/internal/svg.h>
#include <gradus/autograd/base/error.h>

namespace gradus::drawing {

void require_room(std::string_view who, const TextOptions& options) {
  const auto [columns, rows, colour] = options;
  check<ValueError>(columns >= 8 && rows >= 2, who, ": text needs at least 8 columns and 2 rows, not ", columns, " and ", rows);
}

Frame::Frame(const Chart& c) : chart(c) {
  x.log = c.x.log, y.log = c.y.log;
  for (const double end : {c.x.from, c.x.to}) x.meet(end);
  for (const double end : {c.y.from, c.y.to}) y.meet(end);
  for (const Curve& curve : c.curves) {
    const bool fits = curve.x.empty() || curve.x.size() == curve.y.size();
    check<ValueError>(fits, "chart: the curve \"", curve.name, "\" needs as many x as y, not ", curve.x.size(), " and ", curve.y.size(),
                      "; without any they count from `first`");
    for (std::size_t i = 0; i < curve.y.size(); ++i) {
      const double at = x_of(curve, i);
      x.meet(at);                                // a gap takes room on the axis, too
      y.meet(curve.y[i]);
      counted = counted && at == std::floor(at);
    }
  }
  if (!(x.low <= x.high)) x.low = x.high = x.log ? 1 : c.first;
  if (!(y.low <= y.high)) y.low = y.log ? 0.1 : 0, y.high = 1;
  if (y.low == y.high) {                         // flat: some room above it, and below it where the axis does not begin there
    const double size = std::abs(y.low), room = size > 1e-300 && size < 1e300 ? size / 2 : std::max(0.5, size * 1e-6);
    if (y.log) y.low /= 2, y.high *= 2;
    else if (y.low == c.y.from) y.high += 2 * room;
    else y.low -= room, y.high += room;
  }
}

std::string Chart::text(const TextOptions& options) const { return Figure{.charts = {*this}}.text(options); }
std::string Chart::svg() const { return Figure{.charts = {*this}}.svg(); }
void Chart::save_svg(const std::string& file) const { save_svg_text(svg(), file); }
void Figure::save_svg(const std::string& file) const { save_svg_text(svg(), file); }
std::ostream& operator<<(std::ostream& out, const Chart& chart) { return out << chart.text(); }
std::ostream& operator<<(std::ostream& out, const Figure& figure) { return out << figure.text(); }

}  // namespace gradus::drawing
