#include <gradus/optim/rules/nadam.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string NAdamRule::formula(const Options& o) {
  return intake_text(o.maximize, o.weight_decay, o.decoupled_weight_decay, o.lr) +
         text("μₜ = ", o.betas[0], "·(1 − ½·0.96^(", o.momentum_decay, "·t));  Πₜ = μ₁·…·μₜ;  m ← ", o.betas[0], "·m + ", 1 - o.betas[0],
              "·g;  v ← ", o.betas[1], "·v + ", 1 - o.betas[1], "·g²;  w ← w − ", o.lr,
              "·((1 − μₜ)/(1 − Πₜ)·g + μₜ₊₁/(1 − Πₜ·μₜ₊₁)·m)/(√(v/(1 − ", o.betas[1], "ᵗ)) + ", o.eps, ")");
}

Loop NAdamRule::loop(Dtype dtype, Kept kept) { return built_in_loop<NAdamRule>(dtype, kept); }

template class OptimizerOf<NAdamRule>;

}  // namespace gradus::optim
