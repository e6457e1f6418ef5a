#include "differences.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace gradus::tool {
namespace {

template <class T>
double wide(T x) {
  if constexpr (std::is_arithmetic_v<T>)
    return static_cast<double>(x);
  else
    return static_cast<double>(static_cast<float>(x));
}

template <class A, class B>
bool are_same(A a, B b) {
  if constexpr (std::is_same_v<A, B> && std::is_integral_v<A>)
    return a == b;
  else
    return wide(a) == wide(b) || (std::isnan(wide(a)) && std::isnan(wide(b)));
}

template <class A, class B>
Difference compare(const A* a, const B* b, std::int64_t n, double absolute, double relative) {
  Difference out;
  for (std::int64_t i = 0; i < n; ++i) {
    if (are_same(a[i], b[i])) continue;
    const double x = wide(a[i]), y = wide(b[i]);
    double apart = std::abs(x - y);
    if (apart == 0) apart = std::numeric_limits<double>::min();  // whole numbers beyond 2^53
    if (std::isnan(apart)) apart = std::numeric_limits<double>::infinity();
    const double share = apart / std::abs(y);
    out.absolute = std::max(out.absolute, apart);
    out.relative = std::max(out.relative, std::isnan(share) ? std::numeric_limits<double>::infinity() : share);
    out.elements += !(apart <= absolute + (std::isfinite(y) ? relative * std::abs(y) : 0));
  }
  return out;
}

}  // namespace

Difference difference_of(const Array& left, const Array& right, double absolute, double relative) {
  const Array a = left.as_contiguous(), b = right.as_contiguous();
  if (a.dtype() == b.dtype())
    return visit(a.dtype(), [&]<class T>(T) { return compare(a.data<T>(), b.data<T>(), a.size(), absolute, relative); });
  const auto in_double = [](const Array& x) { return x.to(f64); };
  const Array x = in_double(a), y = in_double(b);
  return compare(x.data<double>(), y.data<double>(), x.size(), absolute, relative);
}

}  // namespace gradus::tool
