// oneDNN's side of products and convolutions, f32. Each function says whether it did the work; no (false, an undefined array): this build
// has no oneDNN, or oneDNN has no fast way. Primitives are made once for each shape and thread, and the last few hundred of each thread are
// kept; a call with a known shape allocates nothing here but its result. No oneDNN header is included.
#pragma once
#include <string>

#include <gradus/autograd/kernels/conv.h>
#include <gradus/autograd/kernels/gemm.h>

namespace gradus::kernels {

bool dnnl_gemm(const Product<float>& product);

// Images of any strides in (x is made channels-last), channels-last ones out; weights are contiguous.
Array dnnl_conv(const ConvShape& shape, Array& x, const Array& weight, const Array& bias);
Array dnnl_conv_input_gradient(const ConvShape& shape, const Array& g, const Array& weight);
Array dnnl_conv_weight_gradient(const ConvShape& shape, const Array& g, const Array& x);

// Which oneDNN, and the newest instructions that it uses here, for people.
std::string dnnl_description();

// Primitives of all threads since the start, and those that are kept.
struct PrimitiveCount { std::int64_t made = 0, kept = 0; };
PrimitiveCount dnnl_primitives();

}  // namespace gradus::kernels
