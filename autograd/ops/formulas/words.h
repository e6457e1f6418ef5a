// The whole elementwise vocabulary on registers and on dual numbers of them: what formulas may call beyond the functions that Vec and Dual
// bring along themselves (simd/registers.h, formula/dual.h), and what fuse() offers to a lambda. On Tensors the same names are operations.
// For *.simd.cpp files and fuse.h.
#pragma once
#include <type_traits>

#include <gradus/autograd/formula/dual.h>
#include <gradus/autograd/formula/lift.h>
#include <gradus/autograd/ops/formulas/activation.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/formulas/blend.h>
#include <gradus/autograd/ops/formulas/math.h>
#include <gradus/autograd/ops/formulas/rounding.h>
#include <gradus/autograd/ops/formulas/special.h>
#include <gradus/autograd/ops/formulas/trigonometry.h>
#include <gradus/autograd/simd/simd.h>
#ifdef GRADUS_PLAIN
#include <gradus/autograd/simd/plain_functions.h>
#else
#include <gradus/autograd/simd/functions.h>
#endif

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class V> inline constexpr bool is_word = false;
template <class T> inline constexpr bool is_word<Vec<T>> = true;
template <class T, class Slope, std::size_t n> inline constexpr bool is_word<Dual<Vec<T>, Slope, n>> = true;
template <class V> concept Word = is_word<V>;

// The first one of the arguments that is no plain number.
template <class... A> struct FirstWord {};
template <class A, class... More>
struct FirstWord<A, More...> : std::conditional_t<is_word<A>, std::type_identity<A>, FirstWord<More...>> {};
template <class... A> using WordOf = typename FirstWord<A...>::type;

template <class F, class T, class... V> Vec<T> apply(const F& f, Vec<T> x, V... more) { return f.value(x, more...); }
template <class F, class T, class Slope, std::size_t n, class... D>
Dual<Vec<T>, Slope, n> apply(const F& f, const Dual<Vec<T>, Slope, n>& x, const D&... more) { return lift(f, x, more...); }

template <Word V> V gelu(const V& x) { return apply(formulas::Gelu{}, x); }
template <Word V> V gelu_tanh(const V& x) { return apply(formulas::GeluTanh{}, x); }
template <Word V> V silu(const V& x) { return apply(formulas::Silu{}, x); }
template <Word V> V mish(const V& x) { return apply(formulas::Mish{}, x); }
template <Word V> V hardsigmoid(const V& x) { return apply(formulas::HardSigmoid{}, x); }
template <Word V> V hardswish(const V& x) { return apply(formulas::HardSwish{}, x); }
template <Word V> V tanhshrink(const V& x) { return apply(formulas::TanhShrink{}, x); }
template <Word V> V softsign(const V& x) { return apply(formulas::SoftSign{}, x); }
template <Word V> V logsigmoid(const V& x) { return apply(formulas::LogSigmoid{}, x); }
template <Word V> V sin(const V& x) { return apply(formulas::Sin{}, x); }
template <Word V> V cos(const V& x) { return apply(formulas::Cos{}, x); }
template <Word V> V tan(const V& x) { return apply(formulas::Tan{}, x); }
template <Word V> V asin(const V& x) { return apply(formulas::Asin{}, x); }
template <Word V> V acos(const V& x) { return apply(formulas::Acos{}, x); }
template <Word V> V atan(const V& x) { return apply(formulas::Atan{}, x); }
template <Word V> V sinh(const V& x) { return apply(formulas::Sinh{}, x); }
template <Word V> V cosh(const V& x) { return apply(formulas::Cosh{}, x); }
template <Word V> V asinh(const V& x) { return apply(formulas::Asinh{}, x); }
template <Word V> V acosh(const V& x) { return apply(formulas::Acosh{}, x); }
template <Word V> V atanh(const V& x) { return apply(formulas::Atanh{}, x); }
template <Word V> V sinc(const V& x) { return apply(formulas::Sinc{}, x); }
template <Word V> V expm1(const V& x) { return apply(formulas::Expm1{}, x); }
template <Word V> V exp2(const V& x) { return apply(formulas::Exp2{}, x); }
template <Word V> V log2(const V& x) { return apply(formulas::Log2{}, x); }
template <Word V> V log10(const V& x) { return apply(formulas::Log10{}, x); }
template <Word V> V rsqrt(const V& x) { return apply(formulas::Rsqrt{}, x); }
template <Word V> V floor(const V& x) { return apply(formulas::Floor{}, x); }
template <Word V> V ceil(const V& x) { return apply(formulas::Ceil{}, x); }
template <Word V> V trunc(const V& x) { return apply(formulas::Trunc{}, x); }
template <Word V> V round(const V& x) { return apply(formulas::Round{}, x); }
template <Word V> V frac(const V& x) { return apply(formulas::Frac{}, x); }
template <Word V> V erfc(const V& x) { return apply(formulas::Erfc{}, x); }
template <Word V> V erfinv(const V& x) { return apply(formulas::Erfinv{}, x); }
template <Word V> V lgamma(const V& x) { return apply(formulas::Lgamma{}, x); }
template <Word V> V digamma(const V& x) { return apply(formulas::Digamma{}, x); }

template <class A, class B, class V = WordOf<A, B>> V hypot(const A& a, const B& b) { return apply(formulas::Hypot{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V copysign(const A& a, const B& b) { return apply(formulas::CopySign{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V logaddexp(const A& a, const B& b) { return apply(formulas::LogAddExp{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V logaddexp2(const A& a, const B& b) {
  return apply(formulas::LogAddExp2{}, V(a), V(b));
}
template <class A, class B, class V = WordOf<A, B>> V atan2(const A& a, const B& b) { return apply(formulas::Atan2{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V fmax(const A& a, const B& b) { return apply(formulas::Fmax{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V fmin(const A& a, const B& b) { return apply(formulas::Fmin{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V fmod(const A& a, const B& b) { return apply(formulas::Fmod{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V remainder(const A& a, const B& b) { return apply(formulas::Remainder{}, V(a), V(b)); }
template <class A, class B, class V = WordOf<A, B>> V floor_divide(const A& a, const B& b) {
  return apply(formulas::FloorDiv{}, V(a), V(b));
}
template <class A, class B, class V = WordOf<A, B>> V xlogy(const A& a, const B& b) { return apply(formulas::Xlogy{}, V(a), V(b)); }
template <class A, class B, class C, class V = WordOf<A, B, C>> V lerp(const A& a, const B& b, const C& weight) {
  return apply(formulas::Lerp{}, V(a), V(b), V(weight));
}
template <class A, class B, class C, class V = WordOf<A, B, C>> V clamp(const A& x, const B& low, const C& high) {
  return apply(formulas::ClampBetween{}, V(x), V(low), V(high));
}
template <class A, class B, class C, class V = WordOf<A, B, C>> V addcmul(const A& x, const B& a, const C& b, double value = 1) {
  return apply(formulas::AddCmul{value}, V(x), V(a), V(b));
}
template <class A, class B, class C, class V = WordOf<A, B, C>> V addcdiv(const A& x, const B& a, const C& b, double value = 1) {
  return apply(formulas::AddCdiv{value}, V(x), V(a), V(b));
}

template <Word V> V reciprocal(const V& x) { return 1 / x; }
template <Word V> V neg(const V& x) { return -x; }
template <Word V> V expit(const V& x) { return sigmoid(x); }
template <Word V> V deg2rad(const V& x) { return x * (formulas::Sinc::pi / 180); }
template <Word V> V rad2deg(const V& x) { return x * (180 / formulas::Sinc::pi); }
template <Word V> V clamp_min(const V& x, double low) { return apply(formulas::Clamp{low, formulas::infinity}, x); }
template <Word V> V clamp_max(const V& x, double high) { return apply(formulas::Clamp{-formulas::infinity, high}, x); }
template <Word V> V relu6(const V& x) { return apply(formulas::HardTanh{0, 6}, x); }
template <Word V> V leaky_relu(const V& x, double slope = 0.01) { return apply(formulas::LeakyRelu{slope}, x); }
template <Word V> V elu(const V& x, double alpha = 1) { return apply(formulas::Elu{alpha}, x); }
template <Word V> V celu(const V& x, double alpha = 1) { return apply(formulas::Elu{alpha, 1, 1 / alpha}, x); }
template <Word V> V selu(const V& x) { return apply(formulas::Elu{formulas::selu_alpha, formulas::selu_scale}, x); }
template <Word V> V hardtanh(const V& x, double low = -1, double high = 1) { return apply(formulas::HardTanh{low, high}, x); }
template <Word V> V hardshrink(const V& x, double lambda = 0.5) { return apply(formulas::HardShrink{lambda}, x); }
template <Word V> V softshrink(const V& x, double lambda = 0.5) { return apply(formulas::SoftShrink{lambda}, x); }
template <Word V> V threshold(const V& x, double limit, double value) { return apply(formulas::Threshold{limit, value}, x); }
template <Word V> V softplus(const V& x, double beta, double threshold = 20) { return apply(formulas::SoftplusOf{beta, threshold}, x); }
template <Word V> V polygamma(int n, const V& x) { return apply(formulas::Polygamma{n}, x); }
template <Word V> V logit(const V& x, double eps = -1) { return apply(formulas::Logit{eps}, x); }
template <Word V> V nan_to_num(const V& x, double nan, double above, double below) {
  return apply(formulas::NanToNum{nan, above, below}, x);
}

template <Word V> auto isnan(const V& x) { return x != x; }
template <Word V> auto isinf(const V& x) { return abs(x) == formulas::infinity; }
template <Word V> auto isfinite(const V& x) { return abs(x) < formulas::infinity; }
template <Word V> auto signbit(const V& x) { return copysign(V(1), x) < 0; }

// Their values are x; see ops/surrogate.h.
template <class T> Vec<T> scale_gradient(Vec<T> x, double) { return x; }
template <class T> Vec<T> flip_gradient(Vec<T> x, double = 1) { return x; }
template <class T, class Slope, std::size_t n>
Dual<Vec<T>, Slope, n> scale_gradient(const Dual<Vec<T>, Slope, n>& x, double factor) {
  return Dual<Vec<T>, Slope, n>::chain(x.value, Vec<T>(factor), x);
}
template <class T, class Slope, std::size_t n>
Dual<Vec<T>, Slope, n> flip_gradient(const Dual<Vec<T>, Slope, n>& x, double factor = 1) { return scale_gradient(x, -factor); }

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
