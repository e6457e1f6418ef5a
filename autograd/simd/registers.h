// Vec<T> (simd.h) as the registers that xsimd knows.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <gradus/autograd/simd/math.h>
#include <gradus/autograd/simd/tail.h>
#include <gradus/autograd/simd/xsimd.h>

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
  // The first n lanes, 0 < n < size; the others are loaded with the first element once more and not stored.
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
  friend Vec exp(Vec x) { return fast_exp(x.b); }
  friend Vec exp_to_one(Vec x) { return exp_to_one(x.b); }   // exp(x) for x <= 1, shorter: 0 instead of subnormal numbers
  friend Vec log(Vec x) {
    if constexpr (std::is_same_v<T, double>)   // xsimd 8 takes subnormal numbers for normal ones
      if (const auto tiny = x.b < Batch(std::numeric_limits<T>::min()); xsimd::any(tiny)) [[unlikely]] {
        const Batch scale = xsimd::select(tiny, Batch(18014398509481984.), Batch(1.)),
                    more = xsimd::select(tiny, Batch(37.42994775023705), Batch(0.));
        return xsimd::log(x.b * scale) - more;   // 2^54, 54·ln 2
      }
    return xsimd::log(x.b);
  }
  friend Vec log1p(Vec x) { return xsimd::log1p(x.b); }
  friend Vec sqrt(Vec x) { return xsimd::sqrt(x.b); }
  friend Vec abs(Vec x) { return xsimd::abs(x.b); }
  friend Vec square(Vec x) { return x * x; }
  friend Vec fma(Vec x, Vec y, Vec z) { return xsimd::fma(x.b, y.b, z.b); }   // x·y + z, rounded once where the machine can
  friend Vec sign(Vec x) { return where(x > 0, Vec(1), where(x < 0, Vec(-1), x)); }
  friend Vec tanh(Vec x) {
    if constexpr (std::is_same_v<T, float>) return fast_tanh(x.b);
    else return xsimd::tanh(x.b);
  }
  friend Vec sigmoid(Vec x) { return fast_sigmoid(x.b); }
  friend Vec softplus(Vec x) { return where(x == x, where(x > 0, x, Vec(0)) + log1p(exp(-abs(x))), x); }
  friend Vec erf(Vec x) { return fast_erf(x.b); }
  friend Vec relu(Vec x) { return where(x < 0, Vec(0), x); }
  friend Vec maximum(Vec x, Vec y) { return where(x > y, x, where(y >= x, y, x + y)); }
  friend Vec minimum(Vec x, Vec y) { return where(x < y, x, where(y <= x, y, x + y)); }
  friend Vec pow(Vec x, Vec y) { return fast_pow(x.b, y.b); }
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

// Sums in f64 of numbers of any width, lane by lane.
template <class T>
struct Wide;
template <>
struct Wide<double> {
  Vec<double> all = 0;
  static Wide load(const double* p) { return {Vec<double>::load(p)}; }
  void store(double* p) const { all.store(p); }
  void add(Vec<double> x) { all = all + x; }
  Vec<double> rounded() const { return all; }
  double total() const { return sum(all); }
};
template <>
struct Wide<float> {
  Vec<double> low = 0, high = 0;
  static Wide load(const double* p) { return {Vec<double>::load(p), Vec<double>::load(p + Vec<double>::size)}; }
  void store(double* p) const { low.store(p), high.store(p + Vec<double>::size); }
  void add(Vec<float> x) {
    const auto halves = widened(x.b);
    low = low + Vec<double>(halves.low), high = high + Vec<double>(halves.high);
  }
  Vec<float> rounded() const { return narrowed(Halves<Vec<float>::Batch::arch_type>{low.b, high.b}); }
  double total() const { return sum(low + high); }
};

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
