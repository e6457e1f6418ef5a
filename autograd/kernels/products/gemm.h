// Products of matrices: on raw memory (gemm), and of arrays with broadcast leading dimensions (matmul). f32 and f64; transposed views are
// taken as they are. Knows nothing of gradients: ops/matmul.h does. Which library does the work is decided in gemm.cpp, for each size.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// A matrix in row-major memory, its rows `stride` elements apart; transposed: the memory holds its transpose, whose rows are.
template <class T>
struct Matrix {
  const T* data;
  std::int64_t stride;
  bool transposed = false;
};

// c [m, n] = a [m, k] · b [k, n] (+ bias [n] on each row) (+ c, when accumulating). k = 0 is a product of zeros.
template <class T>
struct Product {
  std::int64_t m, n, k;
  Matrix<T> a, b;
  T* c;
  std::int64_t c_stride;
  const T* bias = nullptr;
  bool accumulate = false;
  bool bf16 = false;   // f32, where there are such products: a and b rounded to bf16, unless it is a small one (dnnl_bf16_gemm.h)
};

// Is a or b one? Each number of the other is read for one product then.
template <class T>
bool with_vector(const Product<T>& p) { return p.m == 1 || p.n == 1; }

void gemm(const Product<float>& product);
void gemm(const Product<double>& product);

// These two in the thread's precision (base/product_precision.h).
// a [..., M, K] · b [..., K, N] → [..., M, N]; the shapes are known to fit. DtypeError unless f32 or f64.
Array matmul(const Array& a, const Array& b);

// x [M, K] · weightᵀ + bias: weight [N, K], bias [N] or undefined → [M, N]; the shapes are known to fit.
Array linear(const Array& x, const Array& weight, const Array& bias);

}  // namespace gradus::kernels
