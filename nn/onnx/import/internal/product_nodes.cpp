// Products of matrices.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/einsum.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>

namespace gradus::nn::onnx {
namespace {

// Whole numbers are multiplied as f64, which is exact up to 2^53.
Tensor product(const Tensor& a, const Tensor& b) {
  return is_floating(a.dtype()) ? matmul(a, b) : matmul(a.to(f64), b.to(f64)).to(a.dtype());
}
Run matmul_node(NodeReader&) {
  return one([](In x) { return product(x[0], x[1]); });
}

Run gemm_node(NodeReader& node) {
  const double alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  const bool a_turned = node.flag("transA", false), b_turned = node.flag("transB", false);
  return one([=](In x) {
    check<ShapeError>(x[0].rank() == 2 && x[1].rank() == 2, "Gemm: ", x[0].shape(), " x ", x[1].shape(), " are no two matrices");
    const Tensor a = a_turned ? transpose(x[0], 0, 1) : x[0];
    const bool has_bias = x[2].defined() && beta != 0;
    if (b_turned && alpha == 1 && beta == 1 && is_floating(a.dtype()) && (!has_bias || x[2].rank() == 1))
      if (!has_bias || x[2].size() == x[1].dim(0)) return linear(a, x[1], x[2]);   // one pass
    Tensor y = product(a, b_turned ? transpose(x[1], 0, 1) : x[1]);
    if (alpha != 1) y = y * alpha;
    if (!has_bias) return y;
    return y + (beta == 1 ? x[2] : x[2] * beta);
  });
}

Run einsum_node(NodeReader& node) {
  const std::string equation = node.any_text("equation");
  node.expect(!equation.empty(), "attribute \"equation\" is missing");
  return one([equation](In x) { return einsum(equation, x); });
}

Run determinant(NodeReader&) {
  return one([](In x) { return linalg::det(x[0]); });
}

constexpr Operator product_rows[] = {
    {"Det", 11, 1, 1, 1, determinant},
    {"Einsum", 12, 1, any, 1, einsum_node},
    {"Gemm", 7, 2, 3, 1, gemm_node},
    {"MatMul", 1, 2, 2, 1, matmul_node},
};

}  // namespace

std::span<const Operator> product_operators() { return product_rows; }

}  // namespace gradus::nn::onnx
