#include "landscape/optimizers.h"

#include <cmath>

#include <gradus/autograd/base/error.h>
#include <gradus/optim/all_rules.h>
#include <gradus/optim/lbfgs.h>
#include <gradus/optim/presets.h>

#include "landscape/option_ranges.h"

namespace landscape {
namespace {

using namespace gradus;

template <class Rule>
struct StepWalker final : Walker {
  optim::OptimizerOf<Rule> rule;
  StepWalker(const Parameters& w, const typename Rule::Options& options) : rule(w, options) {}
  void step(const Closure& closure) override {
    closure();
    rule.step();
  }
  double lr() const override { return rule.lr(); }
  void set_lr(double lr) override { rule.set_lr(lr); }
  std::string describe() const override { return rule.describe(); }
  optim::Optimizer* optimizer() override { return &rule; }
};

// What LBFGS has in the place of a rule.
struct LBFGSRule {
  using Options = optim::LBFGSOptions;
  static constexpr std::string_view name = "LBFGS";
  static optim::Fields fields(Options& o) { return optim::LBFGS::fields(o); }
};

template <>
struct StepWalker<LBFGSRule> final : Walker {
  optim::LBFGS lbfgs;
  StepWalker(const Parameters& w, const optim::LBFGSOptions& options) : lbfgs(w, options) {}
  void step(const Closure& closure) override { lbfgs.step(closure); }
  double lr() const override { return lbfgs.options().lr; }
  void set_lr(double lr) override {
    optim::LBFGSOptions options = lbfgs.options();
    options.lr = lr;
    lbfgs.set_options(options);
  }
  std::string describe() const override { return lbfgs.describe(); }
};

template <class Rule>
void set(typename Rule::Options& options, const std::string& name, const std::string& value) {
  std::vector<std::string_view> names;
  for (const optim::Field& field : Rule::fields(options)) {
    names.push_back(field.name);
    if (field.name != name) continue;
    const std::optional<double> number = field.parse(value);
    check<ValueError>(number.has_value(), Rule::name, ": \"", value.substr(0, 64), "\" is no value of ", name);
    return field.set(*number);
  }
  fail_unknown(gradus::text("option of ", Rule::name), name, names);
}

template <class Rule>
bool takes(typename Rule::Options options, const std::string& name, double value) {
  try {
    set<Rule>(options, name, optim::number_text(value));
    StepWalker<Rule>({{"w", Parameter(Array::zeros({1, 2}, f64)).leaf()}}, options);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Sliders reach no further than the rule: ends that it refuses are moved inwards a little, and an option with a single value is none.
template <class Rule>
std::vector<Option> options_of(typename Rule::Options defaults) {
  std::vector<Option> out;
  for (const optim::Field& field : Rule::fields(defaults)) {
    Option option = option_of(field);
    if (option.kind == Option::Kind::number) {
      auto& [min, max, log] = option.range;
      if (!takes<Rule>(defaults, option.name, min)) min += (field.get() - min) / 100;
      if (!takes<Rule>(defaults, option.name, max)) max -= (max - field.get()) / 100;
      if (!takes<Rule>(defaults, option.name, min) || !takes<Rule>(defaults, option.name, max)) continue;
    }
    out.push_back(std::move(option));
  }
  return out;
}

// An optimizer, or one with the options of a preset. `follows`: its steps are as long as the gradient is steep, so that its learning rate is
// the surface's, times a factor.
enum class Steps { own, follow };
template <class Rule>
OptimizerKind of(const typename Rule::Options& options, Steps steps = Steps::own, std::string_view name = Rule::name,
                 std::string_view title = Rule::name) {
  OptimizerKind kind{.name = name, .title = title};
  if constexpr (requires { Rule::require_shape("", Shape{}); }) kind.matrix = true;
  kind.options = options_of<Rule>(options);
  if (steps == Steps::follow) {
    kind.surface_rate = options.lr;
    kind.options[0].value = optim::number_text(kind.rate(surfaces()[0]));
  }
  kind.make_with = [options](const Parameter& w, const Settings& settings) -> std::unique_ptr<Walker> {
    typename Rule::Options chosen = options;
    for (const auto& [name, value] : settings) set<Rule>(chosen, name, value);
    return std::make_unique<StepWalker<Rule>>(Parameters{{"w", w.leaf()}}, chosen);
  };
  return kind;
}

}  // namespace

double OptimizerKind::rate(const Surface& surface) const {
  if (surface_rate == 0) return *optim::parse_number(options[0].value);
  return std::round(surface_rate * surface.rate * 1e9) / 1e9;
}

std::unique_ptr<Walker> OptimizerKind::make(const Parameter& w, const Surface& surface, const Settings& settings) const {
  Settings all{{"lr", optim::number_text(rate(surface))}};
  all.insert(all.end(), settings.begin(), settings.end());
  return make_with(w, all);
}

// A line here is an optimizer everywhere: in the terminal, the catalogue, the laboratory and the tests.
std::span<const OptimizerKind> optimizers() {
  using namespace optim;
  using enum Steps;
  static const std::vector<OptimizerKind> all{
      of<SGDRule>({.lr = 1}, follow),
      of<SGDRule>({.lr = 0.3, .momentum = 0.9}, follow, "Momentum", "SGD with momentum"),
      of<SGDRule>({.lr = 0.3, .momentum = 0.9, .nesterov = true}, follow, "Nesterov", "SGD with Nesterov's momentum"),
      of<RMSpropRule>({.lr = 0.05, .alpha = 0.9}),
      of<AdamRule<false>>({.lr = 0.2}),
      of<AdamRule<true>>({.lr = 0.2}),
      of<AdagradRule>({.lr = 0.8}),
      of<AdadeltaRule>({.lr = 10}),
      of<AdamaxRule>({.lr = 0.2}),
      of<NAdamRule>({.lr = 0.2}),
      of<RAdamRule>({.lr = 1.2}, follow),
      of<ASGDRule>({.lr = 1}, follow),
      of<RpropRule>({.lr = 0.05}),
      of<LionRule>({.lr = 0.02}),
      of<ScheduleFreeAdamWRule>({.lr = 0.5}),
      of<AdafactorRule>({.lr = 0.6}),
      of<LAMBRule>({.lr = 0.1}),
      of<MuonRule>({.lr = 0.05}),
      of<LBFGSRule>({.max_iter = 1, .max_eval = 25, .line_search = LineSearch::strong_wolfe}),
      of<SGDRule>(lecture::gradient_descent(1), follow, "Lecture: gradient descent", "The lecture's gradient descent"),
      of<SGDRule>(lecture::momentum(3), follow, "Lecture: momentum", "The lecture's momentum"),
      of<RMSpropRule>(lecture::rmsprop(0.05), own, "Lecture: RMSprop", "The lecture's RMSprop"),
      of<AdamRule<false>>(lecture::adam(0.05), own, "Lecture: Adam", "The lecture's Adam"),
  };
  return all;
}

}  // namespace landscape
