// What both drawings of a chart need: where its points lie and what its axes must have room for.
#pragma once
#include <string_view>

#include <gradus/autograd/base/drawing/chart.h>
#include <gradus/autograd/base/drawing/internal/ticks.h>

namespace gradus::drawing {

// ValueError, in the name of `who`, for less than 8 columns or 2 rows.
void require_room(std::string_view who, const TextOptions& options);

// A chart's axes, which fit its curves exactly.
struct Frame {
  explicit Frame(const Chart& chart);            // ValueError

  const Chart& chart;
  Span x, y;
  bool counted = true;                           // all x are whole numbers
  double x_of(const Curve& curve, std::size_t i) const { return curve.x.empty() ? chart.first + static_cast<double>(i) : curve.x[i]; }
  bool shows(const Curve& curve, std::size_t i) const { return x.takes(x_of(curve, i)) && y.takes(curve.y[i]); }
};

}  // namespace gradus::drawing
