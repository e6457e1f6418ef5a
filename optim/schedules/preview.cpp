#include <gradus/optim/schedules/preview.h>

#include <algorithm>
#include <limits>
#include <ostream>

#include <gradus/autograd/base/draw/internal/chart.h>

namespace gradus::optim {

Preview preview(const Curve& curve, std::int64_t steps, const PerGroup<double>& base) {
  check<ValueError>(steps >= 1, "preview: steps must be at least 1, not ", steps);
  check<ValueError>(curve.defined(), "preview: the curve must be given");
  for (const double each : base.values()) check_range("preview", "base", each, range::at_least_zero);
  const int groups = static_cast<int>(base.values().size());
  curve.check_groups(groups);
  if (const std::optional<double> end = curve.last()) if (*end < static_cast<double>(steps)) steps = static_cast<std::int64_t>(*end) + 1;
  Preview out{.title = curve.describe(), .unit = curve.unit(), .lr = {}, .momentum = {}};
  for (int group = 0; group < groups; ++group) {
    std::vector<double> lr, momentum;
    bool moves = false;
    for (std::int64_t t = 0; t < steps; ++t) {
      lr.push_back(curve.lr(base[group], static_cast<double>(t), group));
      check_range(curve.name(), gradus::text("the learning rate at t = ", t), lr.back(), range::at_least_zero);
      const std::optional<double> m = curve.momentum(static_cast<double>(t), group);
      momentum.push_back(m.value_or(std::numeric_limits<double>::quiet_NaN()));
      moves |= m.has_value();
    }
    out.lr.push_back(std::move(lr));
    if (moves) out.momentum.push_back(std::move(momentum));
  }
  return out;
}

Preview preview(const LRScheduler& schedule, std::int64_t steps) {
  std::vector<double> bases;
  for (std::size_t group = 0; group < schedule.get_last_lr().size(); ++group) bases.push_back(schedule.base_lr(static_cast<int>(group)));
  return preview(schedule.function(), steps, PerGroup<double>(std::move(bases)));
}

namespace {
std::vector<Chart> charts(const Preview& shown) {
  const double last = static_cast<double>(shown.lr[0].size()) - 1;
  const std::string unit(unit_text(shown.unit));
  std::vector<Chart> out{{.title = "lr", .x_title = unit, .curves = shown.lr, .last = last, .least = 0}};
  if (!shown.momentum.empty()) out.push_back({.title = "momentum", .x_title = unit, .curves = shown.momentum, .last = last});
  return out;
}
}  // namespace

std::string Preview::text(int columns, int rows) const { return draw_text("preview", title, charts(*this), columns, rows); }

std::string Preview::svg() const { return draw_svg(title, charts(*this)); }

void Preview::save_svg(const std::filesystem::path& file) const { save_text(svg(), file); }

std::ostream& operator<<(std::ostream& out, const Preview& preview) { return out << preview.text(); }

}  // namespace gradus::optim
