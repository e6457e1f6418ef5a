#include "landscape/option_ranges.h"

#include <algorithm>
#include <cmath>

namespace landscape {
namespace {

struct Known {
  std::string_view name;
  Range range;
};
constexpr Known known[] = {
    {"lr", {1e-4, 2, true}},
    {"momentum", {0, 0.99}},
    {"dampening", {0, 1}},
    {"weight_decay", {0, 1}},
    {"alpha", {0, 0.999}},
    {"rho", {0, 0.999}},
    {"betas.0", {0, 0.99}},
    {"betas.1", {0.5, 0.9999}},
    {"eps", {1e-12, 1, true}},
    {"eps.0", {0, 1}},
    {"eps.1", {1e-6, 1, true}},
    {"lr_decay", {0, 1}},
    {"initial_accumulator_value", {0, 10}},
    {"lambd", {0, 0.1}},
    {"t0", {1, 1000, true}},
    {"momentum_decay", {0, 0.1}},
    {"etas.0", {0.1, 0.9}},
    {"etas.1", {1.01, 2}},
    {"step_sizes.0", {1e-8, 0.01, true}},
    {"step_sizes.1", {0.01, 50, true}},
    {"warmup_steps", {0, 100}},
    {"r", {0, 2}},
    {"weight_lr_power", {0, 4}},
    {"beta2_decay", {-1, -0.1}},
    {"d", {1, 4}},
    {"ns_steps", {1, 10}},
    {"max_iter", {1, 20}},
    {"max_eval", {0, 40}},
    {"history_size", {1, 20}},
    {"k", {1, 20}},
    {"eta", {0, 1}},
    {"tolerance_grad", {1e-12, 1e-2, true}},
    {"tolerance_change", {1e-12, 1e-2, true}},
};

Range range_of(const gradus::Option& option) {
  for (const Known& k : known)
    if (k.name == option.name()) return k.range;
  const double value = option.get(), reach = value == 0 ? 1 : 4 * std::abs(value);
  const gradus::Range& own = option.range();
  const bool low = own.checked && std::isfinite(own.least), high = own.checked && std::isfinite(own.most);
  return {low ? own.least : -reach, high ? own.most_open ? own.most * 0.999 : own.most : reach};
}

}  // namespace

Option slider_of(const gradus::Option& option, const Range& range) {
  Option slider{.name = std::string(option.name()), .value = option.text()};
  if (option.kind() == gradus::OptionKind::choice) {
    slider.kind = Option::Kind::choice;
    slider.choices.assign(option.names().begin(), option.names().end());
  } else if (option.kind() == gradus::OptionKind::toggle) {
    slider.kind = Option::Kind::toggle;
  } else {
    slider.whole = option.kind() == gradus::OptionKind::integer;
    slider.range = range;
  }
  return slider;
}

Option slider_of(const gradus::Option& option) {
  if (!option.is_number()) return slider_of(option, {});
  Range range = range_of(option);
  range.min = std::min(range.min, option.get());
  range.max = std::max(range.max, range.log ? 4 * option.get() : option.get());
  return slider_of(option, range);
}

}  // namespace landscape
