// Rules that look at a parameter as a whole: at its norm, its rows and columns, its singular values. Such a rule is as in rule.h, but it says
//   static constexpr bool whole = true;
// and its loop gets all of a parameter at once and its shape; parameters come one after the other. In the source file:
//   template <class T> void update(const WholeParameter<T>& p, const LAMBRule::Scalars& s) { … }
//   Loop LAMBRule::loop(Dtype dtype, unsigned) { return dtype == f64 ? whole_loop<update<double>> : whole_loop<update<float>>; }
#pragma once
#include <cmath>

#include <gradus/optim/loop.h>

namespace gradus::optim {

template <class T>
struct WholeParameter {
  T* w;
  const T* g;
  T* slots[max_slots];          // null where the parameter does without
  std::int64_t n;
  const Shape& shape;
};

namespace detail {
template <class T, class Scalars, void (*update)(const WholeParameter<T>&, const Scalars&)>
void whole_loop(const Stretch& p, const void* scalars) {
  update({static_cast<T*>(p.w), static_cast<const T*>(p.g), {static_cast<T*>(p.slots[0]), static_cast<T*>(p.slots[1]), static_cast<T*>(p.slots[2])},
          p.n, *p.shape}, *static_cast<const Scalars*>(scalars));
}
template <class T, class Scalars>
T dtype_of_update(void (*)(const WholeParameter<T>&, const Scalars&));
template <class T, class Scalars>
Scalars scalars_of_update(void (*)(const WholeParameter<T>&, const Scalars&));
}  // namespace detail

template <auto update>
inline constexpr Loop whole_loop = detail::whole_loop<decltype(detail::dtype_of_update(update)), decltype(detail::scalars_of_update(update)), update>;

// Σ f(i)² over i < n, in double and in this order.
template <class F>
double sum_of_squares(std::int64_t n, F&& f) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = f(i);
    sum += x * x;
  }
  return sum;
}

}  // namespace gradus::optim
