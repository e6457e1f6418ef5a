#include <gradus/autograd/kernels/images/im2col.h>

#include <algorithm>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {
namespace {

// What one group of one image amounts to: y [filters, pixels] = weight [filters, patch] · columns [patch, pixels].
struct Group {
  explicit Group(const ConvShape& s)
      : channels(s.c / s.groups), filters(s.f / s.groups), patch(channels * s.h.kernel * s.w.kernel), pixels(s.h.out * s.w.out),
        x_size(channels * s.h.in * s.w.in), y_size(filters * pixels), weight_size(filters * patch) {}
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

// Calls f(channel row of x, row of the column matrix, taps) for each row of columns [patch, pixels].
template <class F>
void for_each_tap(const ConvShape& s, std::int64_t channels, F&& f) {
  std::int64_t row = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t i = 0; i < s.h.kernel; ++i) {
      for (std::int64_t j = 0; j < s.w.kernel; ++j) f(c, row++, Inside(s.h, i), Inside(s.w, j));
    }
  }
}

// image [channels, h, w] → columns [patch, pixels], zeros where a patch hangs over the edge.
template <class T>
void gather_patches(const ConvShape& s, std::int64_t channels, const T* image, T* columns) {
  for_each_tap(s, channels, [&](std::int64_t c, std::int64_t row, const Inside& h, const Inside& w) {
    T* out = columns + row * s.h.out * s.w.out;
    std::fill(out, out + h.begin * s.w.out, T(0));
    for (std::int64_t i = h.begin; i < h.end; ++i) {
      const T* in = image + (c * s.h.in + i * s.h.stride + h.shift) * s.w.in + w.shift;
      T* line = out + i * s.w.out;
      std::fill(line, line + w.begin, T(0));
      if (s.w.stride == 1) std::copy(in + w.begin, in + w.end, line + w.begin);
      else for (std::int64_t j = w.begin; j < w.end; ++j) line[j] = in[j * s.w.stride];
      std::fill(line + w.end, line + s.w.out, T(0));
    }
    std::fill(out + h.end * s.w.out, out + s.h.out * s.w.out, T(0));
  });
}

// The transpose of gather_patches: adds columns [patch, pixels] to image [channels, h, w].
template <class T>
void scatter_patches(const ConvShape& s, std::int64_t channels, const T* columns, T* image) {
  for_each_tap(s, channels, [&](std::int64_t c, std::int64_t row, const Inside& h, const Inside& w) {
    const T* in = columns + row * s.h.out * s.w.out;
    for (std::int64_t i = h.begin; i < h.end; ++i) {
      T* out = image + (c * s.h.in + i * s.h.stride + h.shift) * s.w.in + w.shift;
      for (std::int64_t j = w.begin; j < w.end; ++j) out[j * s.w.stride] += in[i * s.w.out + j];
    }
  });
}

// How many images of a batch are worth a thread.
std::int64_t images_per_thread(const ConvShape& s, const Group& group) {
  return (1 << 16) / (s.groups * group.weight_size * group.pixels) + 1;
}

// With a 1x1 kernel the patches are the image itself.
bool patches_are_image(const ConvShape& s) { return s.h.plain() && s.w.plain(); }

}  // namespace

template <class T>
void im2col_conv(const ConvShape& s, const T* x, const T* weight, const T* bias, T* y) {
  const Group group(s);
  const bool direct = patches_are_image(s);
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
                      .accumulate = bias != nullptr});
    }
  });
}

template <class T>
void im2col_input_gradient(const ConvShape& s, const T* g, const T* weight, T* dx) {
  const Group group(s);
  const bool direct = patches_are_image(s);
  parallel_for(s.n, images_per_thread(s, group), [&](std::int64_t begin, std::int64_t end) {
    pool::Scratch<T> columns(direct ? 0 : group.patch * group.pixels);
    for (std::int64_t at = begin * s.groups; at < end * s.groups; ++at) {
      T* image = dx + at * group.x_size;
      gemm(Product<T>{.m = group.patch, .n = group.pixels, .k = group.filters,
                      .a = {weight + at % s.groups * group.weight_size, group.patch, true},
                      .b = {g + at * group.y_size, group.pixels}, .c = direct ? image : columns.data(), .c_stride = group.pixels});
      if (direct) continue;
      std::fill_n(image, group.x_size, T(0));
      scatter_patches(s, group.channels, columns.data(), image);
    }
  });
}

// Each part of the batch sums into a dw of its own; the parts are then added in order, so that the bits depend on the number of threads
// alone.
template <class T>
void im2col_weight_gradient(const ConvShape& s, const T* g, const T* x, T* dw) {
  const Group group(s);
  const bool direct = patches_are_image(s);
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
                        .c_stride = group.patch, .accumulate = at >= (begin + 1) * s.groups});
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
template void im2col_input_gradient(const ConvShape&, const float*, const float*, float*);
template void im2col_input_gradient(const ConvShape&, const double*, const double*, double*);
template void im2col_weight_gradient(const ConvShape&, const float*, const float*, float*);
template void im2col_weight_gradient(const ConvShape&, const double*, const double*, double*);

}  // namespace gradus::kernels
