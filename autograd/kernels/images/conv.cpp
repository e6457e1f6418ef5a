#include <gradus/autograd/kernels/images/conv.h>

#include <utility>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/kernels/images/dnnl_conv.h>
#include <gradus/autograd/kernels/images/im2col.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {
namespace {

// A 1x1 kernel makes a product of the arrays as they lie; oneDNN would have to rearrange them first.
bool is_product(const ConvShape& s) { return s.groups == 1 && s.h.plain() && s.w.plain(); }

// Then all pixels of all images are the rows of one matrix.
bool is_product_of_rows(const ConvShape& s, const Array& images) {
  return is_product(s) && only_channels_last(images);
}

Array as_images(const Array& rows, const Shape& shape) {
  return rows.reshape({shape[0], shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2});
}

bool for_dnnl(const ConvShape& s, const Array& images) { return images.dtype() == f32 && !is_product(s) && images.size() > 0; }

// What the products of the other ways count for themselves.
Array counted(const ConvShape& s, Array result) {
  profile::add_flops(2 * s.multiplications());
  return result;
}

}  // namespace

Array conv2d(const ConvShape& s, Array& x, const Array& weight, const Array& bias) {
  if (is_product_of_rows(s, x)) return as_images(linear(pixel_rows(x), weight.reshape({s.f, s.c}), bias), s.y());
  if (for_dnnl(s, x)) {
    if (Array y = dnnl_conv(s, x, weight, bias); y.defined()) return counted(s, std::move(y));
  }
  return visit_floating(x.dtype(), "conv2d", [&]<class T>(T) {
    Array y(s.y(), x.dtype());
    if (y.size() == 0) return y;
    x = x.as_contiguous();
    im2col_conv(s, x.data<T>(), weight.data<T>(), bias.defined() ? bias.data<T>() : nullptr, y.mutable_data<T>());
    return y;
  });
}

Array conv2d_input_gradient(const ConvShape& s, const Array& g, const Array& weight) {
  if (is_product_of_rows(s, g)) return as_images(matmul(pixel_rows(g), weight.reshape({s.f, s.c})), s.x());
  if (for_dnnl(s, g)) {
    if (Array dx = dnnl_conv_input_gradient(s, g, weight); dx.defined()) return counted(s, std::move(dx));
  }
  return visit_floating(g.dtype(), "conv2d", [&]<class T>(T) {
    Array dx(s.x(), g.dtype());
    if (dx.size() == 0) return dx;
    const Array slopes = g.as_contiguous();
    im2col_input_gradient(s, slopes.data<T>(), weight.data<T>(), dx.mutable_data<T>());
    return dx;
  });
}

Array conv2d_weight_gradient(const ConvShape& s, const Array& g, const Array& x) {
  if (s.n == 0) return Array::zeros(s.weight(), g.dtype());
  if (is_product_of_rows(s, g) || is_product_of_rows(s, x)) {
    return matmul(pixel_rows(channels_last(g)).transpose(0, 1), pixel_rows(channels_last(x))).reshape(s.weight());
  }
  if (for_dnnl(s, g)) {
    if (Array dw = dnnl_conv_weight_gradient(s, g, x); dw.defined()) return counted(s, std::move(dw));
  }
  return visit_floating(g.dtype(), "conv2d", [&]<class T>(T) {
    Array dw(s.weight(), g.dtype());
    const Array slopes = g.as_contiguous(), images = x.as_contiguous();
    im2col_weight_gradient(s, slopes.data<T>(), images.data<T>(), dw.mutable_data<T>());
    return dw;
  });
}

}  // namespace gradus::kernels
