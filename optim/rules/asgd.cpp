#include <gradus/optim/rules/asgd.h>

#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string ASGDRule::formula(const Options& o) {
  return intake_text(o.maximize, o.weight_decay) + text("w ← w − η·", o.lambd, "·w − η·g;  ax ← ax + μ·(w − ax);  η ← ", o.lr, "/(1 + ",
                                                        o.lambd * o.lr, "·t)^", o.alpha, ";  μ ← 1/max(1, t − ", o.t0, ")");
}

Array ASGDRule::average(const Options&, const Array&, std::span<const Array> slots) { return slots[0]; }

Loop ASGDRule::loop(Dtype dtype, Kept kept) { return built_in_loop<ASGDRule>(dtype, kept); }

template class OptimizerOf<ASGDRule>;

}  // namespace gradus::optim
