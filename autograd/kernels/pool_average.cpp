#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/conv_scratch.h>
#include <gradus/autograd/kernels/pool.h>

namespace gradus::kernels {
namespace {

// The share of each element of window (i, j) in the mean.
template <class T>
T share(const PoolShape& s, std::int64_t i, std::int64_t j) {
  const bool whole = s.count_padding && s.h.kernel > 0;
  const std::int64_t count = whole ? s.h.kernel * s.w.kernel : (s.h.end(i) - s.h.begin(i)) * (s.w.end(j) - s.w.begin(j));
  return T(1) / static_cast<T>(count);
}

// Calls f(plane, row) for all planes, on all cores; row [w.in] is memory to work in.
template <class T, class F>
void for_each_plane(const PoolShape& s, F&& f) {
  const std::int64_t work = s.h.in * s.w.in + s.h.out * s.w.out;
  parallel_for(s.n * s.c, (1 << 14) / std::max<std::int64_t>(work, 1) + 1, [&](std::int64_t begin, std::int64_t end) {
    const Scratch<T> row(s.w.in);
    for (std::int64_t plane = begin; plane < end; ++plane) f(plane, row.data());
  });
}

}  // namespace

Array average_pool(const PoolShape& s, const Array& x) {
  return visit_floating(x.dtype(), "avg_pool2d", [&]<class T>(T) {
    Array y(s.y(), x.dtype());
    T* const out = y.mutable_data<T>();
    const T* const in = x.data<T>();
    for_each_plane<T>(s, [&](std::int64_t plane, T* row) {
      for (std::int64_t i = 0; i < s.h.out; ++i) {
        // First down the columns, which is one loop over whole rows, then along the row of sums.
        std::fill_n(row, s.w.in, T(0));
        for (std::int64_t k = s.h.begin(i); k < s.h.end(i); ++k) {
          const T* line = in + (plane * s.h.in + k) * s.w.in;
          for (std::int64_t j = 0; j < s.w.in; ++j) row[j] += line[j];
        }
        for (std::int64_t j = 0; j < s.w.out; ++j) {
          T sum = 0;
          for (std::int64_t k = s.w.begin(j); k < s.w.end(j); ++k) sum += row[k];
          out[(plane * s.h.out + i) * s.w.out + j] = sum * share<T>(s, i, j);
        }
      }
    });
    return y;
  });
}

Array average_pool_transposed(const PoolShape& s, const Array& y) {
  return visit_floating(y.dtype(), "avg_pool2d", [&]<class T>(T) {
    Array x(s.x(), y.dtype());
    T* const out = x.mutable_data<T>();
    const T* const in = y.data<T>();
    for_each_plane<T>(s, [&](std::int64_t plane, T* row) {
      std::fill_n(out + plane * s.h.in * s.w.in, s.h.in * s.w.in, T(0));
      for (std::int64_t i = 0; i < s.h.out; ++i) {
        std::fill_n(row, s.w.in, T(0));
        for (std::int64_t j = 0; j < s.w.out; ++j) {
          const T part = in[(plane * s.h.out + i) * s.w.out + j] * share<T>(s, i, j);
          for (std::int64_t k = s.w.begin(j); k < s.w.end(j); ++k) row[k] += part;
        }
        for (std::int64_t k = s.h.begin(i); k < s.h.end(i); ++k) {
          T* line = out + (plane * s.h.in + k) * s.w.in;
          for (std::int64_t j = 0; j < s.w.in; ++j) line[j] += row[j];
        }
      }
    });
    return x;
  });
}

}  // namespace gradus::kernels
