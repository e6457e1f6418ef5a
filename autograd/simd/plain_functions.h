// The rest of the vocabulary on single numbers (plain.h), as the standard library and base/special.h have it.
#pragma once
#include <cmath>

#include <gradus/autograd/base/special.h>
#include <gradus/autograd/simd/plain.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class T> Vec<T> sin(Vec<T> x) { return std::sin(x.b); }
template <class T> Vec<T> cos(Vec<T> x) { return std::cos(x.b); }
template <class T> Vec<T> tan(Vec<T> x) { return std::tan(x.b); }
template <class T> Vec<T> asin(Vec<T> x) { return std::asin(x.b); }
template <class T> Vec<T> acos(Vec<T> x) { return std::acos(x.b); }
template <class T> Vec<T> atan(Vec<T> x) { return std::atan(x.b); }
template <class T> Vec<T> sinh(Vec<T> x) { return std::sinh(x.b); }
template <class T> Vec<T> cosh(Vec<T> x) { return std::cosh(x.b); }
template <class T> Vec<T> asinh(Vec<T> x) { return std::asinh(x.b); }
template <class T> Vec<T> acosh(Vec<T> x) { return std::acosh(x.b); }
template <class T> Vec<T> atanh(Vec<T> x) { return std::atanh(x.b); }
template <class T> Vec<T> expm1(Vec<T> x) { return std::expm1(x.b); }
template <class T> Vec<T> exp2(Vec<T> x) { return std::exp2(x.b); }
template <class T> Vec<T> log2(Vec<T> x) { return std::log2(x.b); }
template <class T> Vec<T> log10(Vec<T> x) { return std::log10(x.b); }
template <class T> Vec<T> floor(Vec<T> x) { return std::floor(x.b); }
template <class T> Vec<T> ceil(Vec<T> x) { return std::ceil(x.b); }
template <class T> Vec<T> trunc(Vec<T> x) { return std::trunc(x.b); }
template <class T> Vec<T> round(Vec<T> x) { return std::nearbyint(x.b); }   // halves to even
template <class T> Vec<T> copysign(Vec<T> x, Vec<T> y) { return std::copysign(x.b, y.b); }
template <class T> Vec<T> atan2(Vec<T> y, Vec<T> x) { return std::atan2(y.b, x.b); }
template <class T> Vec<T> fmod(Vec<T> x, Vec<T> y) { return std::fmod(x.b, y.b); }
template <class T> Vec<T> erfc(Vec<T> x) { return std::erfc(x.b); }
template <class T> Vec<T> erfinv(Vec<T> x) { return special::erfinv(x.b); }
template <class T> Vec<T> lgamma(Vec<T> x) { return special::lgamma(x.b); }
template <class T> Vec<T> digamma(Vec<T> x) { return special::digamma(x.b); }
template <class T> Vec<T> polygamma(int n, Vec<T> x) { return special::polygamma(n, x.b); }

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
