#include <gradus/optim/rules/adamax.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string AdamaxRule::formula(const Options& o) {
  const bool inside = o.eps_at == Eps::inside;
  return intake_text(o.maximize, o.weight_decay) + text("m ← ", o.betas[0], "·m + ", 1 - o.betas[0], "·g;  u ← max(", o.betas[1], "·u, |g|",
                                                        inside ? text(" + ", o.eps) : "", ");  w ← w − ", o.lr, "/(1 − ", o.betas[0],
                                                        "ᵗ) · m/", inside ? "u" : text("(u + ", o.eps, ")"));
}

Loop AdamaxRule::loop(Dtype dtype, Kept kept) { return built_in_loop<AdamaxRule>(dtype, kept); }

template class OptimizerOf<AdamaxRule>;

}  // namespace gradus::optim
