#include <gradus/optim/rules/adagrad.h>

#include <gradus/optim/rules/internal/rule_loops.h>

namespace gradus::optim {

std::string AdagradRule::formula(const Options& o) {
  std::string step = text(o.lr);
  if (o.lr_decay != 0) step += text("/(1 + ", o.lr_decay, "·(t − 1))");
  return intake_text(o.maximize, o.weight_decay) + text("s ← s + g² (from ", o.initial_accumulator_value, ");  w ← w − ", step, " · g/") +
         (o.eps_at == Eps::inside ? text("√(s + ", o.eps, ")") : text("(√s + ", o.eps, ")"));
}

Loop AdagradRule::loop(Dtype dtype, unsigned used) { return built_in_loop<AdagradRule>(dtype, used); }

}  // namespace gradus::optim
