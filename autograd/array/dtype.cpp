#include <gradus/autograd/array/dtype.h>

#include <cmath>
#include <limits>
#include <ostream>

#include <gradus/autograd/base/describe/option.h>

namespace gradus {
namespace {

std::string names_of_first(std::size_t count) {   // "f32 or f64"
  std::string names;
  for (std::size_t i = 0; i < count; ++i) (names += i == 0 ? "" : i + 1 < count ? ", " : " or ") += detail::element_names[i];
  return names;
}

struct DtypeOption : detail::ChoiceOption<Dtype> {
  static std::string text(const void* p) {
    const double at = get(p);
    return at < static_cast<double>(detail::element_count) ? std::string(name_of(*static_cast<const Dtype*>(p))) : "none of them";
  }
  static bool parse(void* p, std::string_view text) {
    std::size_t at = 0;
    if (!detail::parse_choice(text, detail::element_names, at)) return false;
    *static_cast<Dtype*>(p) = static_cast<Dtype>(at);
    return true;
  }
  static void check(const void* p, const Range& range, std::string_view who, std::string_view name) {
    const std::size_t names = range.checked ? static_cast<std::size_t>(range.most) + 1 : detail::element_count;
    gradus::check<DtypeError>(
        get(p) < static_cast<double>(names), who, ": ", name, " must be ", [&] { return names_of_first(names); }, ", not ", text(p));
  }
};

}  // namespace

constinit const OptionType OptionTraits<Dtype>::type = [] {
  OptionType type = detail::scalar_type<DtypeOption, Dtype>(OptionKind::choice);
  type.enumeration = "Dtype";
  type.names = detail::element_names;
  return type;
}();

std::ostream& operator<<(std::ostream& out, Dtype d) { return out << name_of(d); }

bool holds(Dtype d, double number) {
  return visit(d, [number]<class T>(T) {
    if constexpr (std::is_integral_v<T>) {
      const double low = static_cast<double>(std::numeric_limits<T>::min()), high = std::ldexp(1.0, std::numeric_limits<T>::digits);
      return number == std::floor(number) && low <= number && number < high;
    } else {
      return true;
    }
  });
}

void detail::refuse_to_compute(Dtype d, std::string_view op) {
  fail<DtypeError>(op, ": needs ", names_of_first(computing_types), ", not ", name_of(d), "; convert with x.to(f32)");
}

}  // namespace gradus
