// The options of a rule or a schedule as a list of named numbers: what state files hold, schedules set and describe() prints.
//   static Fields fields(SGDOptions& o) { return {{"lr", &o.lr}, {"nesterov", &o.nesterov}}; }
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <gradus/autograd/base/small_vector.h>

namespace gradus::optim {

struct Field {
  std::string_view name;
  std::variant<double*, std::int64_t*, bool*> value;

  // A switch chooses between formulas; all other fields are numbers within one.
  bool is_switch() const { return std::holds_alternative<bool*>(value); }
  double get() const;
  void set(double number) const;
  std::string text() const;                                      // reads back as the same number: 0.1, 30, true
  std::optional<double> parse(std::string_view text) const;      // none if the text is not such a value
};
using Fields = SmallVector<Field, 12>;

// The shortest decimal text that reads back as exactly this number, whatever the locale, and the way back.
std::string number_text(double number);
std::optional<double> parse_number(std::string_view text);

}  // namespace gradus::optim
