// Dropout (Srivastava et al., JMLR 15, 2014), scaled in training so that evaluation needs nothing.
//   Generator noise(42);  Tensor y = dropout(x, 0.5, noise);
// ValueError unless 0 <= p <= 1, DtypeError unless f32 or f64. Masks depend on the generator and the element's (or channel's) place
// (row-major) alone, never on threads or on the shape. With p = 0 the result is x; with p = 1 it is 0, also where x is infinite.
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Zeroes each element with probability p and scales the others by 1 / (1 − p).
Tensor dropout(const Tensor& x, double p, Generator& generator);
// The same of whole channels of each sample (Tompson et al., CVPR 2015): x [N, C, L] or [C, L]; [N, C, H, W], and [N, C, L] as in PyTorch;
// [N, C, D, H, W] or [C, D, H, W]. ShapeError otherwise.
Tensor dropout1d(const Tensor& x, double p, Generator& generator);
Tensor dropout2d(const Tensor& x, double p, Generator& generator);
Tensor dropout3d(const Tensor& x, double p, Generator& generator);

// For networks of selu (Klambauer et al., 2017): dropped elements are α = −1.7581 instead of 0, then all become a·x + b, so that mean 0 and
// variance 1 stay: a = 1/√((1 − p)(1 + p·α²)), b = −a·p·α. With p = 1 all are 0.
Tensor alpha_dropout(const Tensor& x, double p, Generator& generator);
// The same of whole channels: x [N, C, ...].
Tensor feature_alpha_dropout(const Tensor& x, double p, Generator& generator);

}  // namespace gradus
