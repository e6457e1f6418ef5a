// Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", program 1): every weight goes the same way, one step forth or
// back; one state array. The paper advises an lr 3 to 10 times below AdamW's, and a weight_decay as many times above.
//   optim::Lion lion(nn::parameters(net), {.lr = 1e-4, .weight_decay = 0.1});
//   w ← w − lr·weight_decay·w − lr·sign(β₁·m + (1−β₁)·g);   m ← β₂·m + (1−β₂)·g
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct LionOptions {
  double lr = 1e-4;
  std::array<double, 2> betas{0.9, 0.99};
  double weight_decay = 0;      // decoupled
  bool maximize = false;        // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, weight_decay);
    is(range::below_one, betas);
  }
};

struct LionRule {
  using Options = LionOptions;
  static constexpr std::string_view name = "Lion";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double lr, beta1, rest1, beta2, rest2;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool) {
    return {.in{o.maximize, o.weight_decay, true, o.lr}, .lr = o.lr, .beta1 = o.betas[0], .rest1 = 1 - o.betas[0], .beta2 = o.betas[1],
            .rest2 = 1 - o.betas[1]};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T keep(s.in.keep), lr(s.lr), beta1(s.beta1), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2);
    return [=, take_in = intake<T>(s.in)](T& w, T g, T& m) {
      g = take_in(g, w);
      w = keep * w - lr * sign_of(beta1 * m + rest1 * g);
      m = beta2 * m + rest2 * g;
    };
  }
};

extern template class OptimizerOf<LionRule>;
using Lion = OptimizerOf<LionRule>;

}  // namespace gradus::optim
