#include "landscape/option_ranges.h"

#include <algorithm>
#include <cmath>

namespace landscape {
namespace {

using gradus::optim::Field;

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

Range range_of(const Field& field) {
  for (const Known& k : known)
    if (k.name == field.name) return k.range;
  const double value = field.get(), reach = value == 0 ? 1 : 4 * std::abs(value);
  switch (field.range) {
    case gradus::optim::Range::below_one: return {0, 0.999};
    case gradus::optim::Range::unit: return {0, 1};
    case gradus::optim::Range::at_least_zero:
    case gradus::optim::Range::above_zero: return {0, reach};
    default: return {-reach, reach};
  }
}

}  // namespace

Option option_of(const Field& field) {
  Option option{.name = std::string(field.name), .value = field.text()};
  if (const auto* choice = std::get_if<gradus::optim::Choice>(&field.value)) {
    option.kind = Option::Kind::choice;
    option.choices.assign(choice->names.begin(), choice->names.end());
  } else if (field.is_switch()) {
    option.kind = Option::Kind::toggle;
  } else {
    option.whole = std::holds_alternative<std::int64_t*>(field.value);
    option.range = range_of(field);
    option.range.min = std::min(option.range.min, field.get());
    option.range.max = std::max(option.range.max, option.range.log ? 4 * field.get() : field.get());
  }
  return option;
}

}  // namespace landscape
