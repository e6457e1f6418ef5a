#include <gradus/optim/driver/field.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <locale>
#include <sstream>

#include <gradus/optim/driver/require.h>

namespace gradus::optim {
namespace {

std::string listed(const Choice& choice) {
  std::string out;
  for (const std::string_view name : choice.names) out += gradus::text(out.empty() ? "" : ", ", choice.type, "::", name);
  return out;
}

}  // namespace

double Field::get() const {
  if (const Choice* choice = std::get_if<Choice>(&value)) return choice->get(choice->place);
  return std::visit([]<class P>(P p) -> double {
    if constexpr (std::is_pointer_v<P>) return static_cast<double>(*p);
    else return 0;
  }, value);
}

void Field::set(double number) const {
  std::visit([&]<class P>(const P& p) {
    if constexpr (std::is_same_v<P, std::int64_t*>) *p = std::abs(number) < 0x1p53 ? static_cast<std::int64_t>(number) : INT64_MIN;
    else if constexpr (std::is_pointer_v<P>) *p = static_cast<std::remove_pointer_t<P>>(number);
    else p.set(p.place, number == std::trunc(number) && std::abs(number) < 100 ? static_cast<int>(number) : -1);
  }, value);
}

std::string Field::text() const {
  if (const Choice* choice = std::get_if<Choice>(&value)) return std::string(choice->names[choice->get(choice->place)]);
  if (is_switch()) return get() != 0 ? "true" : "false";
  return number_text(get());
}

std::optional<double> Field::parse(std::string_view text) const {
  if (const Choice* choice = std::get_if<Choice>(&value)) {
    const auto at = std::find(choice->names.begin(), choice->names.end(), text);
    return at == choice->names.end() ? std::nullopt : std::optional<double>(at - choice->names.begin());
  }
  if (is_switch()) return text == "true" ? std::optional(1.0) : text == "false" ? std::optional(0.0) : std::nullopt;
  const std::optional<double> number = parse_number(text);
  const bool whole = !std::holds_alternative<std::int64_t*>(value) || (number && *number == std::trunc(*number) && std::abs(*number) < 0x1p53);
  return whole ? number : std::nullopt;
}

std::string Field::code(std::string_view text) const {
  const Choice* choice = std::get_if<Choice>(&value);
  return gradus::text(".", name, " = ", choice ? choice->type : "", choice ? "::" : "", text);
}

void require_ranges(std::string_view who, const Fields& fields) {
  for (const Field& field : fields) {
    const double x = field.get();
    if (const Choice* choice = std::get_if<Choice>(&field.value))
      check<ValueError>(0 <= x && x < static_cast<double>(choice->names.size()), who, ": ", field.name, " must be one of ", [&] { return listed(*choice); });
    switch (field.range) {
      case Range::any: break;
      case Range::finite: require_finite(who, field.name, x); break;
      case Range::at_least_zero: require_at_least_zero(who, field.name, x); break;
      case Range::above_zero: require_above_zero(who, field.name, x); break;
      case Range::below_one: require_below_one(who, field.name, x); break;
      case Range::unit: require_unit(who, field.name, x); break;
    }
  }
}

// By streams: not every standard library has std::to_chars for double.
std::string number_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  for (int digits = 1;; ++digits) {
    const std::string scientific = gradus::text(std::scientific, std::setprecision(digits - 1), number);
    if (digits < std::numeric_limits<double>::max_digits10 && parse_number(scientific) != number) continue;
    const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
    const std::string fixed = gradus::text(std::fixed, std::setprecision(std::max(0, digits - 1 - exponent)), number);
    return fixed.size() <= scientific.size() ? fixed : scientific;
  }
}

std::optional<double> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view size = text.substr(negative);
  double number = std::numeric_limits<double>::quiet_NaN();
  if (size == "inf" || size == "nan") {
    if (size == "inf") number = std::numeric_limits<double>::infinity();
  } else {
    std::istringstream in{std::string(size)};
    in.exceptions(std::ios::badbit);   // when memory is short: bad_alloc, not "no number"
    in.imbue(std::locale::classic());
    const bool starts = !size.empty() && (size[0] == '.' || ('0' <= size[0] && size[0] <= '9'));
    if (!starts || !(in >> number) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  }
  return negative ? -number : number;
}

}  // namespace gradus::optim
