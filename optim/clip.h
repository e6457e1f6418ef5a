// Clipping gradients between backward() and step(). Parameters without a gradient are passed over.
//   loss.backward();  optim::clip_grad_norm(params, 1.0);  adam.step();
#pragma once
#include <gradus/autograd/parameter_list.h>

namespace gradus::optim {

struct ClipOptions {
  double norm_type = 2;               // p > 0 of the p-norm; infinity for the largest magnitude
  bool error_if_nonfinite = false;    // ValueError, with the gradients as they were, when the total is NaN or infinite
};

// Scales all gradients by min(1, max_norm/(total + 1e-6)), where total is the norm of all of them taken as one vector, and returns total
// as it was before. Sums are in double and do not depend on the number of threads. With a total of infinity finite gradients become 0,
// with one of NaN all become NaN, as in PyTorch. ValueError: max_norm negative or NaN, norm_type not positive; DtypeError: not f32 or f64.
double clip_grad_norm(const Parameters& parameters, double max_norm, const ClipOptions& options = {});

// Clamps every element of every gradient to [-limit, limit]; NaN stays. ValueError: limit negative or NaN.
void clip_grad_value(const Parameters& parameters, double limit);

}  // namespace gradus::optim
