#include <gradus/optim/rules/lamb.h>

#include <cmath>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/optim/rules/internal/lamb_loops.h>

namespace gradus::optim::kernels {
GRADUS_DISPATCH(LambLoops, lamb_loops)
}

namespace gradus::optim {
namespace {

template <class T>
void lamb_update(const WholeParameter<T>& p, const LAMBRule::Scalars& s) {
  T *w = p.w, *m = p.slots[0], *v = p.slots[1];
  const kernels::LambLoopsOf<T>& loops = kernels::lamb_loops().of(T{});
  const kernels::LambNumbers<T> numbers{T(s.sign),        T(s.rest1), T(s.beta2), T(s.rest2),
                                        T(s.correction1), T(s.root),  T(s.eps),   T(s.weight_decay)};
  double* parts = static_cast<double*>(p.scratch);
  const double weight = norm(parts, w, p.n);
  const double sum = sum_over_blocks(parts, p.n, [&](std::int64_t begin, std::int64_t end) {
    return loops.moments(w + begin, p.g + begin, m + begin, v + begin, end - begin, numbers);
  });
  const double step = root_of_squares(sum, [&](double scale) {
    return sum_over_blocks(parts, p.n, [&](std::int64_t begin, std::int64_t end) {
      return loops.squares(w + begin, m + begin, v + begin, end - begin, numbers, scale);
    });
  });
  const T lr(weight == 0 || step == 0 ? s.lr : s.lr * (weight / step));
  for_blocks(p.n, [&](std::int64_t begin, std::int64_t end) { loops.step(w + begin, m + begin, v + begin, end - begin, numbers, lr); });
}

}  // namespace

LAMBRule::Scalars LAMBRule::scalars(const Options& o, std::int64_t t, bool) {
  const double steps = static_cast<double>(t);
  return {.lr = o.lr, .sign = o.maximize ? -1. : 1., .rest1 = 1 - o.betas[0], .beta2 = o.betas[1], .rest2 = 1 - o.betas[1],
          .correction1 = 1 / (1 - std::pow(o.betas[0], steps)), .root = 1 / std::sqrt(1 - std::pow(o.betas[1], steps)), .eps = o.eps,
          .weight_decay = o.weight_decay};
}

std::string LAMBRule::formula(const Options& o) {
  return text(o.maximize ? "g ← −g;  " : "", "m ← ", o.betas[0], "·m + ", 1 - o.betas[0], "·g;  v ← ", o.betas[1], "·v + ", 1 - o.betas[1],
              "·g²;  r ← m/(1 − ", o.betas[0], "ᵗ)/(√(v/(1 − ", o.betas[1], "ᵗ)) + ", o.eps, ") + ", o.weight_decay, "·w;  w ← w − ", o.lr,
              "·‖w‖/‖r‖·r");
}

Loop LAMBRule::loop(Dtype dtype, Kept) {
  return visit_floating(dtype, name, []<class T>(T) -> Loop { return whole_loop<lamb_update<T>>; });
}

template class OptimizerOf<LAMBRule>;

}  // namespace gradus::optim
