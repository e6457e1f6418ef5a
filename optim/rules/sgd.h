// SGD: gradient descent with momentum (Polyak 1964; Nesterov as in Sutskever et al. 2013), as PyTorch has it.
//   optim::SGD sgd(nn::parameters(net), {.lr = 0.1, .momentum = 0.9, .nesterov = true});
//   b ← momentum·b + (1−dampening)·g, at a parameter's first step b ← g;   w ← w − lr·b,  with nesterov w ← w − lr·(g + momentum·b)
// Other forms of momentum, the lecture's average among them: conventions.h.
#pragma once
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;         // Momentum::classic only
  double weight_decay = 0;      // g ← g + weight_decay·w
  bool nesterov = false;        // needs momentum > 0 and dampening 0; not for Momentum::ema_debiased
  bool maximize = false;        // g ← −g
  Momentum form = Momentum::classic;

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, momentum, weight_decay);
    is(range::finite, dampening);
  }
};

struct SGDRule {
  using Options = SGDOptions;
  static constexpr std::string_view name = "SGD";
  static constexpr Slot<Options> slots[] = {{"momentum_buffer", [](const Options& o) { return o.momentum != 0; }}};
  static RowUse row_use(const Options& o) { return o.momentum == 0 && o.weight_decay == 0 ? RowUse::takes : RowUse::refuses; }

  static void validate(const Options& o);
  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  // b ← momentum·b + take·g;  w ← w − step·b,  with nesterov w ← w − step·(take_ahead·g + momentum·b)
  struct Scalars {
    Intake in;
    double momentum, take, take_ahead, step;
    bool nesterov;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool first) {
    Scalars s{.in{o.maximize, o.weight_decay}, .momentum = o.momentum, .take = first ? 1 : 1 - o.dampening, .take_ahead = 1, .step = o.lr,
              .nesterov = o.nesterov};                                            // at first b is 0 and becomes g
    if (o.momentum == 0 || o.form == Momentum::classic) return s;
    s.take = s.take_ahead = o.form == Momentum::lr_inside ? o.lr : 1 - o.momentum;
    if (o.form == Momentum::lr_inside) s.step = 1;
    if (o.form == Momentum::ema_debiased) s.step /= 1 - std::pow(o.momentum, static_cast<double>(t));
    return s;
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T momentum(s.momentum), take(s.take), take_ahead(s.take_ahead), step(s.step);
    return [=, take_in = intake<T>(s.in), nesterov = s.nesterov](T& w, T g, T& b) {
      g = take_in(g, w);
      if (momentum != 0) {
        b = momentum * b + take * g;
        g = nesterov ? take_ahead * g + momentum * b : b;
      }
      w -= step * g;
    };
  }
};

extern template class OptimizerOf<SGDRule>;
using SGD = OptimizerOf<SGDRule>;

}  // namespace gradus::optim
