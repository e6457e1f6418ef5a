#include <gradus/optim/rules/adagrad.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string AdagradRule::formula(const Options& o) {
  std::string step = text(o.lr);
  if (o.lr_decay != 0) step += text("/(1 + ", o.lr_decay, "·(t − 1))");
  return intake_text(o.maximize, o.weight_decay) + text("s ← s + g² (from ", o.initial_accumulator_value, ");  w ← w − ", step, " · g/") +
         (o.eps_at == Eps::inside ? text("√(s + ", o.eps, ")") : text("(√s + ", o.eps, ")"));
}

Loop AdagradRule::loop(Dtype dtype, Kept kept) { return built_in_loop<AdagradRule>(dtype, kept); }

template class OptimizerOf<AdagradRule>;

}  // namespace gradus::optim
