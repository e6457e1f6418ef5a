#include <gradus/autograd/ops/matmul.h>

#include <algorithm>

#include <gradus/autograd/base/product_precision.h>
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

void check_product(const char* op, const Tensor& a, const Tensor& b) {
  check<ShapeError>(a.rank() >= 1 && b.rank() >= 1, op, ": needs vectors or matrices, of at least 1 dimension: ", describe(a), " x ",
                    describe(b), "; a * b multiplies by a scalar");
  check<DtypeError>(a.dtype() == b.dtype(), op, ": dtypes differ: ", describe(a), " x ", describe(b), "; convert one side with b.to(",
                    a.dtype(), ")");
  check<DtypeError>(computes_in(a.dtype()), op, ": needs f32 or f64: ", describe(a), " x ", describe(b));
  check<ShapeError>(a.dim(-1) == b.dim(b.rank() > 1 ? -2 : -1), op, ": inner dimensions differ: ", describe(a), " x ", describe(b));
  for (int i = 3; i <= std::min(a.rank(), b.rank()); ++i)
    check<ShapeError>(a.dim(-i) == b.dim(-i) || a.dim(-i) == 1 || b.dim(-i) == 1,
                      op, ": the leading dimensions do not broadcast: ", describe(a), " x ", describe(b), "; they must be equal or 1");
}

struct MatMul final : Op {
  std::string_view name() const override { return "matmul"; }
  const ProductPrecision precision = product_precision();
  Array forward(const Tensor& a, const Tensor& b) {
    save(a, b);
    return kernels::matmul(a.value(), b.value());
  }
  Grads backward(Tensor g) override {
    const ProductPrecisionScope same(precision);
    const auto [a, b] = saved<2>();
    // One matrix b for all of a's: then its gradient is one product over all rows.
    const bool rows = b.rank() == 2;
    return {needs(0) ? sum_to(matmul(g, transpose(b)), a.shape()) : Tensor{},
            !needs(1) ? Tensor{}
            : rows    ? matmul(transpose(as_rows(a)), as_rows(g))
                      : sum_to(matmul(transpose(a), g), b.shape())};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const ProductPrecisionScope same(precision);
    const auto [a, b] = saved<2>();
    return detail::sum_of_tangents(needs(0) ? matmul(vs[0], b) : Tensor{}, needs(1) ? matmul(a, vs[1]) : Tensor{});
  }
};

struct Linear final : Op {
  std::string_view name() const override { return "linear"; }
  const ProductPrecision precision = product_precision();
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
    const ProductPrecisionScope same(precision);
    const auto [x, weight] = saved<2>();
    const Tensor rows = as_rows(g);
    return {needs(0) ? reshape(matmul(rows, weight), x.shape()) : Tensor{},
            needs(1) ? matmul(transpose(rows), as_rows(x)) : Tensor{},
            needs(2) ? sum(rows, 0) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const ProductPrecisionScope same(precision);
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

namespace {

// Of vectors a row and a column, which go again.
Tensor product(const char* op, const Tensor& a, const Tensor& b) {
  check_product(op, a, b);
  if (a.rank() > 1 && b.rank() > 1) return record(MatMul{}, a, b);
  Tensor y = record(MatMul{}, a.rank() > 1 ? a : unsqueeze(a, 0), b.rank() > 1 ? b : unsqueeze(b, 1));
  if (b.rank() == 1) y = squeeze(y, -1);
  return a.rank() == 1 ? squeeze(y, b.rank() == 1 ? -1 : -2) : y;
}

// Of operands that have so many dimensions.
Tensor exact_product(const char* op, const Tensor& a, int a_rank, const Tensor& b, int b_rank, const char* takes) {
  check_defined(op, a, "a");
  check_defined(op, b, "b");
  check<ShapeError>(a.rank() == a_rank && b.rank() == b_rank, op, ": takes ", takes, ": ", describe(a), " x ", describe(b));
  check<ShapeError>(a_rank < 3 || a.dim(0) == b.dim(0), op, ": as many matrices on both sides: ", describe(a), " x ", describe(b),
                    "; matmul broadcasts");
  return product(op, a, b);
}

constexpr const char *matrices = "matrices [M, K] and [K, N]", *batches = "batches of matrices [B, M, K] and [B, K, N]";

Tensor added(const char* op, const Tensor& x, Tensor y, double beta, double alpha) {
  check<DtypeError>(x.dtype() == y.dtype(), op, ": dtypes differ: x ", describe(x), ", product ", describe(y));
  check<ShapeError>(broadcast_shapes(x.shape(), y.shape(), op) == y.shape(), op, ": x ", describe(x),
                    " does not broadcast to the product, ", y.shape());
  if (alpha != 1) y = y * alpha;
  return beta == 0 ? y : y + (beta == 1 ? x : x * beta);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_defined("matmul", a, "a");
  check_defined("matmul", b, "b");
  return product("matmul", a, b);
}

Tensor mm(const Tensor& a, const Tensor& b) { return exact_product("mm", a, 2, b, 2, matrices); }
Tensor mv(const Tensor& a, const Tensor& v) { return exact_product("mv", a, 2, v, 1, "a matrix [M, K] and a vector [K]"); }
Tensor bmm(const Tensor& a, const Tensor& b) { return exact_product("bmm", a, 3, b, 3, batches); }
Tensor dot(const Tensor& a, const Tensor& b) { return exact_product("dot", a, 1, b, 1, "two vectors [K]"); }

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta, double alpha) {
  check_defined("addmm", x);
  const bool bias = x.rank() == 1 && beta == 1 && alpha == 1 && a.rank() == 2 && b.rank() == 2 && a.dim(1) == b.dim(0) &&
                    x.dim(0) == b.dim(1) && x.dtype() == a.dtype() && a.dtype() == b.dtype() && computes_in(a.dtype());
  if (bias) return linear(a, transpose(b), x);   // one pass
  return added("addmm", x, exact_product("addmm", a, 2, b, 2, matrices), beta, alpha);
}

Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta, double alpha) {
  check_defined("baddbmm", x);
  return added("baddbmm", x, exact_product("baddbmm", a, 3, b, 3, batches), beta, alpha);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  check_defined("outer", a, "a");
  check_defined("outer", b, "b");
  check<ShapeError>(a.rank() == 1 && b.rank() == 1, "outer: takes two vectors: ", describe(a), " and ", describe(b));
  check<DtypeError>(a.dtype() == b.dtype(), "outer: dtypes differ: ", describe(a), " and ", describe(b));
  return unsqueeze(a, 1) * b;
}

Tensor inner(const Tensor& a, const Tensor& b) {
  check_defined("inner", a, "a");
  check_defined("inner", b, "b");
  check<DtypeError>(a.dtype() == b.dtype(), "inner: dtypes differ: ", describe(a), " and ", describe(b));
  if (a.rank() == 0 || b.rank() == 0) return a * b;
  check<ShapeError>(a.dim(-1) == b.dim(-1), "inner: last dimensions differ: ", describe(a), " and ", describe(b));
  Shape shape(std::span(a.shape().begin(), static_cast<std::size_t>(a.rank() - 1)));
  for (int i = 0; i < b.rank() - 1; ++i) shape.push_back(b.dim(i));
  return reshape(product("inner", as_rows(a), transpose(as_rows(b))), shape);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check_defined("linear", x);
  check_defined("linear", weight, "weight");
  return record(Linear{}, x, weight, bias);
}

}  // namespace gradus
