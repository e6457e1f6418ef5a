// What the options of optimizers and schedules look like to a person: a slider with a range, a switch, or a choice.
#pragma once
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace landscape {

struct Range {
  double min, max;
  bool log = false;                             // the slider moves in factors
};

struct Option {
  enum class Kind { number, toggle, choice };
  std::string name;
  Kind kind = Kind::number;
  std::string value;                            // the default, as text: 0.1, true, inside
  Range range = {0, 0};                         // of a number
  bool whole = false;                           // a number without a fraction
  std::vector<std::string> choices = {};
};

// Options by name, as text: {"betas.0", "0.9"}.
using Settings = std::vector<std::pair<std::string, std::string>>;

}  // namespace landscape
