// Compiled only (house_unoptimised): everything that a formula may say, forward and backward, in f32 and f64.
#include <gradus/autograd/fuse.h>
#include <gradus/autograd/ops/arithmetic.h>

gradus::Tensor house_unoptimised_fuse(const gradus::Tensor& x, const gradus::Tensor& y) {
  return gradus::fuse(
      [](auto a, auto b) {
        const auto smooth = exp(a) + log(a) + log1p(a) + sqrt(a) + square(a) + tanh(a) + sigmoid(a) + softplus(a) + erf(a) + pow(a, b);
        const auto rest = abs(a) + sign(a) + relu(a) + maximum(a, b) + minimum(a, b) + like(a, 3) / a - b;
        return where(a < b && a != 2, smooth, where(!(a >= b) || a == 1, rest, -a));
      },
      x, y);
}
