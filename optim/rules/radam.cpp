#include <gradus/optim/rules/radam.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string RAdamRule::formula(const Options& o) {
  std::int64_t plain = 0;
  while (plain < 100 && !scalars(o, plain + 1, false).rectified) ++plain;
  const std::string until = plain < 100 ? text("after step ", plain) : "never, β₂ being too small";
  return intake_text(o.maximize, o.weight_decay, o.decoupled_weight_decay, o.lr) +
         text("m ← ", o.betas[0], "·m + ", 1 - o.betas[0], "·g;  v ← ", o.betas[1], "·v + ", 1 - o.betas[1], "·g²;  w ← w − ", o.lr,
              "/(1 − ", o.betas[0], "ᵗ)·m, and ", until, " w ← w − ", o.lr, "/(1 − ", o.betas[0], "ᵗ)·r·√(1 − ", o.betas[1],
              "ᵗ) · m/(√v + ", o.eps, ")");
}

Loop RAdamRule::loop(Dtype dtype, Kept kept) { return built_in_loop<RAdamRule>(dtype, kept); }

template class OptimizerOf<RAdamRule>;

}  // namespace gradus::optim
