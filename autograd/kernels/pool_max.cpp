#include <algorithm>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/pool.h>

namespace gradus::kernels {
namespace {

// Calls f(plane) for all planes, on all cores.
template <class F>
void for_each_plane(const PoolShape& s, F&& f) {
  const std::int64_t work = s.h.in * s.w.in + s.h.out * s.w.out;
  parallel_for(s.n * s.c, (1 << 14) / std::max<std::int64_t>(work, 1) + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) f(plane);
  });
}

// One row of outputs at a time, tap by tap, so that the inner loop runs over independent windows without branches.
// x [h.in, w.in] is one plane, y and index [w.out] its row `o`.
template <class T, bool with_index>
void max_row(const PoolShape& s, std::int64_t o, const T* x, T* y, std::int64_t* index) {
  const std::int64_t top = s.h.begin(o), bottom = s.h.end(o);
  std::fill_n(y, s.w.out, -std::numeric_limits<T>::infinity());
  if constexpr (with_index) {
    for (std::int64_t j = 0; j < s.w.out; ++j) index[j] = top * s.w.in + s.w.begin(j);
  }
  for (std::int64_t i = top; i < bottom; ++i) {
    for (std::int64_t tap = 0; tap < s.w.kernel; ++tap) {
      const std::int64_t shift = tap - s.w.padding, stride = s.w.stride;
      const std::int64_t first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
      const std::int64_t last = std::min(s.w.out, (s.w.in - shift + stride - 1) / stride);
      const T* in = x + i * s.w.in + shift;
      for (std::int64_t j = first; j < last; ++j) {
        const T v = in[j * stride];
        const bool wins = (v > y[j]) | (v != v);
        y[j] = wins ? v : y[j];
        if constexpr (with_index) index[j] = wins ? i * s.w.in + shift + j * stride : index[j];
      }
    }
  }
}

}  // namespace

Array max_pool(const PoolShape& s, const Array& x, Array* index) {
  return visit_floating(x.dtype(), "max_pool2d", [&]<class T>(T) {
    Array y(s.y(), x.dtype());
    if (index) *index = Array(s.y(), i64);
    T* const out = y.mutable_data<T>();
    std::int64_t* const places = index ? index->mutable_data<std::int64_t>() : nullptr;
    const T* const in = x.data<T>();
    for_each_plane(s, [&](std::int64_t plane) {
      for (std::int64_t o = 0; o < s.h.out; ++o) {
        const std::int64_t row = (plane * s.h.out + o) * s.w.out;
        if (places) max_row<T, true>(s, o, in + plane * s.h.in * s.w.in, out + row, places + row);
        else max_row<T, false>(s, o, in + plane * s.h.in * s.w.in, out + row, nullptr);
      }
    });
    return y;
  });
}

Array pool_scatter(const PoolShape& s, const Array& y, const Array& index) {
  return visit_floating(y.dtype(), "max_pool2d", [&]<class T>(T) {
    Array x(s.x(), y.dtype());
    const std::int64_t x_size = s.h.in * s.w.in, y_size = s.h.out * s.w.out;
    T* const out = x.mutable_data<T>();
    const T* const in = y.data<T>();
    const std::int64_t* const places = index.data<std::int64_t>();
    for_each_plane(s, [&](std::int64_t plane) {
      T* to = out + plane * x_size;
      std::fill_n(to, x_size, T(0));
      for (std::int64_t i = plane * y_size; i < (plane + 1) * y_size; ++i) to[places[i]] += in[i];
    });
    return x;
  });
}

Array pool_gather(const PoolShape& s, const Array& x, const Array& index) {
  return visit_floating(x.dtype(), "max_pool2d", [&]<class T>(T) {
    Array y(s.y(), x.dtype());
    const std::int64_t x_size = s.h.in * s.w.in, y_size = s.h.out * s.w.out;
    T* const out = y.mutable_data<T>();
    const T* const in = x.data<T>();
    const std::int64_t* const places = index.data<std::int64_t>();
    for_each_plane(s, [&](std::int64_t plane) {
      for (std::int64_t i = plane * y_size; i < (plane + 1) * y_size; ++i) out[i] = in[plane * x_size + places[i]];
    });
    return y;
  });
}

}  // namespace gradus::kernels
