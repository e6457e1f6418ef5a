#include <gradus/optim/rules/rmsprop.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string RMSpropRule::formula(const Options& o) {
  std::string out = intake_text(o.maximize, o.weight_decay);
  out += text("v ← ", o.alpha, "·v + ", 1 - o.alpha, "·g²;  ");
  if (o.centered) out += text("ḡ ← ", o.alpha, "·ḡ + ", 1 - o.alpha, "·g;  ");
  const std::string d = o.eps_at == Eps::inside ? text("g/√(", o.centered ? "v − ḡ²" : "v", " + ", o.eps, ")")
                                                : text("g/(√", o.centered ? "(v − ḡ²)" : "v", " + ", o.eps, ")");
  if (o.momentum == 0) return out + text("w ← w − ", o.lr, "·", d);
  if (o.form == Momentum::lr_inside) return out + text("b ← ", o.momentum, "·b + ", o.lr, "·", d, ";  w ← w − b");
  return out + text("b ← ", o.momentum, "·b + ", d, ";  w ← w − ", o.lr, "·b");
}

Loop RMSpropRule::loop(Dtype dtype, Kept kept) { return built_in_loop<RMSpropRule>(dtype, kept); }

template class OptimizerOf<RMSpropRule>;

}  // namespace gradus::optim
