// How each kind of optimizer is made to walk. StepWalker<Rule> is for rules (optim/driver/rule.h), and for structs with the same Options
// and name that stand for what is no rule: LBFGS, and optimizers around SGD.
#pragma once
#include <type_traits>

#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/around/sam.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/second_order/lbfgs.h>

#include "landscape/optimizers.h"

namespace landscape {

template <class Rule>
struct StepWalker final : Walker {
  gradus::optim::OptimizerOf<Rule> rule;
  StepWalker(const gradus::Parameters& w, const typename Rule::Options& options) : rule(w, options) {}
  void step(const Closure& closure) override {
    closure();
    rule.step();
  }
  double lr() const override { return rule.lr(); }
  void set_lr(double lr) override { rule.set_lr(lr); }
  std::string describe() const override { return rule.describe(); }
  gradus::optim::Optimizer* optimizer() override { return &rule; }
};

// All options of a rule by name.
template <class Rule>
gradus::OptionList list_of(const typename Rule::Options& options) {
  if constexpr (requires { Rule::list(options); }) return Rule::list(options);
  else return gradus::options_of(options);
}

// --- Lookahead and SAM: their options after SGD's ----------------------------------------------------------------------------------

template <class W, class WrapperOptions>
struct AroundSGD {
  struct Options {
    gradus::optim::SGDOptions sgd;
    WrapperOptions wrapper = {};
  };
  static constexpr std::string_view name = std::is_same_v<W, gradus::optim::SAM> ? "SAM" : "Lookahead";
  static gradus::OptionList list(const Options& o) {
    gradus::OptionList all = gradus::options_of(o.sgd);
    for (const gradus::Option& option : gradus::options_of(o.wrapper)) all.push_back(option);
    return all;
  }
};

template <class W, class WrapperOptions>
struct StepWalker<AroundSGD<W, WrapperOptions>> final : Walker {
  gradus::optim::SGD sgd;
  W wrapper;
  StepWalker(const gradus::Parameters& w, const typename AroundSGD<W, WrapperOptions>::Options& options)
      : sgd(w, options.sgd), wrapper(sgd, options.wrapper) {}
  void step(const Closure& closure) override { wrapper.step(closure); }
  double lr() const override { return sgd.lr(); }
  void set_lr(double lr) override { sgd.set_lr(lr); }
  std::string describe() const override { return wrapper.describe(); }
  gradus::optim::Optimizer* optimizer() override { return &sgd; }
};

// --- LBFGS -----------------------------------------------------------------------------------------------------------------------

struct LBFGSRule {
  using Options = gradus::optim::LBFGSOptions;
  static constexpr std::string_view name = "LBFGS";
};

template <>
struct StepWalker<LBFGSRule> final : Walker {
  gradus::optim::LBFGS lbfgs;
  StepWalker(const gradus::Parameters& w, const gradus::optim::LBFGSOptions& options) : lbfgs(w, options) {}
  void step(const Closure& closure) override { lbfgs.step(closure); }
  double lr() const override { return lbfgs.options().lr; }
  void set_lr(double lr) override {
    gradus::optim::LBFGSOptions options = lbfgs.options();
    options.lr = lr;
    lbfgs.set_options(options);
  }
  std::string describe() const override { return lbfgs.describe(); }
};

}  // namespace landscape
