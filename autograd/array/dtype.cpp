#include <gradus/autograd/array/dtype.h>

#include <cmath>
#include <limits>
#include <ostream>

namespace gradus {

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
  std::string_view separator = "";
  std::string names;
  for (std::size_t i = 0; i < computing_types; ++i) {
    (names += separator) += detail::element_names[i];
    separator = i + 2 < computing_types ? ", " : " or ";
  }
  fail<DtypeError>(op, ": needs ", names, ", not ", name_of(d), "; convert with x.to(f32)");
}

}  // namespace gradus
