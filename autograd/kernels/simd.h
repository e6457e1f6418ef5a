// Vec<T>: as many numbers as one SIMD register holds, with the vocabulary that formulas are written in. For *.simd.cpp files and fuse.h.
// Everything lives in a namespace of its instruction-set level, so that code compiled for several levels can be linked together.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include <xsimd/xsimd.hpp>

#ifdef GRADUS_SIMD_LEVEL
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_LEVEL
#elif defined(__AVX512F__)
#define GRADUS_SIMD_NAMESPACE v4
#elif defined(__AVX2__)
#define GRADUS_SIMD_NAMESPACE v3
#elif defined(__SSE4_2__)
#define GRADUS_SIMD_NAMESPACE v2
#else
#define GRADUS_SIMD_NAMESPACE plain
#endif

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class T>
struct Mask {
  typename xsimd::batch<T>::batch_bool_type b;
  friend Mask operator&&(Mask x, Mask y) { return {x.b & y.b}; }
  friend Mask operator||(Mask x, Mask y) { return {x.b | y.b}; }
  friend Mask operator!(Mask x) { return {!x.b}; }
};

template <class T>
struct Vec {
  using Batch = xsimd::batch<T>;
  static constexpr std::int64_t size = Batch::size;
  Batch b;

  Vec() = default;
  Vec(Batch batch) : b(batch) {}
  Vec(double x) : b(static_cast<T>(x)) {}
  Vec(int x) : b(static_cast<T>(x)) {}

  static Vec load(const T* p) { return Batch::load_unaligned(p); }
  void store(T* p) const { b.store_unaligned(p); }
  // The first n < size lanes; the others are loaded as zero and not stored.
  static Vec load(const T* p, std::int64_t n) {
    T lanes[size] = {};
    std::memcpy(lanes, p, static_cast<std::size_t>(n) * sizeof(T));
    return load(lanes);
  }
  void store(T* p, std::int64_t n) const {
    T lanes[size];
    store(lanes);
    std::memcpy(p, lanes, static_cast<std::size_t>(n) * sizeof(T));
  }

  friend Vec operator+(Vec x, Vec y) { return x.b + y.b; }
  friend Vec operator-(Vec x, Vec y) { return x.b - y.b; }
  friend Vec operator*(Vec x, Vec y) { return x.b * y.b; }
  friend Vec operator/(Vec x, Vec y) { return x.b / y.b; }
  friend Vec operator-(Vec x) { return -x.b; }
  friend Mask<T> operator<(Vec x, Vec y) { return {x.b < y.b}; }
  friend Mask<T> operator<=(Vec x, Vec y) { return {x.b <= y.b}; }
  friend Mask<T> operator>(Vec x, Vec y) { return {x.b > y.b}; }
  friend Mask<T> operator>=(Vec x, Vec y) { return {x.b >= y.b}; }
  friend Mask<T> operator==(Vec x, Vec y) { return {x.b == y.b}; }
  friend Mask<T> operator!=(Vec x, Vec y) { return !(x == y); }   // true for NaN, which xsimd's own is not at every level

  friend Vec where(Mask<T> m, Vec x, Vec y) { return xsimd::select(m.b, x.b, y.b); }
  friend Vec like(Vec, double constant) { return Vec(constant); }
  friend Vec exp(Vec x) { return xsimd::exp(x.b); }
  friend Vec log(Vec x) { return xsimd::log(x.b); }
  friend Vec log1p(Vec x) { return xsimd::log1p(x.b); }
  friend Vec sqrt(Vec x) { return xsimd::sqrt(x.b); }
  friend Vec abs(Vec x) { return xsimd::abs(x.b); }
  friend Vec square(Vec x) { return x * x; }
  friend Vec sign(Vec x) { return where(x > 0, Vec(1), where(x < 0, Vec(-1), x)); }
  friend Vec tanh(Vec x) { return xsimd::tanh(x.b); }
  friend Vec sigmoid(Vec x) { return 1 / (1 + exp(-x)); }
  friend Vec softplus(Vec x) { return where(x == x, where(x > 0, x, Vec(0)) + log1p(exp(-abs(x))), x); }
  friend Vec erf(Vec x) { return xsimd::erf(x.b); }
  friend Vec relu(Vec x) { return where(x < 0, Vec(0), x); }
  friend Vec maximum(Vec x, Vec y) { return where(x > y, x, where(y >= x, y, x + y)); }
  friend Vec minimum(Vec x, Vec y) { return where(x < y, x, where(y <= x, y, x + y)); }
  friend Vec pow(Vec x, Vec y) {   // xsimd 8 gives 0 for any power of 0
    const Vec at_zero = where(y > 0, Vec(0), where(y == 0, Vec(1), Vec(std::numeric_limits<double>::infinity())));
    return where(y == 0, Vec(1), where(x == 0, at_zero, xsimd::pow(x.b, y.b)));
  }
  friend T sum(Vec x) { return xsimd::hadd(x.b); }
};

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
