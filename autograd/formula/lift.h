// A formula on dual numbers (dual.h): its value, and the slopes that it says of itself, by the chain rule.
#pragma once
#include <limits>

#include <gradus/autograd/formula/dual.h>
#include <gradus/autograd/formula/formula.h>

namespace gradus::kernels {

template <class F, class V, class Slope, std::size_t n, class... D>
Dual<V, Slope, n> lift(const F& f, const Dual<V, Slope, n>& first, const D&... more) {
  constexpr std::size_t operands = 1 + sizeof...(D);
  const Dual<V, Slope, n>* x[] = {&first, &more...};
  Dual<V, Slope, n> y;
  y.value = f.value(first.value, more.value...);
  if constexpr (!Constant<F> && !ReadsOutput<F> && Pulls<F> && Slope::careful) {
    for (std::size_t k = 0; k < n; ++k) {
      y.slope[k] = Slope::zero();
      for (std::size_t i = 0; i < operands; ++i)
        y.slope[k] = y.slope[k] + x[i]->slope[k].through([&](V g) { return f.pull(g, first.value, more.value...)[i]; });
    }
  } else if constexpr (PullsAtOutput<F> && Slope::careful) {
    for (std::size_t k = 0; k < n; ++k) y.slope[k] = first.slope[k].through([&](V g) { return f.pull_at_output(g, y.value); });
  } else {
    V factors[operands];
    if constexpr (PullsAtOutput<F>) {
      factors[0] = f.pull_at_output(V(1), y.value);
    } else if constexpr (ReadsOutput<F>) {
      factors[0] = f.slope_at_output(y.value);
    } else {
      const auto all = [&] {
        if constexpr (Constant<F>) return f.constants();
        else if constexpr (Pulls<F>) return f.pull(V(1), first.value, more.value...);
        else return f.slopes(first.value, more.value...);
      }();
      for (std::size_t i = 0; i < operands; ++i) factors[i] = V(all[i]);
    }
    for (std::size_t k = 0; k < n; ++k) {
      y.slope[k] = x[0]->slope[k].times(factors[0]);
      for (std::size_t i = 1; i < operands; ++i) y.slope[k] = y.slope[k] + x[i]->slope[k].times(factors[i]);
    }
  }
  return y;
}

}  // namespace gradus::kernels
