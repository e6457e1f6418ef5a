#include <gradus/autograd/ops/diagonal.h>

#include <algorithm>
#include <utility>

#include <gradus/autograd/kernels/axes/place.h>
#include <gradus/autograd/kernels/axes/triangle.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

struct Which {
  std::int64_t offset;
  int a, b;
};
Tensor diagonal_of(const Tensor& x, const Which& which);
Tensor into_diagonal(const Tensor& x, const Which& which, const Shape& shape);

struct Diagonal final : Op, detail::Described {
  std::string_view name() const override { return "diagonal"; }
  void describe(detail::OpOptions& o) const override { o("offset", which.offset)("a", which.a)("b", which.b); }
  Which which;
  Shape shape;
  explicit Diagonal(const Which& which) : which(which) {}
  Array forward(const Tensor& x) { return shape = x.shape(), x.value().diagonal(which.offset, which.a, which.b); }
  Grads backward(Tensor g) override { return {into_diagonal(g, which, shape)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return diagonal_of(vs[0], which); }
};

// Zeros with x on the diagonal.
struct IntoDiagonal final : Op, detail::Described {
  std::string_view name() const override { return "diag_embed"; }
  void describe(detail::OpOptions& o) const override { o("offset", which.offset)("a", which.a)("b", which.b); }
  Which which;
  Shape shape;
  IntoDiagonal(const Which& which, const Shape& shape) : which(which), shape(shape) {}
  Array forward(const Tensor& x) {
    Array out = Array::zeros(shape, x.dtype());
    Shape strides;
    std::ptrdiff_t bytes = 0;
    {
      const Array line = out.diagonal(which.offset, which.a, which.b);   // says where it lies, and goes before it is written to
      strides = line.strides(), bytes = static_cast<const std::byte*>(line.raw()) - static_cast<const std::byte*>(out.raw());
    }
    kernels::place_strided(x.value(), out, bytes / static_cast<std::ptrdiff_t>(size_of(x.dtype())), strides);
    return out;
  }
  Grads backward(Tensor g) override { return {diagonal_of(g, which)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return into_diagonal(vs[0], which, shape); }
};

Tensor diagonal_of(const Tensor& x, const Which& which) { return record(Diagonal(which), x); }
Tensor into_diagonal(const Tensor& x, const Which& which, const Shape& shape) { return record(IntoDiagonal(which, shape), x); }

struct Triangle final : Op, detail::Described {
  bool lower;
  std::int64_t offset;
  std::string_view name() const override { return lower ? "tril" : "triu"; }
  void describe(detail::OpOptions& o) const override { o("offset", offset)("lower", lower); }
  Triangle(bool lower, std::int64_t offset) : lower(lower), offset(offset) {}
  Array forward(const Tensor& x) { return kernels::triangle(x.value().as_contiguous(), lower, offset); }
  Grads backward(Tensor g) override { return {record(Triangle(lower, offset), g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Triangle(lower, offset), vs[0]); }
};

Tensor triangle(const Tensor& x, bool lower, std::int64_t offset) {
  const char* op = lower ? "tril" : "triu";
  check_defined(op, x);
  check<ShapeError>(x.rank() >= 2, op, ": takes matrices [..., M, N], not ", x.shape());
  return record(Triangle(lower, offset), x);
}

Tensor triangle_indices(const char* op, std::int64_t rows, std::int64_t columns, bool lower, std::int64_t offset) {
  check<ShapeError>(rows >= 0 && columns >= 0, op, ": sizes must not be negative: ", Shape{rows, columns});
  const auto run = [&](std::int64_t i) {   // of row i, the columns from first to second
    const std::int64_t edge = std::clamp<std::int64_t>(i + offset + lower, 0, columns);
    return lower ? std::pair<std::int64_t, std::int64_t>(0, edge) : std::pair(edge, columns);
  };
  std::int64_t n = 0;
  for (std::int64_t i = 0; i < rows; ++i) n += run(i).second - run(i).first;
  Array out({2, n}, i64);
  std::int64_t *row = out.mutable_data<std::int64_t>(), *column = row + n;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = run(i).first; j < run(i).second; ++j) *row++ = i, *column++ = j;
  return out;
}

}  // namespace

Tensor diagonal(const Tensor& x, std::int64_t offset, Axis a, Axis b) {
  check_defined("diagonal", x);
  a = normal_axis(a, x.rank(), "diagonal"), b = normal_axis(b, x.rank(), "diagonal");
  check<ValueError>(a.number != b.number, "diagonal: axes must be two, not ", a.number, " twice, for shape ", x.shape());
  return diagonal_of(x, {offset, a, b});
}

Tensor diag_embed(const Tensor& x, std::int64_t offset, Axis a, Axis b) {
  check_defined("diag_embed", x);
  check<ShapeError>(x.rank() >= 1, "diag_embed: a scalar has no last dimension");
  const int rank = x.rank() + 1;
  const int first = normal_axis(a, rank, "diag_embed"), second = normal_axis(b, rank, "diag_embed");
  check<ValueError>(first != second, "diag_embed: axes must be two, not ", first, " twice, for shape ", x.shape());
  Shape shape = x.shape();
  shape.erase(rank - 2);
  const std::int64_t n = x.dim(-1) + (offset < 0 ? -offset : offset);
  shape.insert(std::min(first, second), n), shape.insert(std::max(first, second), n);
  checked_elements(shape, "diag_embed");
  return into_diagonal(x, {offset, first, second}, shape);
}

Tensor diag(const Tensor& x, std::int64_t offset) {
  check_defined("diag", x);
  check<ShapeError>(x.rank() == 1 || x.rank() == 2, "diag: takes a vector or a matrix, not ", x.shape(),
                    "; diagonal and diag_embed take batches");
  return x.rank() == 1 ? diag_embed(x, offset) : diagonal(x, offset);
}

Tensor trace(const Tensor& x) {
  check_defined("trace", x);
  check<ShapeError>(x.rank() == 2, "trace: takes a matrix, not ", x.shape());
  return sum(diagonal(x));
}

Tensor tril(const Tensor& x, std::int64_t offset) { return triangle(x, true, offset); }
Tensor triu(const Tensor& x, std::int64_t offset) { return triangle(x, false, offset); }

Tensor tril_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset) {
  return triangle_indices("tril_indices", rows, columns, true, offset);
}
Tensor triu_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset) {
  return triangle_indices("triu_indices", rows, columns, false, offset);
}

}  // namespace gradus
