#include "landscape/optimizers.h"

#include <cmath>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/error.h>
#include <gradus/optim/rules/presets.h>
#include <gradus/optim/rules/rules.h>

#include "landscape/option_ranges.h"
#include "landscape/walkers.h"

namespace landscape {
namespace {

using namespace gradus;

template <class Rule>
bool takes(typename Rule::Options options, const std::string& name, double value) {
  try {
    set_option(Rule::name, list_of<Rule>(options), name, number_text(value));
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
  for (const gradus::Option& each : list_of<Rule>(defaults)) {
    Option option = slider_of(each);
    if (option.kind == Option::Kind::number) {
      auto& [min, max, log] = option.range;
      if (!takes<Rule>(defaults, option.name, min)) min += (each.get() - min) / 100;
      if (!takes<Rule>(defaults, option.name, max)) max -= (max - each.get()) / 100;
      if (!takes<Rule>(defaults, option.name, min) || !takes<Rule>(defaults, option.name, max)) continue;
    }
    out.push_back(std::move(option));
  }
  return out;
}

// An optimizer, or one with the options of a preset. `follows`: its steps are as long as the gradient is steep, so that its learning rate
// is the surface's, times a factor.
enum class Steps { own, follow };
template <class Rule>
OptimizerKind of(const typename Rule::Options& options, Steps steps = Steps::own, std::string_view name = Rule::name,
                 std::string_view title = Rule::name) {
  OptimizerKind kind{.name = name, .title = title};
  if constexpr (requires { Rule::require_shape("", Shape{}); }) kind.matrix = true;
  kind.options = options_of<Rule>(options);
  if (steps == Steps::follow) {
    kind.surface_rate = *parse_number(kind.options[0].value);
    kind.options[0].value = number_text(kind.rate(surfaces()[0]));
  }
  kind.make_with = [options](const Parameter& w, const Settings& settings) -> std::unique_ptr<Walker> {
    typename Rule::Options chosen = options;
    for (const auto& [name, value] : settings) set_option(Rule::name, list_of<Rule>(chosen), name, value);
    return std::make_unique<StepWalker<Rule>>(Parameters{{"w", w.leaf()}}, chosen);
  };
  return kind;
}

}  // namespace

double OptimizerKind::rate(const Surface& surface) const {
  if (surface_rate == 0) return *parse_number(options[0].value);
  return std::round(surface_rate * surface.rate * 1e9) / 1e9;
}

std::unique_ptr<Walker> OptimizerKind::make(const Parameter& w, const Surface& surface, const Settings& settings) const {
  Settings all{{"lr", number_text(rate(surface))}};
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
      of<AroundSGD<Lookahead, LookaheadOptions>>({.sgd = {.lr = 0.3, .momentum = 0.9}}, follow, "Lookahead", "Lookahead around momentum"),
      of<AroundSGD<SAM, SAMOptions>>({.sgd = {.lr = 0.5}, .wrapper = {.rho = 0.05}}, follow, "SAM", "SAM around gradient descent"),
      of<LBFGSRule>({.max_iter = 1, .max_eval = 25, .line_search = LineSearch::strong_wolfe}),
      of<SGDRule>(lecture::gradient_descent(1), follow, "Lecture: gradient descent", "The lecture's gradient descent"),
      of<SGDRule>(lecture::momentum(3), follow, "Lecture: momentum", "The lecture's momentum"),
      of<RMSpropRule>(lecture::rmsprop(0.05), own, "Lecture: RMSprop", "The lecture's RMSprop"),
      of<AdamRule<false>>(lecture::adam(0.05), own, "Lecture: Adam", "The lecture's Adam"),
      of<FtrlRule>({.lr = 0.8, .initial_accumulator_value = 0}),
  };
  return all;
}

}  // namespace landscape
