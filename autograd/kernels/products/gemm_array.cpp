// Products of arrays: finds how each operand lies in memory, and loops over the leading dimensions.
#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/products/dnnl_bf16_gemm.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {
namespace {

// The last two dimensions in memory: rows apart by `stride`, or columns (transposed). Rows may lie apart, but not on top of each other.
struct Layout {
  bool fits, transposed;
  std::int64_t stride;
};

Layout layout_of(const Array& a) {
  const int r = a.rank();
  const std::int64_t rows = a.dim(r - 2), columns = a.dim(r - 1);
  const std::int64_t down = a.strides()[r - 2], right = a.strides()[r - 1];
  if ((right == 1 || columns == 1) && (down >= columns || rows == 1)) return {true, false, rows == 1 ? columns : down};
  if ((down == 1 || rows == 1) && (right >= rows || columns == 1)) return {true, true, columns == 1 ? rows : right};
  return {false, false, 0};
}

// One operand: an array whose matrices gemm can read, and the steps between them along the leading dimensions of the product.
template <class T>
struct Operand {
  Operand(const Array& a, const Shape& lead) : array(layout_of(a).fits ? a : a.contiguous_copy()), layout(layout_of(array)) {
    const int missing = lead.rank() - (array.rank() - 2);
    for (int i = 0; i < lead.rank(); ++i) {
      steps.push_back(i < missing || array.shape()[i - missing] == 1 ? 0 : array.strides()[i - missing]);
    }
  }
  Matrix<T> matrix(std::int64_t offset) const { return {array.data<T>() + offset, layout.stride, layout.transposed}; }

  Array array;
  Layout layout;
  Shape steps;
};

Shape leading(const Array& a) { return Shape(std::span(a.shape().begin(), static_cast<std::size_t>(a.rank() - 2))); }

template <class T>
Array product(const Array& a_in, const Array& b_in) {
  const std::int64_t m = a_in.dim(-2), k = a_in.dim(-1), n = b_in.dim(-1);
  const Shape lead = broadcast_shapes(leading(a_in), leading(b_in), "matmul");
  Shape shape = lead;
  shape.push_back(m);
  shape.push_back(n);
  // One matrix b for all: the rows of all of a are one tall matrix.
  if (b_in.rank() == 2 && a_in.rank() > 2 && a_in.contiguous()) {
    return product<T>(a_in.reshape({lead.elements() * m, k}), b_in).reshape(shape);
  }

  Array c(shape, a_in.dtype());
  if (c.size() == 0) return c;
  T* const out = c.mutable_data<T>();
  const Operand<T> a(a_in, lead), b(b_in, lead);
  const bool bf16 = bf16_wanted();
  const auto one = [&](std::int64_t index) {
    std::int64_t a_offset = 0, b_offset = 0;
    for (std::int64_t axis = lead.rank() - 1, rest = index; axis >= 0; rest /= lead[static_cast<int>(axis--)]) {
      const std::int64_t at = rest % lead[static_cast<int>(axis)];
      a_offset += at * a.steps[static_cast<int>(axis)];
      b_offset += at * b.steps[static_cast<int>(axis)];
    }
    gemm(Product<T>{.m = m, .n = n, .k = k, .a = a.matrix(a_offset), .b = b.matrix(b_offset), .c = out + index * m * n, .c_stride = n,
                    .bf16 = bf16});
  };
  // Many matrices: each thread takes some; few: all threads work on one after the other.
  const std::int64_t count = lead.elements(), work = std::max<std::int64_t>(m * n * k, 1);
  if (count >= 4 * num_threads()) {
    parallel_for(count, (1 << 18) / work + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) one(i);
    });
  } else {
    for (std::int64_t i = 0; i < count; ++i) one(i);
  }
  return c;
}

}  // namespace

Array matmul(const Array& a, const Array& b) {
  return visit_floating(a.dtype(), "matmul", [&]<class T>(T) { return product<T>(a, b); });
}

Array linear(const Array& x, const Array& weight, const Array& bias) {
  return visit_floating(x.dtype(), "linear", [&]<class T>(T) {
    const std::int64_t m = x.dim(0), k = x.dim(1), n = weight.dim(0);
    Array y({m, n}, x.dtype());
    const Operand<T> a(x, {}), b(weight, {});
    const Matrix<T> w = b.matrix(0);
    const Array offsets = bias.defined() ? bias.as_contiguous() : Array();
    gemm(Product<T>{.m = m, .n = n, .k = k, .a = a.matrix(0), .b = {w.data, w.stride, !w.transposed}, .c = y.mutable_data<T>(),
                    .c_stride = n, .bias = offsets.defined() ? offsets.data<T>() : nullptr, .bf16 = bf16_wanted()});
    return y;
  });
}

}  // namespace gradus::kernels
