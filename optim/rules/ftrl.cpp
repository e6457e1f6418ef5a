#include <gradus/optim/rules/ftrl.h>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/optim/rules/internal/built_in_loop.h>

namespace gradus::optim {

std::string FtrlRule::formula(const Options& o) {
  const std::string p = number_text(-o.learning_rate_power);
  return text(o.maximize ? "g ← −g;  " : "", "n ← n + g² (from ", o.initial_accumulator_value, ");  z ← z + g",
              o.l2_shrinkage_regularization_strength != 0 ? text(" + ", 2 * o.l2_shrinkage_regularization_strength, "·w") : "", " − (n^", p,
              " − n₋₁^", p, ")/", o.lr, "·w;  w ← 0 where |z| ≤ ", o.l1_regularization_strength, ", else (", o.l1_regularization_strength,
              "·sign(z) − z)/((", o.beta, " + n^", p, ")/", o.lr, " + ", 2 * o.l2_regularization_strength, ")");
}

Loop FtrlRule::loop(Dtype dtype, Kept kept) { return built_in_loop<FtrlRule>(dtype, kept); }

template class OptimizerOf<FtrlRule>;

}  // namespace gradus::optim
