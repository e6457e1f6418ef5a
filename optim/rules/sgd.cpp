#include <gradus/optim/rules/sgd.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

void SGDRule::validate(const Options& o) {
  check<ValueError>(!o.nesterov || (o.momentum > 0 && o.dampening == 0), name,
                    ": nesterov needs momentum > 0 and dampening 0, not momentum ", o.momentum, " and dampening ", o.dampening);
  check<ValueError>(o.form == Momentum::classic || o.dampening == 0, name,
                    ": dampening belongs to Momentum::classic; it must be 0 here, not ", o.dampening);
  const bool average = o.form == Momentum::ema || o.form == Momentum::ema_debiased;
  check<ValueError>(!average || o.momentum < 1, name, ": the momentum of an average must lie in [0, 1), not ", o.momentum);
  check<ValueError>(o.form != Momentum::ema_debiased || !o.nesterov, name, ": nesterov is not defined for Momentum::ema_debiased");
}

std::string SGDRule::formula(const Options& o) {
  const std::string in = intake_text(o.maximize, o.weight_decay);
  if (o.momentum == 0) return in + text("w ← w − ", o.lr, "·g");
  const Scalars later = scalars(o, 1, false);
  const bool classic = o.form == Momentum::classic, whole = o.form == Momentum::lr_inside;
  const std::string average = text("b ← ", o.momentum, "·b + ", later.take, "·g", classic ? " (at first b ← g);  " : ";  ");
  const std::string ahead = classic ? text("(g + ", o.momentum, "·b)") : text("(", later.take_ahead, "·g + ", o.momentum, "·b)");
  const std::string step = whole ? "" : o.form == Momentum::ema_debiased ? text(o.lr, "/(1 − ", o.momentum, "ᵗ)·") : text(o.lr, "·");
  return in + average + "w ← w − " + step + (o.nesterov ? ahead : "b");
}

Loop SGDRule::loop(Dtype dtype, Kept kept) { return built_in_loop<SGDRule>(dtype, kept); }

template class OptimizerOf<SGDRule>;

}  // namespace gradus::optim
