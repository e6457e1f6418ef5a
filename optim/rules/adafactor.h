// Adafactor (Shazeer and Stern 2018), as PyTorch has it: the mean square of a matrix's gradient is kept by rows and columns, R + C numbers
// instead of R·C; parameters of fewer than two dimensions keep all of it, those of more dimensions are stacks of matrices.
//   optim::Adafactor adafactor(nn::parameters(net), {.lr = 1e-2});
//   q = t^beta2_decay;  r ← r + q·(mean of g² in the row − r);  c ← likewise by columns;  V = r·cᵀ/max(mean r, ε₁);  U = g/max(√V, ε₁)
//   w ← w − lr·weight_decay·w;   w ← w − max(ε₂, RMS(w))·min(lr, 1/√t) · U/max(1, RMS(U)/d)
#pragma once
#include <array>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/driver/whole.h>

namespace gradus::optim {

struct AdafactorOptions {
  double lr = 1e-2;
  double beta2_decay = -0.8;
  std::array<double, 2> eps{0, 1e-3};     // ε₁: 0 stands for the dtype's epsilon (PyTorch's None); ε₂
  double d = 1;                           // above 0 (PyTorch: at least 1)
  double weight_decay = 0;
  bool maximize = false;                  // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay);
    is(range::at_most_zero, beta2_decay);
    is(range::above_zero, d);
  }
};

struct AdafactorRule {
  using Options = AdafactorOptions;
  static constexpr std::string_view name = "Adafactor";
  static constexpr Slot<Options> slots[] = {{"row_var"}, {"col_var"}, {"variance"}};
  static constexpr bool whole = true;
  static std::int64_t scratch(const Shape& shape, Dtype dtype);
  static std::optional<Shape> slot_shape(std::size_t slot, const Shape& parameter);

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    double sign, take, rho, eps1, eps2, d, keep;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool);
};

extern template class OptimizerOf<AdafactorRule>;
using Adafactor = OptimizerOf<AdafactorRule>;

}  // namespace gradus::optim
