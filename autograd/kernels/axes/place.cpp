#include <gradus/autograd/kernels/axes/place.h>

#include <gradus/autograd/array/internal/strided.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/accumulate.h>

namespace gradus::kernels {
namespace {

constexpr std::int64_t grain = 1 << 15;   // elements that are worth a thread

// One loop over rows; the dimensions that both sides walk in one stride are one.
struct Rows {
  Shape shape, from, to;
  Rows(const Array& x, const Shape& strides) {
    for (int i = 0; i < x.rank(); ++i) {
      const std::int64_t n = x.shape()[i], s = x.strides()[i], t = strides[i];
      if (n == 1) continue;
      const int last = shape.rank() - 1;
      if (last >= 0 && from[last] == s * n && to[last] == t * n) shape[last] *= n, from[last] = s, to[last] = t;
      else shape.push_back(n), from.push_back(s), to.push_back(t);
    }
    if (shape.rank() == 0) shape.push_back(1), from.push_back(1), to.push_back(1);
  }
};

template <class T>
void add_rows(const T* from, T* to, const Rows& rows, std::int64_t begin, std::int64_t end) {
  const int last = rows.shape.rank() - 1;
  const std::int64_t n = rows.shape[last], s = rows.from[last], t = rows.to[last];
  for (std::int64_t row = begin; row < end; ++row) {
    const T* source = from;
    T* target = to;
    std::int64_t index = row;
    for (int i = last - 1; i >= 0; index /= rows.shape[i--]) source += index % rows.shape[i] * rows.from[i], target += index % rows.shape[i] * rows.to[i];
    if constexpr (std::is_floating_point_v<T>) {
      if (s == 1 && t == 1) {
        add_loops().of(T{})(target, source, n, target);
        continue;
      }
    }
    for (std::int64_t i = 0; i < n; ++i) target[i * t] += source[i * s];
  }
}

}  // namespace

void place(const Array& x, Array& out, int axis, std::int64_t begin, std::int64_t step) {
  Shape strides = out.strides();
  const std::int64_t first = begin * strides[axis];
  strides[axis] *= step;
  place_strided(x, out, first, strides);
}

void place_strided(const Array& x, Array& out, std::int64_t first, const Shape& strides) {
  if (x.size() == 0) return;
  const std::size_t element = size_of(x.dtype());
  auto* target = static_cast<std::byte*>(out.mutable_raw());
  copy_strided(x.raw(), x.strides(), target + first * static_cast<std::int64_t>(element), strides, x.shape(), element);
}

void add_strided(const Array& x, Array& out, std::int64_t first, const Shape& strides) {
  if (x.size() == 0) return;
  const Rows rows(x, strides);
  const std::int64_t n = rows.shape[rows.shape.rank() - 1];
  const auto add = [&]<class T>(T) {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>() + first;
    parallel_for(x.size() / n, items_worth(grain, n), [&](std::int64_t begin, std::int64_t end) { add_rows(from, to, rows, begin, end); });
  };
  if (x.dtype() == i64) add(std::int64_t{});
  else visit_floating(x.dtype(), "add", add);
}

}  // namespace gradus::kernels
