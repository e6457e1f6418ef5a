// A product of matrices as oneDNN's primitive, whatever its two sides are like. Includes oneDNN, so only dnnl_*.cpp include this.
#pragma once
#include <optional>

#include <gradus/autograd/kernels/onednn/primitive.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels::onednn {

inline dnnl::memory::desc matrix_desc(std::int64_t rows, std::int64_t columns, std::int64_t stride, bool transposed,
                                      dnnl::memory::data_type type = dnnl::memory::data_type::f32) {
  return {{rows, columns}, type, transposed ? dnnl::memory::dims{1, stride} : dnnl::memory::dims{stride, 1}};
}

// Of p's sizes, bias and c, with sides of these descriptions; none where oneDNN has no fast way.
inline std::optional<Prepared> prepare_product(const Product<float>& p, const dnnl::memory::desc& a, const dnnl::memory::desc& b) {
  try {
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

}  // namespace gradus::kernels::onednn
