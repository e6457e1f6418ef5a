#include <gradus/optim/rules/rprop.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

void RpropRule::validate(const Options& o) {
  check<ValueError>(0 < o.etas[0] && o.etas[0] < 1 && 1 < o.etas[1], name, ": etas must be 0 < etas[0] < 1 < etas[1], not ", o.etas[0],
                    " and ", o.etas[1]);
  check<ValueError>(o.step_sizes[0] <= o.step_sizes[1], name, ": step_sizes must be the smallest and the largest, not ", o.step_sizes[0],
                    " and ", o.step_sizes[1]);
}

std::string RpropRule::formula(const Options& o) {
  return text(o.maximize ? "g ← −g;  " : "", "where g·g₋₁ > 0: s ← min(", o.etas[1], "·s, ", o.step_sizes[1], ");  where < 0: s ← max(",
              o.etas[0], "·s, ", o.step_sizes[0], "), g ← 0;  w ← w − s·sign(g) (s from ", o.lr, ")");
}

Loop RpropRule::loop(Dtype dtype, Kept kept) { return built_in_loop<RpropRule>(dtype, kept); }

template class OptimizerOf<RpropRule>;

}  // namespace gradus::optim
