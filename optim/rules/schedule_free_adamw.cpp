#include <gradus/optim/rules/schedule_free_adamw.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

void ScheduleFreeAdamWRule::validate(const Options& o) {
  check<ValueError>(o.betas[0] > 0, name, ": betas[0] must be above 0, or the average could not be found from y and z");
}

Array ScheduleFreeAdamWRule::average(const Options& o, const Array& y, std::span<const Array> slots) {
  Array x = y.contiguous_copy();
  visit_floating(x.dtype(), name, [&]<class T>(T) {
    const T* z = slots[0].data<T>();
    const T pull = static_cast<T>(1 - 1 / o.betas[0]);
    T* to = x.mutable_data<T>();
    for (std::int64_t i = 0; i < x.size(); ++i) to[i] += pull * (z[i] - to[i]);
  });
  return x;
}

std::string ScheduleFreeAdamWRule::formula(const Options& o) {
  return text("v ← ", o.betas[1], "·v + ", 1 - o.betas[1], "·g²;  d = g/(√(v/(1 − ", o.betas[1], "ᵗ)) + ", o.eps, ") + ", o.weight_decay,
              "·y;  η = ", o.lr, o.warmup_steps > 0 ? text("·min(1, t/", o.warmup_steps, ")") : "", ";  y ← y + c·(z − y) − η·(1 − ",
              o.betas[0], "·(1 − c))·d;  z ← z − η·d");
}

Loop ScheduleFreeAdamWRule::loop(Dtype dtype, Kept kept) { return built_in_loop<ScheduleFreeAdamWRule>(dtype, kept); }

template class OptimizerOf<ScheduleFreeAdamWRule>;

}  // namespace gradus::optim
