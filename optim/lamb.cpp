#include <gradus/optim/lamb.h>

namespace gradus::optim {
namespace {

template <class T>
void update(const WholeParameter<T>& p, const LAMBRule::Scalars& s) {
  T *m = p.slots[0], *v = p.slots[1];
  const T sign(s.sign), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2), size1(s.correction1), root(s.root), eps(s.eps), decay(s.weight_decay);
  const auto direction = [=, w = p.w](std::int64_t i) { return m[i] * size1 / (std::sqrt(v[i]) * root + eps) + decay * w[i]; };
  for (std::int64_t i = 0; i < p.n; ++i) {
    const T g = sign * p.g[i];
    m[i] += rest1 * (g - m[i]);
    v[i] = beta2 * v[i] + rest2 * g * g;
  }
  const double weight = std::sqrt(sum_of_squares(p.n, [&](auto i) { return p.w[i]; })), step = std::sqrt(sum_of_squares(p.n, direction));
  const T lr(weight == 0 || step == 0 ? s.lr : s.lr * weight / step);
  for (std::int64_t i = 0; i < p.n; ++i) p.w[i] -= lr * direction(i);
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

Loop LAMBRule::loop(Dtype dtype, unsigned) { return dtype == f64 ? whole_loop<update<double>> : whole_loop<update<float>>; }

}  // namespace gradus::optim
