#include <gradus/autograd/kernels/images/im2col.h>

#include <algorithm>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/products/dnnl_bf16_gemm.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {
namespace {

// What one group of one image amounts to: y [filters, pixels] = weight [filters, patch] · columns [patch, pixels].
struct Group {
  explicit Group(const ConvShape& s)
      : channels(s.c / s.groups), filters(s.f / s.groups), patch(channels * s.taps()), pixels(s.y_pixels()),
        x_size(channels * s.x_pixels()), y_size(filters * pixels), weight_size(filters * patch) {}
  std::int64_t channels, filters, patch, pixels, x_size, y_size, weight_size;
};

// The outputs o for which o·stride + shift falls inside [0, in).
struct Inside {
  Inside(const ConvAxis& axis, std::int64_t tap) : shift(tap * axis.dilation - axis.padding) {
    begin = shift >= 0 ? 0 : std::min(axis.out, (-shift + axis.stride - 1) / axis.stride);
    end = shift >= axis.in ? begin : std::clamp((axis.in - 1 - shift) / axis.stride + 1, begin, axis.out);
  }
  std::int64_t shift, begin, end;
};

// Calls f(channel, row of the column matrix, taps) for each row of columns [patch, pixels].
template <class F>
void for_each_tap(const ConvShape& s, std::int64_t channels, F&& f) {
  std::int64_t row = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t k = 0; k < s.d.kernel; ++k) {
      for (std::int64_t i = 0; i < s.h.kernel; ++i) {
        for (std::int64_t j = 0; j < s.w.kernel; ++j) f(c, row++, Inside(s.d, k), Inside(s.h, i), Inside(s.w, j));
      }
    }
  }
}

// The line of x from which a tap takes line i of slice k.
std::int64_t line_of(const ConvShape& s, std::int64_t c, const Inside& d, std::int64_t k, const Inside& h, std::int64_t i) {
  return ((c * s.d.in + k * s.d.stride + d.shift) * s.h.in + i * s.h.stride + h.shift) * s.w.in;
}

// image [channels, d, h, w] → columns [patch, pixels], zeros where a patch hangs over the edge.
template <class T>
void gather_patches(const ConvShape& s, std::int64_t channels, const T* image, T* columns) {
  const std::int64_t slice = s.h.out * s.w.out;
  for_each_tap(s, channels, [&](std::int64_t c, std::int64_t row, const Inside& d, const Inside& h, const Inside& w) {
    T* out = columns + row * s.d.out * slice;
    std::fill(out, out + d.begin * slice, T(0));
    std::fill(out + d.end * slice, out + s.d.out * slice, T(0));
    for (std::int64_t k = d.begin; k < d.end; ++k) {
      T* const lines = out + k * slice;
      std::fill(lines, lines + h.begin * s.w.out, T(0));
      for (std::int64_t i = h.begin; i < h.end; ++i) {
        const T* in = image + line_of(s, c, d, k, h, i) + w.shift;
        T* line = lines + i * s.w.out;
        std::fill(line, line + w.begin, T(0));
        if (s.w.stride == 1) std::copy(in + w.begin, in + w.end, line + w.begin);
        else for (std::int64_t j = w.begin; j < w.end; ++j) line[j] = in[j * s.w.stride];
        std::fill(line + w.end, line + s.w.out, T(0));
      }
      std::fill(lines + h.end * s.w.out, lines + slice, T(0));
    }
  });
}

// The transpose of gather_patches: adds columns [patch, pixels] to image [channels, d, h, w].
template <class T>
void scatter_patches(const ConvShape& s, std::int64_t channels, const T* columns, T* image) {
  for_each_tap(s, channels, [&](std::int64_t c, std::int64_t row, const Inside& d, const Inside& h, const Inside& w) {
    for (std::int64_t k = d.begin; k < d.end; ++k) {
      const T* in = columns + (row * s.d.out + k) * s.h.out * s.w.out;
      for (std::int64_t i = h.begin; i < h.end; ++i) {
        T* out = image + line_of(s, c, d, k, h, i) + w.shift;
        for (std::int64_t j = w.begin; j < w.end; ++j) out[j * s.w.stride] += in[i * s.w.out + j];
      }
    }
  });
}

// How many images of a batch are worth a thread.
std::int64_t images_per_thread(const ConvShape& s, const Group& group) {
  return (1 << 16) / (s.groups * group.weight_size * group.pixels) + 1;
}

}  // namespace

template <class T>
void im2col_conv(const ConvShape& s, const T* x, const T* weight, const T* bias, T* y) {
  const Group group(s);
  const bool direct = s.plain(), bf16 = bf16_wanted();   // direct: the patches are the image itself
  parallel_for(s.n, images_per_thread(s, group), [&](std::int64_t begin, std::int64_t end) {
    pool::Scratch<T> columns(direct ? 0 : group.patch * group.pixels);
    for (std::int64_t at = begin * s.groups; at < end * s.groups; ++at) {
      const std::int64_t g = at % s.groups;
      const T* image = x + at * group.x_size;
      T* out = y + at * group.y_size;
      if (!direct) gather_patches(s, group.channels, image, columns.data());
      for (std::int64_t i = 0; bias && i < group.filters; ++i) {
        std::fill_n(out + i * group.pixels, group.pixels, bias[g * group.filters + i]);
      }
      gemm(Product<T>{.m = group.filters, .n = group.pixels, .k = group.patch, .a = {weight + g * group.weight_size, group.patch},
                      .b = {direct ? image : columns.data(), group.pixels}, .c = out, .c_stride = group.pixels,
                      .accumulate = bias != nullptr, .bf16 = bf16});
    }
  });
}

template <class T>
void im2col_input_gradient(const ConvShape& s, const T* g, const T* weight, const T* bias, T* dx) {
  const Group group(s);
  const bool direct = s.plain(), bf16 = bf16_wanted();
  parallel_for(s.n, images_per_thread(s, group), [&](std::int64_t begin, std::int64_t end) {
    pool::Scratch<T> columns(direct ? 0 : group.patch * group.pixels);
    for (std::int64_t at = begin * s.groups; at < end * s.groups; ++at) {
      const std::int64_t filter_group = at % s.groups, size = group.x_size / group.channels;
      T* image = dx + at * group.x_size;
      for (std::int64_t c = 0; c < group.channels; ++c) {
        if (bias || !direct) std::fill_n(image + c * size, size, bias ? bias[filter_group * group.channels + c] : T(0));
      }
      gemm(Product<T>{.m = group.patch, .n = group.pixels, .k = group.filters,
                      .a = {weight + filter_group * group.weight_size, group.patch, true},
                      .b = {g + at * group.y_size, group.pixels}, .c = direct ? image : columns.data(), .c_stride = group.pixels,
                      .accumulate = direct && bias, .bf16 = bf16});
      if (!direct) scatter_patches(s, group.channels, columns.data(), image);
    }
  });
}

// Each part of the batch sums into a dw of its own; the parts are then added in order, so that the bits depend on the number of threads
// alone.
template <class T>
void im2col_weight_gradient(const ConvShape& s, const T* g, const T* x, T* dw) {
  const Group group(s);
  const bool direct = s.plain(), bf16 = bf16_wanted();
  const std::int64_t size = group.weight_size * s.groups;
  const std::int64_t parts = std::min<std::int64_t>(num_threads(), (s.n - 1) / images_per_thread(s, group) + 1);
  pool::Scratch<T> others((parts - 1) * size);
  parallel_for(parts, 1, [&](std::int64_t first, std::int64_t last) {
    pool::Scratch<T> columns(direct ? 0 : group.patch * group.pixels);
    for (std::int64_t part = first; part < last; ++part) {
      T* sum = part == 0 ? dw : others.data() + (part - 1) * size;
      const std::int64_t begin = s.n * part / parts, end = s.n * (part + 1) / parts;
      for (std::int64_t at = begin * s.groups; at < end * s.groups; ++at) {
        const T* image = x + at * group.x_size;
        if (!direct) gather_patches(s, group.channels, image, columns.data());
        gemm(Product<T>{.m = group.filters, .n = group.patch, .k = group.pixels, .a = {g + at * group.y_size, group.pixels},
                        .b = {direct ? image : columns.data(), group.pixels, true}, .c = sum + at % s.groups * group.weight_size,
                        .c_stride = group.patch, .accumulate = at >= (begin + 1) * s.groups, .bf16 = bf16});
      }
    }
  });
  for (std::int64_t part = 1; part < parts; ++part) {
    const T* other = others.data() + (part - 1) * size;
    for (std::int64_t i = 0; i < size; ++i) dw[i] += other[i];
  }
}

template void im2col_conv(const ConvShape&, const float*, const float*, const float*, float*);
template void im2col_conv(const ConvShape&, const double*, const double*, const double*, double*);
template void im2col_input_gradient(const ConvShape&, const float*, const float*, const float*, float*);
template void im2col_input_gradient(const ConvShape&, const double*, const double*, const double*, double*);
template void im2col_weight_gradient(const ConvShape&, const float*, const float*, float*);
template void im2col_weight_gradient(const ConvShape&, const double*, const double*, double*);

}  // namespace gradus::kernels
