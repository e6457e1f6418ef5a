// What nearly every rule does before its own formula: g ← −g (maximize), and weight decay, either coupled (g ← g + weight_decay·w: it
// goes through the rule's averages) or decoupled (w ← w − lr·weight_decay·w: it goes past them, and before the rest).
//   const auto take_in = intake<T>(s.in);   return [=](T& w, T g, T& v) { g = take_in(g, w);  … };
#pragma once
#include <string>

namespace gradus::optim {

struct Intake {
  double sign = 1, coupled = 0, keep = 1;      // keep: what decoupled decay leaves of the weight

  Intake(bool maximize, double weight_decay) : sign(maximize ? -1 : 1), coupled(weight_decay) {}
  Intake(bool maximize, double weight_decay, bool decoupled, double lr)
      : sign(maximize ? -1 : 1), coupled(decoupled ? 0 : weight_decay), keep(decoupled ? 1 - lr * weight_decay : 1) {}
};

// a·b, rounded: no compiler makes one instruction of this and a sum that follows. Where a penalty all but cancels the gradient, what is
// left is rounding, and rules that divide by its size would step one way or another by what the compiler happened to choose.
template <class T>
T rounded_product(T a, T b) {
#if defined(__has_builtin)
#if __has_builtin(__builtin_assoc_barrier)
  return __builtin_assoc_barrier(a * b);
#endif
#endif
  const T product = a * b;
  return product;
}

template <class T>
auto intake(const Intake& in) {
  return [sign = T(in.sign), coupled = T(in.coupled)](T g, T w) {
    g *= sign;
    if (coupled != 0) g += rounded_product(coupled, w);        // not unless it is on: 0·∞ is NaN
    return g;
  };
}

// 1, −1, or x itself where it is 0 or NaN, which must not vanish.
template <class T>
T sign_of(T x) {
  return x > 0 ? T(1) : x < 0 ? T(-1) : x;
}

// What is taken in, for people: "g ← −g;  g ← g + 0.1·w;  ".
std::string intake_text(bool maximize, double weight_decay, bool decoupled = false, double lr = 0);

}  // namespace gradus::optim
