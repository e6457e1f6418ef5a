#include <gradus/autograd/ops/matmul.h>

#include <algorithm>

#include <gradus/autograd/kernels/products/gemm.h>
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// [..., K] as the rows of one matrix.
Tensor as_rows(const Tensor& x) {
  if (x.rank() == 2) return x;
  const std::int64_t columns = x.dim(-1);
  std::int64_t rows = 1;
  for (int axis = 0; axis < x.rank() - 1; ++axis) rows *= x.dim(axis);
  return reshape(x, {rows, columns});
}

struct MatMul final : Op {
  std::string_view name() const override { return "matmul"; }
  Array forward(const Tensor& a, const Tensor& b) {
    check<ShapeError>(a.rank() >= 2 && b.rank() >= 2, "matmul: needs matrices, of at least 2 dimensions: ", describe(a), " x ", describe(b),
                      "; unsqueeze(v, 0) makes a row of a vector, unsqueeze(v, 1) a column");
    check<DtypeError>(a.dtype() == b.dtype(), "matmul: dtypes differ: ", describe(a), " x ", describe(b), "; convert one side with b.to(",
                      a.dtype(), ")");
    check<DtypeError>(computes_in(a.dtype()), "matmul: needs f32 or f64: ", describe(a), " x ", describe(b));
    check<ShapeError>(a.dim(-1) == b.dim(-2), "matmul: inner dimensions differ: ", describe(a), " x ", describe(b));
    for (int i = 3; i <= std::min(a.rank(), b.rank()); ++i)
      check<ShapeError>(a.dim(-i) == b.dim(-i) || a.dim(-i) == 1 || b.dim(-i) == 1,
                        "matmul: the leading dimensions do not broadcast: ", describe(a), " x ", describe(b), "; they must be equal or 1");
    save(a, b);
    return kernels::matmul(a.value(), b.value());
  }
  Grads backward(Tensor g) override {
    const auto [a, b] = saved<2>();
    // One matrix b for all of a's: then its gradient is one product over all rows.
    const bool rows = b.rank() == 2;
    return {needs(0) ? sum_to(matmul(g, transpose(b)), a.shape()) : Tensor{},
            !needs(1) ? Tensor{}
            : rows    ? matmul(transpose(as_rows(a)), as_rows(g))
                      : sum_to(matmul(transpose(a), g), b.shape())};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const auto [a, b] = saved<2>();
    return detail::sum_of_tangents(needs(0) ? matmul(vs[0], b) : Tensor{}, needs(1) ? matmul(a, vs[1]) : Tensor{});
  }
};

struct Linear final : Op {
  std::string_view name() const override { return "linear"; }
  Array forward(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const auto all = [&] {
      return text("x ", describe(x), ", weight ", describe(weight), bias.defined() ? text(", bias ", describe(bias)) : "");
    };
    if (weight.rank() != 2) fail<ShapeError>("linear: weight must be [outputs, inputs]: ", all());
    if (x.rank() == 0) fail<ShapeError>("linear: x must have at least 1 dimension: ", all());
    const std::int64_t inputs = weight.dim(1), outputs = weight.dim(0);
    if (x.dim(-1) != inputs) {
      const std::string& label = weight.node() && weight.node()->is_leaf() ? static_cast<const Leaf&>(*weight.node()).label : std::string();
      fail<ShapeError>("linear: input has ", x.dim(-1), " features but ", label.empty() ? "weight" : label, " expects ", inputs, ": x ",
                       x.shape(), ", weight ", weight.shape());
    }
    if (bias.defined() && bias.shape() != Shape{outputs}) fail<ShapeError>("linear: bias must be [", outputs, "]: ", all());
    if (!computes_in(x.dtype()) || weight.dtype() != x.dtype() || (bias.defined() && bias.dtype() != x.dtype())) {
      fail<DtypeError>("linear: needs one dtype, f32 or f64: ", all());
    }
    save(x, weight);
    Shape shape = x.shape();
    shape[shape.rank() - 1] = outputs;
    return kernels::linear(as_rows(x.detach()).value(), weight.value(), bias.value()).reshape(shape);
  }
  Grads backward(Tensor g) override {
    const auto [x, weight] = saved<2>();
    const Tensor rows = as_rows(g);
    return {needs(0) ? reshape(matmul(rows, weight), x.shape()) : Tensor{},
            needs(1) ? matmul(transpose(rows), as_rows(x)) : Tensor{},
            needs(2) ? sum(rows, 0) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const auto [x, weight] = saved<2>();
    const Tensor of_weight = needs(1) ? linear(x, vs[1], {}) : Tensor{};
    if (needs(0)) return detail::sum_of_tangents(linear(vs[0], weight, vs[2]), of_weight);
    if (of_weight.defined()) return needs(2) ? of_weight + vs[2] : of_weight;
    Shape shape = x.shape();
    shape[shape.rank() - 1] = weight.dim(0);
    return expand(vs[2], shape);
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_defined("matmul", a, "a");
  check_defined("matmul", b, "b");
  return record(MatMul{}, a, b);
}
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check_defined("linear", x);
  check_defined("linear", weight, "weight");
  return record(Linear{}, x, weight, bias);
}

}  // namespace gradus
