// oneDNN's side of products, f32. No oneDNN header is included.
#pragma once
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {

// Whether it did the work; no: this build has no oneDNN, or oneDNN has no fast way.
bool dnnl_gemm(const Product<float>& product);

}  // namespace gradus::kernels
