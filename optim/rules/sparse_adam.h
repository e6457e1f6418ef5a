// SparseAdam: Adam for tables of which a step uses few rows, as PyTorch has it. It takes the gradients that embeddings with sparse = true
// have, and touches their rows alone: the averages of the others stay as they are, where Adam's would decay and go on moving weights.
//   nn::Embedding words{100000, 128, {.sparse = true}};   optim::SparseAdam adam(nn::parameters(words), {.lr = 1e-3});
//   m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;   w ← w − lr·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + eps)     for the rows of g
// t counts the steps of each parameter, not of its rows. Note eps: it is Eps::scaled_hat of Adam's (conventions.h).
#pragma once
#include <gradus/optim/rules/adam.h>

namespace gradus::optim {

struct SparseAdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;            // above 0: a row's gradient may be zero
  bool maximize = false;        // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr);
    is(range::below_one, betas);
    is(range::above_zero, eps);
  }
};

struct SparseAdamRule {
  using Options = SparseAdamOptions;
  static constexpr std::string_view name = "SparseAdam";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}, {"exp_avg_sq"}};
  static RowUse row_use(const Options&) { return RowUse::demands; }

  static AdamOptions as_adam(const Options& o) {
    return {.lr = o.lr, .betas = o.betas, .eps = o.eps, .maximize = o.maximize, .eps_at = Eps::scaled_hat};
  }
  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  using Scalars = AdamRule<false>::Scalars;
  static Scalars scalars(const Options& o, std::int64_t t, bool first) { return AdamRule<false>::scalars(as_adam(o), t, first); }
};

extern template class OptimizerOf<SparseAdamRule>;
using SparseAdam = OptimizerOf<SparseAdamRule>;

}  // namespace gradus::optim
