// Adagrad (Duchi, Hazan and Singer 2011), as PyTorch has it: each weight's rate falls with the sum of its squared gradients.
//   optim::Adagrad adagrad(nn::parameters(net), {.lr = 1e-2});
//   s ← s + g²;   w ← w − lr/(1 + (t−1)·lr_decay) · g/(√s + eps);   s starts at initial_accumulator_value, t counts from 1
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct AdagradOptions {
  double lr = 1e-2;
  double lr_decay = 0;
  double weight_decay = 0;      // g ← g + weight_decay·w
  double initial_accumulator_value = 0;
  double eps = 1e-10;
  bool maximize = false;        // g ← −g
  Eps eps_at = Eps::outside;    // or inside: Keras, TensorFlow, optax

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, lr_decay, weight_decay, initial_accumulator_value, eps);
    is(range::one_of_first(2), eps_at);
  }
};

struct AdagradRule {
  using Options = AdagradOptions;
  static constexpr std::string_view name = "Adagrad";
  static constexpr Slot<Options> slots[] = {{"sum"}};
  static RowUse row_use(const Options& o) {
    return o.weight_decay == 0 && o.initial_accumulator_value == 0 ? RowUse::takes : RowUse::refuses;
  }

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double start, step, eps_inside, eps_outside;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool first) {
    const bool inside = o.eps_at == Eps::inside;
    return {.in{o.maximize, o.weight_decay},
            .start = first ? o.initial_accumulator_value : 0,
            .step = o.lr / (1 + static_cast<double>(t - 1) * o.lr_decay),
            .eps_inside = inside ? o.eps : 0,
            .eps_outside = inside ? 0 : o.eps};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T start(s.start), step(s.step), inside(s.eps_inside), outside(s.eps_outside);
    return [=, take_in = intake<T>(s.in)](T& w, T g, T& sum) {
      g = take_in(g, w);
      sum = sum + start + g * g;
      w -= step * g / (std::sqrt(sum + inside) + outside);
    };
  }
};

extern template class OptimizerOf<AdagradRule>;
using Adagrad = OptimizerOf<AdagradRule>;

}  // namespace gradus::optim
