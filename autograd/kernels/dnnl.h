// oneDNN's side of products and convolutions, f32. Each function says whether it did the work; false: this build has no oneDNN, or oneDNN
// has no fast way. Primitives are made once for each shape and thread and kept; a call with a known shape allocates nothing here.
// No oneDNN header is included.
#pragma once
#include <gradus/autograd/kernels/conv.h>
#include <gradus/autograd/kernels/gemm.h>

namespace gradus::kernels {

bool dnnl_gemm(const Product<float>& product);
bool dnnl_conv(const ConvShape& shape, const float* x, const float* weight, const float* bias, float* y);
bool dnnl_conv_input_gradient(const ConvShape& shape, const float* g, const float* weight, float* dx);
bool dnnl_conv_weight_gradient(const ConvShape& shape, const float* g, const float* x, float* dw);

}  // namespace gradus::kernels
