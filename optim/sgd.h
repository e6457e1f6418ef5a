// SGD: gradient descent with momentum (Polyak 1964; Nesterov as in Sutskever et al. 2013), as PyTorch has it.
//   optim::SGD sgd(nn::parameters(net), {.lr = 0.1, .momentum = 0.9, .nesterov = true});
//   b ← momentum·b + (1−dampening)·g, at a parameter's first step b ← g;   w ← w − lr·b,  with nesterov w ← w − lr·(g + momentum·b)
#pragma once
#include <array>

#include <gradus/optim/rule.h>

namespace gradus::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;      // g ← g + weight_decay·w
  bool nesterov = false;        // needs momentum > 0 and dampening 0
  bool maximize = false;        // g ← −g
};

struct SGDRule {
  using Options = SGDOptions;
  static constexpr std::string_view name = "SGD";
  static constexpr std::array<std::string_view, 1> slots{"momentum_buffer"};
  static constexpr unsigned always_used = 0;
  static unsigned used(const Options& o) { return o.momentum != 0; }

  static Fields fields(Options& o) {
    return {{"lr", &o.lr}, {"momentum", &o.momentum}, {"dampening", &o.dampening}, {"weight_decay", &o.weight_decay},
            {"nesterov", &o.nesterov}, {"maximize", &o.maximize}};
  }
  static void validate(const Options& o);
  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, unsigned used);

  struct Scalars {
    double lr, sign, weight_decay, momentum, take;
    bool nesterov;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool first) {
    return {.lr = o.lr, .sign = o.maximize ? -1. : 1., .weight_decay = o.weight_decay, .momentum = o.momentum,
            .take = first ? 1 : 1 - o.dampening, .nesterov = o.nesterov};   // at first b is 0 and becomes g
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T lr(s.lr), sign(s.sign), weight_decay(s.weight_decay), momentum(s.momentum), take(s.take);
    return [=, nesterov = s.nesterov](T& w, T g, T& b) {
      g *= sign;
      if (weight_decay != 0) g += weight_decay * w;
      if (momentum != 0) {
        b = momentum * b + take * g;
        g = nesterov ? g + momentum * b : b;
      }
      w -= lr * g;
    };
  }
};

using SGD = OptimizerOf<SGDRule>;

}  // namespace gradus::optim
