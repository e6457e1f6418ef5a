// Vec<T> without registers: one number, and the standard library's mathematics. Loops over it are plain loops for any machine.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

#include <gradus/autograd/simd/namespace.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class T>
struct Mask {
  bool b;
  friend Mask operator&&(Mask x, Mask y) { return {x.b && y.b}; }
  friend Mask operator||(Mask x, Mask y) { return {x.b || y.b}; }
  friend Mask operator!(Mask x) { return {!x.b}; }
  friend bool all(Mask x) { return x.b; }
};

template <class T>
struct Vec {
  static constexpr std::int64_t size = 1;
  T b;

  Vec() = default;
  Vec(double x) : b(static_cast<T>(x)) {}
  Vec(int x) : b(static_cast<T>(x)) {}

  static Vec load(const T* p) { return *p; }
  void store(T* p) const { *p = b; }
  // The first n < size elements, of which there are none.
  static Vec load(const T*, std::int64_t) { return 0; }
  void store(T*, std::int64_t) const {}
  static Mask<T> first(std::int64_t n) { return {n > 0}; }

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
  friend Mask<T> operator!=(Vec x, Vec y) { return {x.b != y.b}; }

  friend Vec where(Mask<T> m, Vec x, Vec y) { return m.b ? x : y; }
  friend Vec like(Vec, double constant) { return constant; }
  friend Vec exp(Vec x) { return std::exp(x.b); }
  friend Vec exp_to_one(Vec x) { return std::exp(x.b); }
  friend Vec log(Vec x) { return std::log(x.b); }
  friend Vec log1p(Vec x) { return std::log1p(x.b); }
  friend Vec sqrt(Vec x) { return std::sqrt(x.b); }
  friend Vec abs(Vec x) { return std::abs(x.b); }
  friend Vec square(Vec x) { return x * x; }
  friend Vec fma(Vec x, Vec y, Vec z) { return x.b * y.b + z.b; }
  friend Vec sign(Vec x) { return x.b > 0 ? Vec(1) : x.b < 0 ? Vec(-1) : x; }
  friend Vec tanh(Vec x) { return std::tanh(x.b); }
  friend Vec sigmoid(Vec x) {   // not 1 / (1 + exp(-x)): that exp is infinite where the result is still a number
    const Vec e = exp(-abs(x));
    return where(x < 0, e, Vec(1)) / (1 + e);
  }
  friend Vec softplus(Vec x) { return where(x == x, relu(x) + log1p(exp(-abs(x))), x); }
  friend Vec erf(Vec x) { return std::erf(x.b); }
  friend Vec relu(Vec x) { return x.b < 0 ? Vec(0) : x; }
  friend Vec maximum(Vec x, Vec y) { return x.b > y.b ? x : y.b >= x.b ? y : x + y; }
  friend Vec minimum(Vec x, Vec y) { return x.b < y.b ? x : y.b <= x.b ? y : x + y; }
  friend Vec pow(Vec x, Vec y) { return std::pow(x.b, y.b); }
  friend Vec larger(Vec x, Vec y) { return x.b > y.b ? x : y; }   // of numbers: either, where there is NaN
  friend T sum(Vec x) { return x.b; }
  friend T largest(Vec x) { return x.b; }
};

// A sum in f64 of numbers of any width.
template <class T>
struct Wide {
  double all = 0;
  static Wide load(const double* p) { return {*p}; }
  void store(double* p) const { *p = all; }
  void add(Vec<T> x) { all += static_cast<double>(x.b); }
  Vec<T> rounded() const { return all; }
  double total() const { return all; }
};

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
