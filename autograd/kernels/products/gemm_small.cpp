#include <gradus/autograd/kernels/products/gemm_small.h>

namespace gradus::kernels {
namespace {

// Row by row of c. b as stored [k, n]: c's row gathers multiples of b's rows; b stored transposed [n, k]: each element is a dot product.
template <class T>
void small_product(const Product<T>& p) {
  const std::int64_t a_row = p.a.transposed ? 1 : p.a.stride, a_term = p.a.transposed ? p.a.stride : 1;
  for (std::int64_t i = 0; i < p.m; ++i) {
    T* c = p.c + i * p.c_stride;
    const T* a = p.a.data + i * a_row;
    for (std::int64_t j = 0; j < p.n; ++j) c[j] = (p.accumulate ? c[j] : T(0)) + (p.bias ? p.bias[j] : T(0));
    if (p.b.transposed) {
      for (std::int64_t j = 0; j < p.n; ++j) {
        const T* b = p.b.data + j * p.b.stride;
        T sum = 0;
        for (std::int64_t t = 0; t < p.k; ++t) sum += a[t * a_term] * b[t];
        c[j] += sum;
      }
    } else {
      for (std::int64_t t = 0; t < p.k; ++t) {
        const T* b = p.b.data + t * p.b.stride;
        const T factor = a[t * a_term];
        for (std::int64_t j = 0; j < p.n; ++j) c[j] += factor * b[j];
      }
    }
  }
}

}  // namespace

void gemm_small(const Product<float>& product) { small_product(product); }
void gemm_small(const Product<double>& product) { small_product(product); }

}  // namespace gradus::kernels
