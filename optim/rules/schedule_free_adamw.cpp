#include <gradus/optim/rules/schedule_free_adamw.h>

#include <gradus/optim/rules/internal/rule_loops.h>

namespace gradus::optim {

void ScheduleFreeAdamWRule::validate(const Options& o) {
  check<ValueError>(o.betas[0] > 0, name, ": betas[0] must be above 0, or the average could not be found from y and z");
}

std::string ScheduleFreeAdamWRule::formula(const Options& o) {
  return text("v ← ", o.betas[1], "·v + ", 1 - o.betas[1], "·g²;  d = g/(√(v/(1 − ", o.betas[1], "ᵗ)) + ", o.eps, ") + ", o.weight_decay, "·y;  η = ",
              o.lr, o.warmup_steps > 0 ? text("·min(1, t/", o.warmup_steps, ")") : "", ";  y ← y + c·(z − y) − η·(1 − ", o.betas[0],
              "·(1 − c))·d;  z ← z − η·d");
}

Loop ScheduleFreeAdamWRule::loop(Dtype dtype, unsigned used) { return built_in_loop<ScheduleFreeAdamWRule>(dtype, used); }

}  // namespace gradus::optim
