#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {

Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias) {
  check_defined("bilinear", a, "a");
  check_defined("bilinear", b, "b");
  check_defined("bilinear", weight, "weight");
  bool fits = a.rank() >= 1 && a.rank() == b.rank() && weight.rank() == 3;
  for (int i = 0; fits && i + 1 < a.rank(); ++i) fits = a.dim(i) == b.dim(i);
  check<ShapeError>(fits && a.dim(-1) == weight.dim(1) && b.dim(-1) == weight.dim(2),
                    "bilinear: needs a [..., I], b [..., J] and weight [N, I, J], not ", a.shape(), ", ", b.shape(), " and ",
                    describe(weight));
  check<ShapeError>(!bias.defined() || bias.shape() == Shape{weight.dim(0)}, "bilinear: the bias must be [", weight.dim(0), "], not ",
                    bias.shape());
  check<DtypeError>(a.dtype() == b.dtype() && a.dtype() == weight.dtype() && (!bias.defined() || a.dtype() == bias.dtype()),
                    "bilinear: a is ", a.dtype(), ", b ", b.dtype(), ", weight ", weight.dtype(), ", bias ", bias.dtype());
  const std::int64_t n = weight.dim(0), i = weight.dim(1), j = weight.dim(2);
  Shape shape = a.shape();
  shape[shape.rank() - 1] = n;
  std::int64_t rows = 1;
  for (int k = 0; k + 1 < a.rank(); ++k) rows *= a.dim(k);
  const Tensor of_b = linear(reshape(b, {rows, j}), reshape(weight, {n * i, j}));          // W·b: [rows, n·i]
  const Tensor y = reshape(matmul(reshape(of_b, {rows, n, i}), reshape(a, {rows, i, 1})), shape);
  return bias.defined() ? y + bias : y;
}

}  // namespace gradus
