// Rprop (Riedmiller and Braun 1993), as PyTorch has it: only the signs of gradients count, and each weight has a step size of its own.
// For gradients of the whole set: the noise of mini-batches flips signs, and the step sizes with them.
//   optim::Rprop rprop(nn::parameters(net));
// A gradient of NaN moves nothing, as in PyTorch, and the next one goes on.
//   where g·(the gradient before) > 0: size ← size·etas[1];  where < 0: size ← size·etas[0], g ← 0;   w ← w − sign(g)·size
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct RpropOptions {
  double lr = 1e-2;                                // the first size
  std::array<double, 2> etas{0.5, 1.2};
  std::array<double, 2> step_sizes{1e-6, 50};      // smallest, largest
  bool maximize = false;                           // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, step_sizes);
    is(range::finite, etas);
  }
};

struct RpropRule {
  using Options = RpropOptions;
  static constexpr std::string_view name = "Rprop";
  static constexpr Slot<Options> slots[] = {{"prev"}, {"step_size"}};

  static void validate(const Options& o);
  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    double sign, start, minus, plus, least, most;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool first) {
    return {.sign = o.maximize ? -1. : 1., .start = first ? o.lr : 0, .minus = o.etas[0], .plus = o.etas[1], .least = o.step_sizes[0],
            .most = o.step_sizes[1]};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T sign(s.sign), start(s.start), minus(s.minus), plus(s.plus), least(s.least), most(s.most);
    return [=](T& w, T g, T& before, T& size) {
      g *= sign;
      // not g·before, which may vanish; NaN has no sign
      const T sign_now = T(g > 0) - T(g < 0), same = sign_now * (T(before > 0) - T(before < 0));
      size = (size + start) * (same > 0 ? plus : same < 0 ? minus : T(1));
      size = size < least ? least : size;
      size = most < size ? most : size;
      g = same < 0 ? T(0) : g;
      w -= size * (same < 0 ? T(0) : sign_now);
      before = g;
    };
  }
};

extern template class OptimizerOf<RpropRule>;
using Rprop = OptimizerOf<RpropRule>;

}  // namespace gradus::optim
