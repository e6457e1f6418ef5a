// ASGD, averaged gradient descent (Polyak and Juditsky 1992), as PyTorch has it. The average is in the state, as "<parameter>.ax":
//   { optim::AveragedWeights average(asgd);  evaluate(net); }
//   optim::ASGD asgd(nn::parameters(net), {.lr = 1e-2, .t0 = 1000});
//   w ← w − η·lambd·w − η·g;  ax ← w up to step t0 + 1, then ax + μ·(w − ax);   η = lr/(1 + lambd·lr·t)^alpha, μ = 1/max(1, t − t0)
// η and μ are those of the step before, numbers in the state; at first η = lr and μ = 1.
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct ASGDOptions {
  double lr = 1e-2;
  double lambd = 1e-4;
  double alpha = 0.75;
  double t0 = 1e6;
  double weight_decay = 0;      // g ← g + weight_decay·w
  bool maximize = false;        // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, lambd, weight_decay);
    is(range::finite, alpha, t0);
  }
};

struct ASGDRule {
  using Options = ASGDOptions;
  static constexpr std::string_view name = "ASGD";
  static constexpr Slot<Options> slots[] = {{"ax"}};
  static constexpr KeptNumber numbers[] = {{"eta", 0}, {"mu", 1}};

  static std::string formula(const Options& o);
  static Array average(const Options& o, const Array& w, std::span<const Array> slots);   // ax
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double keep, eta, mu;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool, Numbers& n) {
    auto& [eta, mu] = n;
    if (t == 1) eta = o.lr;
    const Scalars s{.in{o.maximize, o.weight_decay}, .keep = 1 - o.lambd * eta, .eta = eta, .mu = mu};
    const double steps = static_cast<double>(t);
    eta = o.lr / std::pow(1 + o.lambd * o.lr * steps, o.alpha);
    mu = steps - o.t0 > 1 ? 1 / (steps - o.t0) : 1;
    return s;
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T keep(s.keep), eta(s.eta), mu(s.mu);
    return [=, take_in = intake<T>(s.in)](T& w, T g, T& ax) {
      g = take_in(g, w);
      w = keep * w - eta * g;
      ax = mu == 1 ? w : ax + mu * (w - ax);
    };
  }
};

extern template class OptimizerOf<ASGDRule>;
using ASGD = OptimizerOf<ASGDRule>;

}  // namespace gradus::optim
