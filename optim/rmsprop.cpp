#include <gradus/optim/rmsprop.h>

#include <gradus/optim/rule_loops.h>

namespace gradus::optim {

void RMSpropRule::validate(const Options& o) {
  require_at_least_zero(name, "lr", o.lr);
  require_below_one(name, "alpha", o.alpha);
  require_at_least_zero(name, "eps", o.eps);
  require_at_least_zero(name, "weight_decay", o.weight_decay);
  require_at_least_zero(name, "momentum", o.momentum);
}

std::string RMSpropRule::formula(const Options& o) {
  std::string out;
  if (o.maximize) out += "g ← −g;  ";
  if (o.weight_decay != 0) out += text("g ← g + ", o.weight_decay, "·w;  ");
  out += text("v ← ", o.alpha, "·v + ", 1 - o.alpha, "·g²;  ");
  if (o.centered) out += text("ḡ ← ", o.alpha, "·ḡ + ", 1 - o.alpha, "·g;  ");
  const std::string d = text("g/(√", o.centered ? "(v − ḡ²)" : "v", " + ", o.eps, ")");
  if (o.momentum == 0) return out + text("w ← w − ", o.lr, "·", d);
  return out + text("b ← ", o.momentum, "·b + ", d, ";  w ← w − ", o.lr, "·b");
}

Loop RMSpropRule::loop(Dtype dtype, unsigned used) { return kernels::rule_loops().rmsprop(dtype, used); }

}  // namespace gradus::optim
