#include <gradus/optim/rules/lion.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string LionRule::formula(const Options& o) {
  return intake_text(o.maximize, o.weight_decay, true, o.lr) +
         text("w ← w − ", o.lr, "·sign(", o.betas[0], "·m + ", 1 - o.betas[0], "·g);  m ← ", o.betas[1], "·m + ", 1 - o.betas[1], "·g");
}

Loop LionRule::loop(Dtype dtype, Kept kept) { return built_in_loop<LionRule>(dtype, kept); }

template class OptimizerOf<LionRule>;

}  // namespace gradus::optim
