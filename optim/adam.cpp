#include <gradus/optim/adam.h>

#include <gradus/optim/rule_loops.h>

namespace gradus::optim {

template <bool decoupled>
void AdamRule<decoupled>::validate(const Options& o) {
  require_at_least_zero(name, "lr", o.lr);
  require_below_one(name, "betas[0]", o.betas[0]);
  require_below_one(name, "betas[1]", o.betas[1]);
  require_at_least_zero(name, "eps", o.eps);
  require_at_least_zero(name, "weight_decay", o.weight_decay);
}

template <bool decoupled>
std::string AdamRule<decoupled>::formula(const Options& o) {
  std::string out;
  if (o.maximize) out += "g ← −g;  ";
  if (o.weight_decay != 0) out += decoupled ? text("w ← w − ", o.lr, "·", o.weight_decay, "·w;  ") : text("g ← g + ", o.weight_decay, "·w;  ");
  out += text("m ← ", o.betas[0], "·m + ", 1 - o.betas[0], "·g;  v ← ", o.betas[1], "·v + ", 1 - o.betas[1], "·g²;  ");
  if (o.amsgrad) out += "v̄ ← max(v̄, v);  ";
  return out + text("w ← w − ", o.lr, "/(1 − ", o.betas[0], "ᵗ) · m/(√(", o.amsgrad ? "v̄" : "v", "/(1 − ", o.betas[1], "ᵗ)) + ", o.eps, ")");
}

template <bool decoupled>
Loop AdamRule<decoupled>::loop(Dtype dtype, unsigned used) {
  return decoupled ? kernels::rule_loops().adamw(dtype, used) : kernels::rule_loops().adam(dtype, used);
}

template struct AdamRule<false>;
template struct AdamRule<true>;

}  // namespace gradus::optim
