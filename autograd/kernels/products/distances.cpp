#include <gradus/autograd/kernels/products/distances.h>

#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(DistanceLoops, distance_loops)

namespace {

Array turned(const Array& x) { return x.transpose(x.rank() - 2, x.rank() - 1).as_contiguous(); }

}  // namespace

Array distances(const Array& a, const Array& b, double p) {
  const std::int64_t m = a.dim(-2), n = b.dim(-2), d = a.dim(-1);
  Shape shape = a.shape();
  shape[shape.rank() - 1] = n;
  Array y(shape, a.dtype());
  const Array rows = a.as_contiguous(), columns = turned(b);
  if (y.size() == 0) return y;
  visit_floating(a.dtype(), "cdist", [&]<class T>(T) {
    const DistanceRows<T>& loops = distance_loops().of(T{});
    const T *from = rows.data<T>(), *other = columns.data<T>();
    T* const to = y.mutable_data<T>();
    parallel_for(y.size() / n, items_worth(1 << 13, n * d), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) loops.forward(from + i * d, other + i / m * n * d, d, n, p == 2, to + i * n);
    });
  });
  return y;
}

Array distances_backward(const Array& a, const Array& b, const Array& w, double p) {
  const std::int64_t m = a.dim(-2), n = b.dim(-2), d = a.dim(-1);
  const Array own = turned(a), others = turned(b), weights = turned(w);
  Array da(own.shape(), a.dtype());
  if (da.size() == 0) return Array::zeros(a.shape(), a.dtype());
  constexpr std::int64_t strip = 16;  // columns that one piece takes at least: a register or more
  const std::int64_t strips = (m + strip - 1) / strip;
  visit_floating(a.dtype(), "cdist", [&]<class T>(T) {
    const DistanceRows<T>& loops = distance_loops().of(T{});
    const T *x = own.data<T>(), *y = others.data<T>(), *g = weights.data<T>();
    T* const to = da.mutable_data<T>();
    parallel_for(da.size() / (m * d) * strips, items_worth(1 << 13, strip * n * d), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t matrix = i / strips, first = i % strips * strip;
        loops.backward(x + matrix * m * d, y + matrix * n * d, g + matrix * m * n, d, m, n, first, std::min(m, first + strip), p == 2,
                       to + matrix * m * d);
      }
    });
  });
  return da.transpose(da.rank() - 2, da.rank() - 1);
}

}  // namespace gradus::kernels
