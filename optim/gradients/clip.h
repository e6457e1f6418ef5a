// Clipping gradients between backward() and step(). Parameters without a gradient are passed over.
//   loss.backward();  optim::clip_grad_norm(params, 1.0);  adam.step();
// All throw, before anything changes, ValueError for a parameter that is given twice, DtypeError for a gradient that is neither f32 nor
// f64, and ShapeError for one of another shape than its parameter's.
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/parameter_list.h>

namespace gradus::optim {

struct ClipOptions {
  double norm_type = 2;               // p > 0 of the p-norm; infinity for the largest magnitude
  bool error_if_nonfinite = false;    // ValueError, with the gradients as they were, when the total is NaN or infinite
};

// The norm of all gradients taken as one vector; 0 if there are none. Sums are in double, and do not depend on the number of threads.
// ValueError: norm_type not positive (PyTorch's 0 and negative ones do not measure one vector).
double get_total_norm(const Parameters& parameters, const ClipOptions& options = {});

// Scales all gradients by min(1, max_norm/(total_norm + 1e-6)). With a total of infinity finite gradients become 0, with one of NaN all
// become NaN, as in PyTorch. ValueError: max_norm or total_norm negative, max_norm NaN.
void clip_grads_with_norm(const Parameters& parameters, double max_norm, double total_norm);

// Both, one after the other; returns the total as it was before.
double clip_grad_norm(const Parameters& parameters, double max_norm, const ClipOptions& options = {});

// Clamps every element of every gradient to [-limit, limit]; NaN stays. ValueError: limit negative or NaN.
void clip_grad_value(const Parameters& parameters, double limit);

struct AdaptiveClipOptions {
  double clipping = 0.01;             // λ, at least 0
  double eps = 1e-3;                  // the norm that a unit's weights are taken to have at least, above 0: weights may begin with zeros

  void describe(Describe& is) const {
    is(range::at_least_zero, clipping);
    is(range::above_zero, eps);
  }
};

// Adaptive gradient clipping (Brock et al. 2021), unit by unit: where ‖g‖ ≥ λ·max(‖w‖, eps), g ← g·λ·max(‖w‖, eps)/‖g‖. A unit is what
// makes one output: a row of a matrix [outputs, inputs], a filter of a convolution [outputs, inputs, height, width], in general one index
// of the first dimension; a vector (a bias, the scales of a norm) or scalar is one unit. That is timm's reading; optax's for its transposed
// layouts, but that it takes a matrix with a single row or column as one unit. A gradient that is not finite spreads no further than its
// unit. Returns the number of units shortened. The paper leaves out the last layer: without(params, "head.*").
std::int64_t clip_grad_adaptive(const Parameters& parameters, const AdaptiveClipOptions& options = {});

}  // namespace gradus::optim
