#include <gradus/optim/field.h>

#include <charconv>
#include <cmath>

namespace gradus::optim {

double Field::get() const {
  return std::visit([](auto* p) { return static_cast<double>(*p); }, value);
}

void Field::set(double number) const {
  std::visit([&]<class T>(T* p) { *p = static_cast<T>(number); }, value);
}

std::string Field::text() const {
  if (is_switch()) return get() != 0 ? "true" : "false";
  return number_text(get());
}

std::optional<double> Field::parse(std::string_view text) const {
  if (is_switch()) return text == "true" ? std::optional(1.0) : text == "false" ? std::optional(0.0) : std::nullopt;
  const std::optional<double> number = parse_number(text);
  const bool whole = !std::holds_alternative<std::int64_t*>(value) || (number && *number == std::trunc(*number) && std::abs(*number) < 0x1p53);
  return whole ? number : std::nullopt;
}

std::string number_text(double number) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return {buffer, end};
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc{} && end == last ? std::optional(number) : std::nullopt;
}

}  // namespace gradus::optim
