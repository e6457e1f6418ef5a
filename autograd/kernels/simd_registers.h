// Vec<T> (simd.h) as the registers that xsimd knows.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <gradus/autograd/kernels/registers.h>
#include <gradus/autograd/kernels/simd_math.h>
#include <gradus/autograd/kernels/simd_tail.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class T>
struct Mask {
  typename xsimd::batch<T>::batch_bool_type b;
  friend Mask operator&&(Mask x, Mask y) { return {x.b & y.b}; }
  friend Mask operator||(Mask x, Mask y) { return {x.b | y.b}; }
  friend Mask operator!(Mask x) { return {!x.b}; }
  friend bool all(Mask x) { return xsimd::all(x.b); }
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
  static Vec load(const T* p, std::int64_t n) { return Batch(load_first(p, n)); }
  void store(T* p, std::int64_t n) const { store_first(p, n, b); }
  // Which lanes are the first n.
  static Mask<T> first(std::int64_t n) { return counting() < Vec(static_cast<double>(n)); }
  static Vec counting() {
    alignas(64) static constexpr auto lanes = [] {
      std::array<T, Batch::size> a{};
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<T>(i);
      return a;
    }();
    return load(lanes.data());
  }

  friend Vec operator+(Vec x, Vec y) { return x.b + y.b; }
  friend Vec operator-(Vec x, Vec y) { return x.b - y.b; }
  friend Vec operator*(Vec x, Vec y) { return x.b * y.b; }
  friend Vec operator/(Vec x, Vec y) { return x.b / y.b; }
  friend Vec operator-(Vec x) { return Batch(T(-0.0)) - x.b; }   // -0 for 0, which xsimd 8 forgets with AVX-512
  friend Mask<T> operator<(Vec x, Vec y) { return {x.b < y.b}; }
  friend Mask<T> operator<=(Vec x, Vec y) { return {x.b <= y.b}; }
  friend Mask<T> operator>(Vec x, Vec y) { return {x.b > y.b}; }
  friend Mask<T> operator>=(Vec x, Vec y) { return {x.b >= y.b}; }
  friend Mask<T> operator==(Vec x, Vec y) { return {x.b == y.b}; }
  friend Mask<T> operator!=(Vec x, Vec y) { return !(x == y); }   // true for NaN, which xsimd's own is not at every level

  friend Vec where(Mask<T> m, Vec x, Vec y) { return xsimd::select(m.b, x.b, y.b); }
  friend Vec like(Vec, double constant) { return Vec(constant); }
  friend Vec exp(Vec x) {
    if constexpr (std::is_same_v<T, float>) return fast_exp(x.b);
    else return xsimd::exp(x.b);
  }
  friend Vec log(Vec x) { return xsimd::log(x.b); }
  friend Vec log1p(Vec x) { return xsimd::log1p(x.b); }
  friend Vec sqrt(Vec x) { return xsimd::sqrt(x.b); }
  friend Vec abs(Vec x) { return xsimd::abs(x.b); }
  friend Vec square(Vec x) { return x * x; }
  friend Vec sign(Vec x) { return where(x > 0, Vec(1), where(x < 0, Vec(-1), x)); }
  friend Vec tanh(Vec x) {
    if constexpr (std::is_same_v<T, float>) return fast_tanh(x.b);
    else return xsimd::tanh(x.b);
  }
  friend Vec sigmoid(Vec x) { return 1 / (1 + exp(-x)); }
  friend Vec softplus(Vec x) { return where(x == x, where(x > 0, x, Vec(0)) + log1p(exp(-abs(x))), x); }
  friend Vec erf(Vec x) {
    if constexpr (std::is_same_v<T, float>) return fast_erf(x.b);
    else return xsimd::erf(x.b);
  }
  friend Vec relu(Vec x) { return where(x < 0, Vec(0), x); }
  friend Vec maximum(Vec x, Vec y) { return where(x > y, x, where(y >= x, y, x + y)); }
  friend Vec minimum(Vec x, Vec y) { return where(x < y, x, where(y <= x, y, x + y)); }
  friend Vec pow(Vec x, Vec y) {   // xsimd 8 gives 0 for any power of 0
    const Vec at_zero = where(y > 0, Vec(0), where(y == 0, Vec(1), Vec(std::numeric_limits<double>::infinity())));
    return where(y == 0, Vec(1), where(x == 0, at_zero, xsimd::pow(x.b, y.b)));
  }
  friend Vec larger(Vec x, Vec y) { return xsimd::max(x.b, y.b); }   // of numbers: either, where there is NaN
  friend T sum(Vec x) { return xsimd::hadd(x.b); }
  friend T largest(Vec x) {   // anything, where there is NaN
    alignas(64) T lanes[Batch::size];
    x.b.store_aligned(lanes);
    T top = lanes[0];
    for (std::int64_t i = 1; i < size; ++i) top = lanes[i] > top ? lanes[i] : top;
    return top;
  }
};

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
