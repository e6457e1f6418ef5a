#include <gradus/optim/rules/adadelta.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string AdadeltaRule::formula(const Options& o) {
  return intake_text(o.maximize, o.weight_decay) +
         text("s ← ", o.rho, "·s + ", 1 - o.rho, "·g²;  d ← √(a + ", o.eps, ")/√(s + ", o.eps, ")·g;  a ← ", o.rho, "·a + ", 1 - o.rho,
              "·d²;  w ← w − ", o.lr, "·d");
}

Loop AdadeltaRule::loop(Dtype dtype, Kept kept) { return built_in_loop<AdadeltaRule>(dtype, kept); }

template class OptimizerOf<AdadeltaRule>;

}  // namespace gradus::optim
