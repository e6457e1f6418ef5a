// The rest of the vocabulary on registers (registers.h has what the loops of the library are made of): functions as xsimd has them, mended
// where they are wrong, and number by number where it has none. Not inlined: each is long, and formulas would repeat it.
// Errors, in units in the last place, against long doubles: below 3, asinh of f32 4.
#pragma once
#include <cmath>

#include <gradus/autograd/base/special.h>
#include <gradus/autograd/simd/registers.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class T> [[gnu::noinline]] Vec<T> sin(Vec<T> x) { return xsimd::sin(x.b); }
template <class T> [[gnu::noinline]] Vec<T> cos(Vec<T> x) { return xsimd::cos(x.b); }
template <class T> [[gnu::noinline]] Vec<T> tan(Vec<T> x) { return xsimd::tan(x.b); }
template <class T> [[gnu::noinline]] Vec<T> asin(Vec<T> x) { return xsimd::asin(x.b); }
template <class T> [[gnu::noinline]] Vec<T> acos(Vec<T> x) { return xsimd::acos(x.b); }
template <class T> [[gnu::noinline]] Vec<T> atan(Vec<T> x) { return xsimd::atan(x.b); }
template <class T> [[gnu::noinline]] Vec<T> sinh(Vec<T> x) { return xsimd::sinh(x.b); }
template <class T> [[gnu::noinline]] Vec<T> cosh(Vec<T> x) { return xsimd::cosh(x.b); }
template <class T> [[gnu::noinline]] Vec<T> asinh(Vec<T> x) { return xsimd::asinh(x.b); }
// xsimd's has numbers far below 1.
template <class T>
[[gnu::noinline]] Vec<T> acosh(Vec<T> x) {
  return where(x < 1, Vec<T>(std::numeric_limits<T>::quiet_NaN()), Vec<T>(xsimd::acosh(x.b)));
}
template <class T> [[gnu::noinline]] Vec<T> atanh(Vec<T> x) { return xsimd::atanh(x.b); }
template <class T> [[gnu::noinline]] Vec<T> expm1(Vec<T> x) { return where(x == 0, x, Vec<T>(xsimd::expm1(x.b))); }   // −0 stays
template <class T> [[gnu::noinline]] Vec<T> exp2(Vec<T> x) { return xsimd::exp2(x.b); }
// By log: subnormal numbers, too.
template <class T> Vec<T> log2(Vec<T> x) { return log(x) * 1.4426950408889634; }
template <class T> Vec<T> log10(Vec<T> x) { return log(x) * 0.4342944819032518; }

template <class T> Vec<T> floor(Vec<T> x) { return xsimd::floor(x.b); }
template <class T> Vec<T> ceil(Vec<T> x) { return xsimd::ceil(x.b); }
template <class T> Vec<T> trunc(Vec<T> x) { return xsimd::trunc(x.b); }
template <class T> Vec<T> round(Vec<T> x) { return xsimd::nearbyint(x.b); }   // halves to even
template <class T> Vec<T> copysign(Vec<T> x, Vec<T> y) { return xsimd::copysign(x.b, y.b); }

// xsimd's gives NaN for two zeros or two infinities, where the quotient says nothing: the signs do.
template <class T>
[[gnu::noinline]] Vec<T> atan2(Vec<T> y, Vec<T> x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto zeros = y == 0 && x == 0, infinite = abs(y) == infinity && abs(x) == infinity;
  const Vec<T> one = copysign(Vec<T>(1), x);
  return xsimd::atan2(where(infinite, copysign(Vec<T>(1), y), y).b, where(zeros || infinite, one, x).b);
}

// f of every number.
template <class T, class F, class... V>
[[gnu::noinline]] Vec<T> number_by_number(F f, Vec<T> first, V... more) {
  constexpr std::size_t n = 1 + sizeof...(V), size = Vec<T>::Batch::size;
  T in[n][size], out[size];
  std::size_t k = 0;
  first.store(in[k++]);
  (more.store(in[k++]), ...);
  for (std::size_t i = 0; i < size; ++i) {
    if constexpr (n == 1) out[i] = static_cast<T>(f(in[0][i]));
    else out[i] = static_cast<T>(f(in[0][i], in[1][i]));
  }
  return Vec<T>::load(out);
}

template <class T> Vec<T> fmod(Vec<T> x, Vec<T> y) { return number_by_number([](T a, T b) { return std::fmod(a, b); }, x, y); }
template <class T> Vec<T> erfc(Vec<T> x) { return number_by_number([](T v) { return std::erfc(v); }, x); }
template <class T> Vec<T> erfinv(Vec<T> x) { return number_by_number([](T v) { return special::erfinv(v); }, x); }
template <class T> Vec<T> lgamma(Vec<T> x) { return number_by_number([](T v) { return special::lgamma(v); }, x); }
template <class T> Vec<T> digamma(Vec<T> x) { return number_by_number([](T v) { return special::digamma(v); }, x); }
template <class T> Vec<T> polygamma(int n, Vec<T> x) { return number_by_number([n](T v) { return special::polygamma(n, v); }, x); }

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
