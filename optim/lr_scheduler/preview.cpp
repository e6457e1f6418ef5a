#include <gradus/optim/lr_scheduler/preview.h>

#include <algorithm>
#include <limits>
#include <ostream>

#include <gradus/autograd/base/drawing/internal/chart_frame.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/describe/option.h>

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

drawing::Chart chart(const Preview& shown, std::string title, const std::vector<std::vector<double>>& groups) {
  drawing::Chart out{.title = std::move(title), .x = {.title = std::string(unit_text(shown.unit))}};
  for (std::size_t group = 0; group < groups.size(); ++group)
    out.curves.push_back({.name = groups.size() > 1 ? gradus::text("group ", group) : "", .y = groups[group]});
  return out;
}

// The title's options, in parentheses, are lines of their own.
drawing::Figure figure(const Preview& shown) {
  const std::size_t open = std::min(shown.title.find('('), shown.title.size());
  drawing::Figure out{.title = shown.title.substr(0, open), .subtitle = shown.title.substr(open), .charts = {chart(shown, "lr", shown.lr)}};
  out.charts[0].y.from = 0;
  if (!shown.momentum.empty()) out.charts.push_back(chart(shown, "momentum", shown.momentum));
  return out;
}

}  // namespace

std::string Preview::text(int columns, int rows) const {
  drawing::require_room("preview", {.columns = columns, .rows = rows});
  return figure(*this).text({.columns = columns, .rows = rows});
}

std::string Preview::svg() const { return figure(*this).svg(); }

void Preview::save_svg(const FileName& file) const { figure(*this).save_svg(file.string()); }

std::ostream& operator<<(std::ostream& out, const Preview& preview) { return out << preview.text(); }

}  // namespace gradus::optim
