// WSDLR, warm-up, stable, decay (Hu et al. 2024): up in a line from start_factor·base to base in `warmup` steps, base for `stable` steps,
// down to end_factor·base in `decay` steps, and there it stays.
//   optim::WSDLR schedule(adam, {.warmup = 100, .stable = 800, .decay = 100});
#pragma once
#include <cmath>
#include <numbers>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

// The way down, of the share s of the decay that is over: 1 − s, (1 + cos πs)/2, 1 − √s (Hägele et al. 2024).
enum class Decay { linear, cos, sqrt };

struct WSDLROptions {
  std::int64_t warmup = 0;
  std::int64_t stable = 0;
  std::int64_t decay = 0;       // must be given
  double start_factor = 0;
  double end_factor = 0;
  Decay shape = Decay::linear;
  Unit per = Unit::step;

  void describe(Describe& is) const {
    is(range::at_least_zero, warmup, stable);
    is(range::given(range::at_least_one), decay);
    is(range::unit, start_factor, end_factor);
  }
};

struct WSDLRRule {
  using Options = WSDLROptions;
  static constexpr std::string_view name = "WSDLR";
  static double lr(const Options& o, double base, double t) {
    const double warmup = static_cast<double>(o.warmup), begin = warmup + static_cast<double>(o.stable),
                 decay = static_cast<double>(o.decay);
    if (t < warmup) return base * (o.start_factor + (1 - o.start_factor) * t / warmup);
    if (t <= begin) return base;
    if (t >= begin + decay) return base * o.end_factor;
    const double s = (t - begin) / decay;
    const double left = o.shape == Decay::linear ? 1 - s
                        : o.shape == Decay::sqrt ? 1 - std::sqrt(s)
                                                 : (1 + std::cos(std::numbers::pi * s)) / 2;
    return base * (o.end_factor + (1 - o.end_factor) * left);
  }
};

extern template Curve Curve::of<WSDLRRule>(const WSDLRRule::Options&);
using WSDLR = ScheduleOf<WSDLRRule>;

}  // namespace gradus::optim
