#include <gradus/autograd/kernels/products/dnnl_gemm.h>

#ifdef GRADUS_ONEDNN
#include <optional>

#include <gradus/autograd/kernels/products/blas.h>
#include <gradus/autograd/kernels/products/dnnl_product.h>
#include <gradus/autograd/kernels/products/gemm_strips.h>

namespace gradus::kernels {
namespace {

using namespace onednn;

// By the calling thread alone.
bool single_threaded(const Product<float>& p) {
  thread_local Cache<7, std::optional<Prepared>, 256> known;
  const std::int64_t manner = p.a.transposed | p.b.transposed << 1 | p.accumulate << 2 | (p.bias != nullptr) << 3;
  const Team team(1);
  const auto& primitive = known.get({p.m, p.n, p.k, p.a.stride, p.b.stride, p.c_stride, manner}, [&] {
    const auto a = matrix_desc(p.m, p.k, p.a.stride, p.a.transposed), b = matrix_desc(p.k, p.n, p.b.stride, p.b.transposed);
    return prepare_product(p, a, b);
  });
  if (!primitive) return false;
  (*primitive)({p.a.data, p.b.data, p.bias, p.c});
  return true;
}

}  // namespace

bool dnnl_gemm(const Product<float>& p) {
  for_strips(p, [](const Product<float>& strip) {
    if (!single_threaded(strip)) blas_gemm(strip);
  });
  return true;
}

}  // namespace gradus::kernels
#else

namespace gradus::kernels {
bool dnnl_gemm(const Product<float>&) { return false; }
}  // namespace gradus::kernels
#endif
