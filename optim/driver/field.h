// The options of a rule or a schedule as a list of named numbers: what state files hold, schedules set and describe() prints.
//   static Fields fields(SGDOptions& o) { return {{"lr", &o.lr, Range::at_least_zero}, {"nesterov", &o.nesterov}, {"form", choice(o.form)}}; }
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <gradus/autograd/base/small_vector.h>

namespace gradus::optim {

// An option that is one of an enum's values, which count from 0: Momentum::ema.
struct Choice {
  std::string_view type;                        // "Momentum"
  std::span<const std::string_view> names;      // "classic", "ema", …
  void* place;
  int (*get)(const void* place);
  void (*set)(void* place, int value);

  template <class Enum>
  static Choice of(std::string_view type, std::span<const std::string_view> names, Enum& place) {
    return {type, names, &place, [](const void* p) { return static_cast<int>(*static_cast<const Enum*>(p)); },
            [](void* p, int value) { *static_cast<Enum*>(p) = static_cast<Enum>(value); }};
  }
};

enum class Range { any, finite, at_least_zero, above_zero, below_one /* [0, 1) */, unit /* [0, 1] */ };

struct Field {
  std::string_view name;
  std::variant<double*, std::int64_t*, bool*, Choice> value;
  Range range = Range::any;

  // A switch or a choice chooses between formulas; all other fields are numbers within one.
  bool is_switch() const { return std::holds_alternative<bool*>(value) || is_choice(); }
  bool is_choice() const { return std::holds_alternative<Choice>(value); }
  double get() const;                                            // of a choice: its place among the names
  void set(double number) const;
  std::string text() const;                                      // reads back as the same number: 0.1, 30, true, ema
  std::optional<double> parse(std::string_view text) const;      // none if the text is not such a value
  std::string code(std::string_view text) const;                 // how a program sets it: ".form = Momentum::ema"
};
using Fields = SmallVector<Field, 12>;

// ValueError for the first field that is out of its range: "Adam: eps must be finite and at least 0, not -1".
void require_ranges(std::string_view who, const Fields& fields);

// The shortest decimal text that reads back as exactly this number, whatever the locale, and the way back (all of the text, or none).
std::string number_text(double number);
std::optional<double> parse_number(std::string_view text);

}  // namespace gradus::optim
