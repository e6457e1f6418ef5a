// Muon (Jordan et al. 2024): momentum, made orthogonal. For the matrices in the middle of a network; give the rest to AdamW.
//   optim::Muon muon(hidden_matrices, {.lr = 0.02});
//   b ← momentum·b + (1−momentum)·g;  u = nesterov ? (1−momentum)·g + momentum·b : b;  O = u/‖u‖, ns_steps times O ← a·O + (b·G + c·G²)·O,
//   G = O·Oᵀ;   w ← w − lr·weight_decay·w − lr·scale·O,  scale = √max(1, rows/columns) or 0.2·√max(rows, columns)
// As PyTorch has it, whose documentation shows a sum where its code averages; PyTorch orthogonalises in bfloat16, we in the parameter's
// dtype.
#pragma once
#include <array>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/driver/whole.h>

namespace gradus::optim {

enum class MuonScale { original, match_rms_adamw };   // Jordan's; Liu et al. 2025's, which lets AdamW's learning rates carry over

struct MuonOptions {
  double lr = 1e-3;
  double weight_decay = 0.1;    // decoupled
  double momentum = 0.95;
  bool nesterov = true;
  std::array<double, 3> ns_coefficients{3.4445, -4.7750, 2.0315};
  double eps = 1e-7;            // the least ‖u‖
  std::int64_t ns_steps = 5;    // 1 to 99
  MuonScale adjust_lr = MuonScale::original;

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, weight_decay, eps);
    is(range::below_one, momentum);
    is(range::finite, ns_coefficients);
    is(range::between(1, 99), ns_steps);
  }
};

struct MuonRule {
  using Options = MuonOptions;
  static constexpr std::string_view name = "Muon";
  static constexpr Slot<Options> slots[] = {{"momentum_buffer"}};
  static constexpr bool whole = true;

  static std::int64_t scratch(const Shape& shape, Dtype dtype);
  static void require_shape(std::string_view parameter, const Shape& shape);   // ShapeError unless it is a matrix
  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    double lr, keep, momentum, eps;
    std::array<double, 3> coefficients;
    int steps;
    bool nesterov, as_adamw;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool);
};

extern template class OptimizerOf<MuonRule>;
using Muon = OptimizerOf<MuonRule>;

}  // namespace gradus::optim
