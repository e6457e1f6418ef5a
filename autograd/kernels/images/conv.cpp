#include <gradus/autograd/kernels/images/conv.h>

#include <utility>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/kernels/images/dnnl_conv.h>
#include <gradus/autograd/kernels/images/im2col.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {
namespace {

// A 1x1 kernel makes a product of the arrays as they lie; oneDNN would have to rearrange them first.
bool is_product(const ConvShape& s) { return s.groups == 1 && s.plain(); }

// Then all pixels of all images are the rows of one matrix.
bool is_product_of_rows(const ConvShape& s, const Array& images) {
  return is_product(s) && only_channels_last(images);
}

Array as_images(const Array& rows, const Shape& shape) {
  Shape lying = shape;
  for (int i = 2; i < shape.rank(); ++i) lying[i - 1] = shape[i];
  lying[shape.rank() - 1] = shape[1];
  return rows.reshape(lying).permute(channels_first(shape.rank()));
}

bool for_dnnl(const ConvShape& s, const Array& images) { return images.dtype() == f32 && !is_product(s) && images.size() > 0; }

// What the products of the other ways count for themselves.
Array counted(const ConvShape& s, Array result) {
  profile::add_flops(2 * s.multiplications());
  return result;
}

// y, in place, with b[c] added to channel c.
void add_bias(Array& y, const Array& bias) {
  if (!bias.defined() || y.size() == 0) return;
  visit_floating(y.dtype(), "conv", [&]<class T>(T) {
    T* const out = static_cast<T*>(y.mutable_raw());
    const T* const b = bias.data<T>();
    const std::int64_t channels = y.dim(1);
    const bool last = only_channels_last(y);
    const std::int64_t pixels = last ? 1 : y.size() / (y.dim(0) * channels), rows = y.size() / (channels * pixels);
    parallel_for(rows, items_worth(1 << 15, channels * pixels), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        T* row = out + r * channels * pixels;
        if (pixels == 1) {
          for (std::int64_t c = 0; c < channels; ++c) row[c] += b[c];
          continue;
        }
        for (std::int64_t c = 0; c < channels; ++c, row += pixels)
          for (std::int64_t i = 0; i < pixels; ++i) row[i] += b[c];
      }
    });
  });
}

Array with_bias(Array y, const Array& bias) {
  add_bias(y, bias);
  return y;
}

}  // namespace

Array conv(const ConvShape& s, Array& x, const Array& weight, const Array& bias) {
  if (is_product_of_rows(s, x)) return as_images(linear(pixel_rows(x), weight.reshape({s.f, s.c}), bias), s.y());
  if (for_dnnl(s, x)) {
    if (Array y = dnnl_conv(s, x, weight, bias); y.defined()) return counted(s, std::move(y));
  }
  return visit_floating(x.dtype(), "conv", [&]<class T>(T) {
    Array y(s.y(), x.dtype());
    if (y.size() == 0) return y;
    x = x.as_contiguous();
    im2col_conv(s, x.data<T>(), weight.data<T>(), bias.defined() ? bias.data<T>() : nullptr, y.mutable_data<T>());
    return y;
  });
}

Array conv_input_gradient(const ConvShape& s, Array& g, const Array& weight, const Array& bias) {
  if (is_product_of_rows(s, g)) return with_bias(as_images(matmul(pixel_rows(g), weight.reshape({s.f, s.c})), s.x()), bias);
  if (for_dnnl(s, g)) {
    if (Array dx = dnnl_conv_input_gradient(s, g, weight); dx.defined()) return with_bias(counted(s, std::move(dx)), bias);
  }
  return visit_floating(g.dtype(), "conv", [&]<class T>(T) {
    Array dx(s.x(), g.dtype());
    if (dx.size() == 0) return dx;
    g = g.as_contiguous();
    im2col_input_gradient(s, g.data<T>(), weight.data<T>(), bias.defined() ? bias.data<T>() : nullptr, dx.mutable_data<T>());
    return dx;
  });
}

Array conv_weight_gradient(const ConvShape& s, const Array& g, const Array& x) {
  if (s.n == 0) return Array::zeros(s.weight(), g.dtype());
  if (is_product_of_rows(s, g) || is_product_of_rows(s, x)) {
    return matmul(pixel_rows(channels_last(g)).transpose(0, 1), pixel_rows(channels_last(x))).reshape(s.weight());
  }
  if (for_dnnl(s, g)) {
    if (Array dw = dnnl_conv_weight_gradient(s, g, x); dw.defined()) return counted(s, std::move(dw));
  }
  return visit_floating(g.dtype(), "conv", [&]<class T>(T) {
    Array dw(s.weight(), g.dtype());
    const Array slopes = g.as_contiguous(), images = x.as_contiguous();
    im2col_weight_gradient(s, slopes.data<T>(), images.data<T>(), dw.mutable_data<T>());
    return dw;
  });
}

Array conv_arranged(const ConvShape& s, const Array& images, bool of_x) {
  return !is_channels_last(images) && for_dnnl(s, images) && dnnl_conv_both(s, of_x) ? channels_last(images) : images;
}

}  // namespace gradus::kernels
