// Checks of options that only schedules have; the others are in require.h. Each throws ValueError with the option and its range.
#pragma once
#include <gradus/optim/driver/require.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

inline void require_factor(std::string_view who, std::string_view option, double value) {
  check<ValueError>(value > 0 && value <= 1, who, ": ", option, " must lie in (0, 1], not ", value);
}
inline void require_functions(std::string_view who, std::string_view option, const PerGroup<Factor>& functions) {
  check<ValueError>(functions.given(), who, ": ", option, " must be given");
  for (const Factor& function : functions.values()) check<ValueError>(function != nullptr, who, ": ", option, " must not be an empty function");
}
inline void require_each(std::string_view who, std::string_view option, const PerGroup<double>& values,
                         void (*require)(std::string_view, std::string_view, double)) {
  check<ValueError>(values.given(), who, ": ", option, " must be given");
  for (double value : values.values()) require(who, option, value);
}
inline void require_curve(std::string_view who, std::string_view option, const Curve& curve) {
  check<ValueError>(curve.defined(), who, ": ", option, " must be given");
}
// All count the same unit, which the first one has.
inline void require_curves(std::string_view who, std::string_view option, const std::vector<Curve>& curves) {
  check<ValueError>(!curves.empty(), who, ": ", option, " must have at least one schedule");
  for (const Curve& curve : curves) {
    require_curve(who, text("each of ", option), curve);
    check<ValueError>(curve.unit() == curves[0].unit(), who, ": ", option, " must all count steps or all count epochs; ", curves[0].name(), " counts ",
                      unit_text(curves[0].unit()), "s, ", curve.name(), " ", unit_text(curve.unit()), "s; set .per");
  }
}

}  // namespace gradus::optim
