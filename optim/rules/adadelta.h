// Adadelta (Zeiler 2012), as PyTorch has it: steps in the units of the weights, so that lr = 1 is a fair start.
//   optim::Adadelta adadelta(nn::parameters(net));
//   s ← rho·s + (1−rho)·g²;  d = √(a + eps)/√(s + eps)·g;  a ← rho·a + (1−rho)·d²;   w ← w − lr·d
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct AdadeltaOptions {
  double lr = 1;
  double rho = 0.9;
  double eps = 1e-6;
  double weight_decay = 0;      // g ← g + weight_decay·w
  bool maximize = false;        // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay);
    is(range::unit, rho);
  }
};

struct AdadeltaRule {
  using Options = AdadeltaOptions;
  static constexpr std::string_view name = "Adadelta";
  static constexpr Slot<Options> slots[] = {{"square_avg"}, {"acc_delta"}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double lr, rho, rest, eps;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool) {
    return {.in{o.maximize, o.weight_decay}, .lr = o.lr, .rho = o.rho, .rest = 1 - o.rho, .eps = o.eps};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T lr(s.lr), rho(s.rho), rest(s.rest), eps(s.eps);
    return [=, take_in = intake<T>(s.in)](T& w, T g, T& square, T& delta) {
      g = take_in(g, w);
      square = rho * square + rest * g * g;
      const T d = std::sqrt(delta + eps) / std::sqrt(square + eps) * g;
      delta = rho * delta + rest * d * d;
      w -= lr * d;
    };
  }
};

extern template class OptimizerOf<AdadeltaRule>;
using Adadelta = OptimizerOf<AdadeltaRule>;

}  // namespace gradus::optim
