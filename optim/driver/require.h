// Checks of options, with messages of one form: "Adam: eps must be finite and at least 0, not -1". Each throws ValueError.
#pragma once
#include <array>
#include <cmath>
#include <string_view>

#include <gradus/autograd/base/error.h>

namespace gradus::optim {

inline void require_finite(std::string_view who, std::string_view option, double value) {
  check<ValueError>(std::isfinite(value), who, ": ", option, " must be finite, not ", value);
}
inline void require_at_least_zero(std::string_view who, std::string_view option, double value) {
  check<ValueError>(std::isfinite(value) && value >= 0, who, ": ", option, " must be finite and at least 0, not ", value);
}
inline void require_below_one(std::string_view who, std::string_view option, double value) {
  check<ValueError>(value >= 0 && value < 1, who, ": ", option, " must lie in [0, 1), not ", value);
}
inline void require_above_zero(std::string_view who, std::string_view option, double value) {
  check<ValueError>(std::isfinite(value) && value > 0, who, ": ", option, " must be finite and above 0, not ", value);
}
inline void require_unit(std::string_view who, std::string_view option, double value) {
  check<ValueError>(value >= 0 && value <= 1, who, ": ", option, " must lie in [0, 1], not ", value);
}
// An option without a default, for which 0 stands until it is given.
inline void require_given(std::string_view who, std::string_view option, double value) {
  check<ValueError>(value != 0, who, ": ", option, " must be given, at least 1");
  check<ValueError>(value >= 1, who, ": ", option, " must be at least 1, not ", value);
}
inline void require_at_least_one(std::string_view who, std::string_view option, double value) {
  check<ValueError>(value >= 1, who, ": ", option, " must be at least 1, not ", value);
}

}  // namespace gradus::optim
