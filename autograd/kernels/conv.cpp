#include <gradus/autograd/kernels/conv.h>

#include <gradus/autograd/kernels/dnnl.h>
#include <gradus/autograd/kernels/im2col.h>

namespace gradus::kernels {
namespace {

// A 1x1 kernel makes a product of the arrays as they lie; oneDNN would have to rearrange them first.
bool is_product(const ConvShape& s) { return s.groups == 1 && s.h.plain() && s.w.plain(); }

}  // namespace

Array conv2d(const ConvShape& shape, const Array& x, const Array& weight, const Array& bias) {
  return visit_floating(x.dtype(), "conv2d", [&]<class T>(T) {
    Array y(shape.y(), x.dtype());
    if (y.size() == 0) return y;
    const T* offsets = bias.defined() ? bias.data<T>() : nullptr;
    if constexpr (std::is_same_v<T, float>) {
      if (!is_product(shape) && dnnl_conv(shape, x.data<T>(), weight.data<T>(), offsets, y.mutable_data<T>())) return y;
    }
    im2col_conv(shape, x.data<T>(), weight.data<T>(), offsets, y.mutable_data<T>());
    return y;
  });
}

Array conv2d_input_gradient(const ConvShape& shape, const Array& g, const Array& weight) {
  return visit_floating(g.dtype(), "conv2d", [&]<class T>(T) {
    Array dx(shape.x(), g.dtype());
    if (dx.size() == 0) return dx;
    if constexpr (std::is_same_v<T, float>) {
      if (!is_product(shape) && dnnl_conv_input_gradient(shape, g.data<T>(), weight.data<T>(), dx.mutable_data<T>())) return dx;
    }
    im2col_input_gradient(shape, g.data<T>(), weight.data<T>(), dx.mutable_data<T>());
    return dx;
  });
}

Array conv2d_weight_gradient(const ConvShape& shape, const Array& g, const Array& x) {
  return visit_floating(g.dtype(), "conv2d", [&]<class T>(T) {
    if (shape.n == 0) return Array::zeros(shape.weight(), g.dtype());
    Array dw(shape.weight(), g.dtype());
    if constexpr (std::is_same_v<T, float>) {
      if (!is_product(shape) && dnnl_conv_weight_gradient(shape, g.data<T>(), x.data<T>(), dw.mutable_data<T>())) return dw;
    }
    im2col_weight_gradient(shape, g.data<T>(), x.data<T>(), dw.mutable_data<T>());
    return dw;
  });
}

}  // namespace gradus::kernels
