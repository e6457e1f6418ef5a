#include <gradus/autograd/base/describe/option.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include <gradus/autograd/base/describe/number_text.h>

namespace gradus {
namespace detail {

void check_number(double x, const Range& range, std::string_view who, std::string_view name, bool whole, bool given) {
  if (range.given && !given) {
    const std::string words = range.checked ? range.words(whole) : "";
    fail<ValueError>(who, ": ", name, " must be given", words.empty() ? "" : ", ", words.starts_with("be ") ? words.substr(3) : words);
  }
  check<ValueError>(range.holds(x), who, ": ", name, " must ", [&] { return range.words(whole); }, ", not ", x);
}

void fail_not_given(std::string_view who, std::string_view name) { fail<ValueError>(who, ": ", name, " must be given"); }

// Digits, or any other way to write a whole number below 2^53: 1e6.
bool parse_integer(std::string_view text, std::int64_t least, std::uint64_t most, std::uint64_t& bits) {
  const char *const begin = text.data(), *const end = begin + text.size();
  std::uint64_t large = 0;
  if (const auto [after, error] = std::from_chars(begin, end, large); error == std::errc() && after == end) {
    bits = large;
    return large <= most;
  }
  std::int64_t number = 0;
  if (const auto [after, error] = std::from_chars(begin, end, number); error != std::errc() || after != end) {
    const std::optional<double> real = parse_number(text);
    if (!real || *real != std::trunc(*real) || std::abs(*real) >= 0x1p53) return false;
    number = static_cast<std::int64_t>(*real);
  }
  bits = static_cast<std::uint64_t>(number);
  return number >= least && (number < 0 || bits <= most);
}

bool parse_choice(std::string_view text, std::span<const std::string_view> names, std::size_t& at) {
  at = static_cast<std::size_t>(std::find(names.begin(), names.end(), text) - names.begin());
  return at < names.size();
}

bool parse_toggle(std::string_view text, bool& value) {
  if (text != "true" && text != "false") return false;
  value = text == "true";
  return true;
}

bool parse_real(std::string_view text, double& value) {
  const std::optional<double> number = parse_number(text);
  if (number) value = *number;
  return number.has_value();
}

std::int64_t to_integer(double value) { return std::abs(value) < 0x1p53 ? static_cast<std::int64_t>(value) : INT64_MIN; }

std::string real_text(double value) { return number_text(value); }

std::string_view next_item(std::string_view& text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view item = text.substr(0, comma);
  text.remove_prefix(std::min(comma + 1, text.size()));
  return item;
}

void check_choice(double at, const Range& range, std::span<const std::string_view> names, std::string_view enumeration,
                  std::string_view who, std::string_view name) {
  if (range.checked) names = names.first(std::min(names.size(), static_cast<std::size_t>(range.most) + 1));
  if (0 <= at && at < static_cast<double>(names.size())) return;
  std::string all;
  for (const std::string_view each : names) all += text(all.empty() ? "" : ", ", enumeration, "::", each);
  fail<ValueError>(who, ": ", name, " must be one of ", all);
}

}  // namespace detail

void check_range(std::string_view who, std::string_view name, double value, const Range& range, bool whole) {
  detail::check_number(value, range, who, name, whole, whole ? value != 0 : value == value);
}

std::span<const std::string_view> Option::names() const {
  const auto all = type_->names;
  return range_.checked ? all.first(std::min(all.size(), static_cast<std::size_t>(range_.most) + 1)) : all;
}

std::optional<double> Option::number(std::string_view text) const {
  std::size_t at = 0;
  bool on = false;
  if (kind() == OptionKind::choice) return detail::parse_choice(text, names(), at) ? std::optional(static_cast<double>(at)) : std::nullopt;
  if (kind() == OptionKind::toggle) return detail::parse_toggle(text, on) ? std::optional(on ? 1. : 0.) : std::nullopt;
  const std::optional<double> number = parse_number(text);
  const bool whole = kind() != OptionKind::integer || (number && *number == std::trunc(*number) && std::abs(*number) < 0x1p53);
  return is_number() && whole ? number : std::nullopt;
}

void Option::fail_no_value(std::string_view who, std::string_view text) const {
  const std::string words = this->words();
  fail<ValueError>(who, ": \"", text.substr(0, 64), "\" is no value of ", name_, words.empty() ? "" : " (", words,
                   words.empty() ? "" : ")");
}

std::string Option::code(std::string_view text) const {
  return gradus::text(".", name_, " = ", type_->enumeration, type_->enumeration.empty() ? "" : "::", text);
}

std::string Option::words() const {
  if (kind() == OptionKind::toggle) return "true, false";
  std::string out;
  for (const std::string_view name : names()) out += gradus::text(out.empty() ? "" : ", ", name);
  if (!out.empty() || !range_.checked) return out;
  const std::string words = range_.words(kind() == OptionKind::integer);
  return words.substr(words.find(' ') + 1);
}

void Option::check(std::string_view who) const {
  type_->check(place_, range_, who, name_);
}

void Option::write(Values& values, const std::string& key) const {
  if (type_->write) type_->write(place_, values, key);
  else if (type_->parse) values[key] = text();
}

}  // namespace gradus
