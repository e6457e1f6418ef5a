#include <gradus/autograd/kernels/products/dnnl_gemm.h>

#ifdef GRADUS_ONEDNN
#include <optional>

#include <gradus/autograd/kernels/onednn/primitive.h>
#include <gradus/autograd/kernels/products/blas.h>
#include <gradus/autograd/kernels/products/gemm_strips.h>

namespace gradus::kernels {
namespace {

using namespace onednn;

dnnl::memory::desc matrix_desc(std::int64_t rows, std::int64_t columns, std::int64_t stride, bool transposed) {
  const dnnl::memory::dims strides = transposed ? dnnl::memory::dims{1, stride} : dnnl::memory::dims{stride, 1};
  return {{rows, columns}, dnnl::memory::data_type::f32, strides};
}

std::optional<Prepared> prepare(const Product<float>& p) {
  try {
    const auto a = matrix_desc(p.m, p.k, p.a.stride, p.a.transposed), b = matrix_desc(p.k, p.n, p.b.stride, p.b.transposed);
    const auto c = matrix_desc(p.m, p.n, p.c_stride, false);
    const auto bias = p.bias ? matrix_desc(1, p.n, p.n, false) : dnnl::memory::desc();
    dnnl::primitive_attr attributes;
    if (p.accumulate) {
      dnnl::post_ops sum;
      sum.append_sum(1);
      attributes.set_post_ops(sum);
    }
    const dnnl::matmul::primitive_desc desc(p.bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c), attributes, cpu());
    if (is_reference(desc.impl_info_str())) return {};
    return Prepared(dnnl::matmul(desc), {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, c}});
  } catch (const dnnl::error&) {
    return {};
  }
}

// By the calling thread alone.
bool single_threaded(const Product<float>& p) {
  thread_local Cache<7, std::optional<Prepared>, 256> known;
  const std::int64_t manner = p.a.transposed | p.b.transposed << 1 | p.accumulate << 2 | (p.bias != nullptr) << 3;
  const Team team(1);
  const auto& primitive = known.get({p.m, p.n, p.k, p.a.stride, p.b.stride, p.c_stride, manner}, [&] { return prepare(p); });
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
