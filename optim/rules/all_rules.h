// The lists of the built-in rules: loops over elements are compiled from AllRules (rule_loops.h), and the tests want a trajectory of every
// rule in all lists. A new rule adds its header and its name here.
#pragma once
#include <cstddef>
#include <type_traits>

#include <gradus/optim/rules/adadelta.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/adamax.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/ftrl.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/lion.h>
#include <gradus/optim/rules/muon.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/radam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/rprop.h>
#include <gradus/optim/rules/schedule_free_adamw.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/rules/sparse_adam.h>

namespace gradus::optim {

template <class... Rules>
struct RuleList {
  static constexpr std::size_t count = sizeof...(Rules);
  template <class Rule>
  static constexpr std::size_t place = [] {
    std::size_t at = 0;
    static_cast<void>(((std::is_same_v<Rule, Rules> || (++at, false)) || ...));
    return at;
  }();
};

using AllRules = RuleList<SGDRule, RMSpropRule, AdamRule<false>, AdamRule<true>, AdagradRule, AdadeltaRule, AdamaxRule, NAdamRule, RAdamRule,
                          ASGDRule, RpropRule, LionRule, FtrlRule, ScheduleFreeAdamWRule>;
using WholeRules = RuleList<AdafactorRule, LAMBRule, MuonRule>;
using RowRules = RuleList<SparseAdamRule>;     // of gradients of rows

}  // namespace gradus::optim
