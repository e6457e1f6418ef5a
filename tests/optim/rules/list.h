// The library's rules, for tests of each; a rule that is missing here fails TableOfRules (trajectory_test.cpp), which names it.
#pragma once
#include <gradus/optim/rules/rules.h>

namespace gradus::optim::testing {

template <class... Rules>
struct RuleList {};

// Those of one element at a time, of whole parameters, of gradients of rows.
using AllRules = RuleList<SGDRule, RMSpropRule, AdamRule<false>, AdamRule<true>, AdagradRule, AdadeltaRule, AdamaxRule, NAdamRule,
                          RAdamRule, ASGDRule, RpropRule, LionRule, FtrlRule, ScheduleFreeAdamWRule>;
using WholeRules = RuleList<AdafactorRule, LAMBRule, MuonRule>;
using RowRules = RuleList<SparseAdamRule>;

}  // namespace gradus::optim::testing
