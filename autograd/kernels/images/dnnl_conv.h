// oneDNN's side of convolutions, f32. An undefined array in the place of a result: this build has no oneDNN, or oneDNN has no fast way.
// Primitives are made once for each shape and thread, and the last few hundred of each thread are kept; a call with a known shape allocates
// nothing here but its result. No oneDNN header is included.
#pragma once
#include <gradus/autograd/kernels/images/conv.h>

namespace gradus::kernels {

// Images of any strides in (x, and g of the input gradient, are made channels-last), channels-last ones out; weights are contiguous.
Array dnnl_conv(const ConvShape& shape, Array& x, const Array& weight, const Array& bias);
Array dnnl_conv_input_gradient(const ConvShape& shape, Array& g, const Array& weight);
Array dnnl_conv_weight_gradient(const ConvShape& shape, const Array& g, const Array& x);

// Whether there is a fast way for the weight gradient, and for the input gradient or (forward) the convolution without a bias.
bool dnnl_conv_both(const ConvShape& shape, bool forward);

}  // namespace gradus::kernels
