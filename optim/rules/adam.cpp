#include <gradus/optim/rules/adam.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

template <bool decoupled>
std::string AdamRule<decoupled>::formula(const Options& o) {
  std::string out = intake_text(o.maximize, o.weight_decay, decoupled, o.lr);
  out += text("m ← ", o.betas[0], "·m + ", 1 - o.betas[0], "·g;  v ← ", o.betas[1], "·v + ", 1 - o.betas[1], "·g²;  ");
  if (o.amsgrad) out += "v̄ ← max(v̄, v);  ";
  const std::string correction1 = o.bias_correction ? text("/(1 − ", o.betas[0], "ᵗ)") : "";
  const std::string over = o.bias_correction ? text("(1 − ", o.betas[1], "ᵗ)") : "";
  const std::string v = o.amsgrad ? "v̄" : "v", corrected = over.empty() ? v : v + "/" + over;
  if (o.eps_at == Eps::scaled_hat)
    return out + text("w ← w − ", o.lr, over.empty() ? "" : "·√", over, correction1, " · m/(√", v, " + ", o.eps, ")");
  out += text("w ← w − ", o.lr, correction1, " · m/");
  if (o.eps_at == Eps::inside) return out + text("√(", corrected, " + ", o.eps, ")");
  return out + (over.empty() ? text("(√", v, " + ", o.eps, ")") : text("(√(", corrected, ") + ", o.eps, ")"));
}

template <bool decoupled>
Loop AdamRule<decoupled>::loop(Dtype dtype, Kept kept) { return built_in_loop<AdamRule>(dtype, kept); }

template struct AdamRule<false>;
template struct AdamRule<true>;
template class OptimizerOf<AdamRule<false>>;
template class OptimizerOf<AdamRule<true>>;

}  // namespace gradus::optim
