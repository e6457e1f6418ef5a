#include "landscape/schedules.h"

#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/error.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/optim/schedules/schedules.h>

#include "landscape/option_ranges.h"

namespace landscape {
namespace {

using namespace gradus;
constexpr int usual_steps = 200;

// The walker's learning rate by a curve: for optimizers through gradus' own shell, for LBFGS, which has none, by the curve itself.
class CurveSchedule final : public Schedule {
 public:
  CurveSchedule(Walker& walker, const optim::Curve& curve) : walker_(walker), curve_(curve), base_(walker.lr()) {
    if (optim::Optimizer* optimizer = walker.optimizer()) shell_ = std::make_unique<optim::LRScheduler>(*optimizer, curve);
    else walker.set_lr(curve.lr(base_, 0));
  }
  void step(double) override {
    ++t_;
    if (shell_) shell_->step();
    else walker_.set_lr(curve_.lr(base_, t_));
  }
  std::string describe() const override { return curve_.describe(); }

 private:
  Walker& walker_;
  optim::Curve curve_;
  double base_, t_ = 0;
  std::unique_ptr<optim::LRScheduler> shell_;
};

class Plateau final : public Schedule {
 public:
  static inline const optim::ReduceLROnPlateauOptions usual{.patience = 10};
  explicit Plateau(Walker& walker) : schedule(optimizer(walker), usual) {}
  void step(double loss) override { schedule.step(loss); }
  std::string describe() const override { return schedule.describe(); }

  optim::ReduceLROnPlateau schedule;

 private:
  static optim::Optimizer& optimizer(Walker& walker) {
    check<ValueError>(walker.optimizer(), "plateau: LBFGS goes without it; choose another schedule");
    return *walker.optimizer();
  }
};

void overlay(std::string_view who, Values& facts, const Settings& settings) {
  for (const auto& [name, value] : settings) {
    std::vector<std::string_view> names;
    for (const auto& [known, text] : facts)
      if (!known.ends_with("schedule") && !known.ends_with("per")) names.push_back(known);
    if (std::find(names.begin(), names.end(), name) == names.end()) fail_unknown(gradus::text("option of ", who), name, names);
    facts[name] = value;
  }
}

// An option that the laboratory shows; a number with the range of its slider.
struct Shown {
  std::string_view name;
  Range range = {0, 1};
};

Option slider(const OptionList& options, const Shown& shown) {
  const std::optional<gradus::Option> option = find_option(options, shown.name);
  if (!option) fail_no_option("landscape", options, shown.name);
  Option out = slider_of(*option, shown.range);
  out.name = shown.name;
  return out;
}

ScheduleKind of(std::string_view name, std::string_view title, std::string_view tex, std::function<optim::Curve(Length)> curve,
                const std::vector<Shown>& shown) {
  ScheduleKind kind{name, title, tex};
  const optim::Curve usual = curve({usual_steps, 1});
  for (const Shown& option : shown) kind.options.push_back(slider(usual.options(), option));
  kind.make = [name, curve](Walker& walker, Length length, const Settings& settings) -> std::unique_ptr<Schedule> {
    optim::Curve chosen = curve(length);
    Values facts;
    chosen.write(facts, "");
    overlay(name, facts, settings);
    ValueReader reader(facts);
    chosen.read(reader, "");
    reader.finish(std::string(name));
    return std::make_unique<CurveSchedule>(walker, chosen);
  };
  return kind;
}

ScheduleKind plateau() {
  ScheduleKind kind{"plateau", "Reduce on a plateau", "\\eta\\leftarrow \\mathrm{factor}\\cdot\\eta"};
  const OptionList options = gradus::options_of(Plateau::usual);
  for (const Shown& shown : {Shown{"factor", {0.1, 0.9}}, {"patience", {0, 50}}, {"threshold", {0, 0.1}}, {"cooldown", {0, 50}}})
    kind.options.push_back(slider(options, shown));
  kind.make = [](Walker& walker, Length, const Settings& settings) -> std::unique_ptr<Schedule> {
    auto plateau = std::make_unique<Plateau>(walker);
    optim::State state = plateau->schedule.state();
    overlay("plateau", state.values, settings);
    plateau->schedule.load_state(state);
    return plateau;
  };
  return kind;
}

int part(Length length, double share) { return std::max(1, static_cast<int>(std::lround(share * length.steps))); }

}  // namespace

// A line here is a schedule everywhere.
std::span<const ScheduleKind> schedules() {
  using namespace optim;
  constexpr Unit per = Unit::step;
  static const std::vector<ScheduleKind> all{
      of("constant", "Constant", "\\eta_0", [](Length) { return ConstantLR::curve({.factor = 1, .total_iters = 0, .per = per}); }, {}),
      of("inverse_sqrt", "Lecture: 1/√t", "\\eta_0/\\sqrt{t}", [](Length) { return InverseSqrtLR::curve({.per = per}); }, {}),
      of("exponential", "Lecture: exponential", "\\eta_0\\,\\gamma^{t},\\ \\gamma=e^{-k}",
         [](Length l) { return ExponentialLR::curve({.gamma = std::exp(-3. / l.steps), .per = per}); }, {{"gamma", {0.9, 1}}}),
      of("staircase", "Lecture: staircase", "\\eta_0\\,\\gamma^{\\lfloor t/n\\rfloor}",
         [](Length l) { return StaircaseLR::curve({.every = part(l, 0.25), .of = ExponentialLR::curve({.gamma = 0.4, .per = per})}); },
         {{"every", {1, 500}}, {"of.gamma", {0.1, 1}}}),
      of("cosine", "Cosine annealing", "\\eta_{\\min}+\\tfrac12(\\eta_0-\\eta_{\\min})(1+\\cos\\pi t/T)",
         [](Length l) { return CosineAnnealingLR::curve({.t_max = l.steps, .per = per}); }, {{"t_max", {1, 1000}}, {"eta_min", {0, 0.1}}}),
      of("warm_restarts", "Cosine with warm restarts", "\\eta_{\\min}+\\tfrac12(\\eta_0-\\eta_{\\min})(1+\\cos\\pi t_i/T_i)",
         [](Length l) { return CosineAnnealingWarmRestarts::curve({.t_0 = part(l, 0.25), .per = per}); },
         {{"t_0", {1, 500}}, {"t_mult", {1, 5}}, {"eta_min", {0, 0.1}}}),
      of("warmup_cosine", "Linear warm-up, then cosine", "\\eta_0\\,t/n,\\ \\text{then}\\ \\tfrac12\\eta_0(1+\\cos\\pi t/T)",
         [](Length l) {
           return WarmupLR::curve({.steps = part(l, 0.1), .then = CosineAnnealingLR::curve({.t_max = part(l, 0.9), .per = per})});
         },
         {{"steps", {1, 500}}, {"start_factor", {0, 1}}, {"then.t_max", {1, 1000}}, {"then.eta_min", {0, 0.1}}}),
      of("one_cycle", "One cycle", "\\eta_0/d\\nearrow\\eta_0\\searrow\\eta_0/(d\\,d')",
         [](Length l) { return OneCycleLR::curve({.max_lr = l.lr, .total_steps = std::max(l.steps, 10), .cycle_momentum = false}); },
         {{"pct_start", {0.02, 0.9}}, {"div_factor", {1, 100}}, {"final_div_factor", {1, 10000, true}},
          {"anneal_strategy"}, {"three_phase"}, {"cycle_momentum"}}),
      of("wsd", "Warm-up, stable, decay", "\\eta_0\\,t/n,\\ \\eta_0,\\ \\eta_0(1-s)",
         [](Length l) { return WSDLR::curve({.warmup = part(l, 0.1), .stable = part(l, 0.5), .decay = part(l, 0.4)}); },
         {{"warmup", {0, 500}}, {"stable", {0, 500}}, {"decay", {1, 500}}, {"end_factor", {0, 1}}, {"shape"}}),
      of("polynomial", "Polynomial", "\\eta_0(1-t/T)^p",
         [](Length l) { return PolynomialLR::curve({.total_iters = l.steps, .power = 2, .per = per}); },
         {{"total_iters", {1, 1000}}, {"power", {0.1, 4}}}),
      plateau(),
  };
  return all;
}

}  // namespace landscape
