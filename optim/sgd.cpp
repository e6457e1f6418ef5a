#include <gradus/optim/sgd.h>

#include <gradus/optim/rule_loops.h>

namespace gradus::optim {

void SGDRule::validate(const Options& o) {
  require_at_least_zero(name, "lr", o.lr);
  require_at_least_zero(name, "momentum", o.momentum);
  require_finite(name, "dampening", o.dampening);
  require_at_least_zero(name, "weight_decay", o.weight_decay);
  check<ValueError>(!o.nesterov || (o.momentum > 0 && o.dampening == 0), name,
                    ": nesterov needs momentum > 0 and dampening 0, not momentum ", o.momentum, " and dampening ", o.dampening);
}

std::string SGDRule::formula(const Options& o) {
  std::string out;
  if (o.maximize) out += "g ← −g;  ";
  if (o.weight_decay != 0) out += text("g ← g + ", o.weight_decay, "·w;  ");
  if (o.momentum == 0) return out + text("w ← w − ", o.lr, "·g");
  out += text("b ← ", o.momentum, "·b + ", 1 - o.dampening, "·g (at first b ← g);  ");
  return out + (o.nesterov ? text("w ← w − ", o.lr, "·(g + ", o.momentum, "·b)") : text("w ← w − ", o.lr, "·b"));
}

Loop SGDRule::loop(Dtype dtype, unsigned used) { return kernels::rule_loops().sgd(dtype, used); }

}  // namespace gradus::optim
