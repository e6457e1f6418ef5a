#include <gradus/autograd/kernels/axes/place.h>

#include <gradus/autograd/array/internal/strided.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/kernels/axes/grain.h>

namespace gradus::kernels {
namespace {

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
    for (int i = last - 1; i >= 0; index /= rows.shape[i--]) {
      source += index % rows.shape[i] * rows.from[i];
      target += index % rows.shape[i] * rows.to[i];
    }
    if constexpr (std::is_floating_point_v<T>) {
      if (s == 1 && t == 1) {
        add_loops().of(T{})(target, source, n, target);
        continue;
      }
    }
    for (std::int64_t i = 0; i < n; ++i) target[i * t] += source[i * s];
  }
}

// So many elements of a row, from `source` on, go to `target` and behind it.
struct Stretch {
  std::int64_t source, target, count;
};

SmallVector<Stretch, 16> runs_of(std::span<const std::int64_t> sources) {
  SmallVector<Stretch, 16> runs;
  for (std::size_t j = 0, next = 0; j < sources.size(); j = next) {
    for (next = j + 1; next < sources.size() && sources[next] == sources[next - 1] + 1;) ++next;
    runs.push_back({sources[j], static_cast<std::int64_t>(j), static_cast<std::int64_t>(next - j)});
  }
  return runs;
}

template <class T>
void grid_rows(const void* x, const Shape& strides, void* out, const Shape& shape, std::span<const Array> sources) {
  const int last = shape.rank() - 1;
  const std::int64_t step = strides[last], n = shape[last], rows = last > 0 ? shape[last - 1] : 1;
  const SmallVector<Stretch, 16> runs = runs_of(sources[static_cast<std::size_t>(last)].span<std::int64_t>());
  const auto source = [&](int i, std::int64_t at) { return sources[static_cast<std::size_t>(i)].data<std::int64_t>()[at] * strides[i]; };
  parallel_for(shape.elements() / n, items_worth(sum_grain, n), [&](std::int64_t begin, std::int64_t end) {
    std::int64_t base = 0, next = begin % rows;   // the offset of what lies around the rows, and which row of those comes next
    for (std::int64_t row = begin; row < end; ++row, ++next) {
      if (row == begin || next == rows) {
        next = row == begin ? next : 0, base = 0;
        std::int64_t index = row / rows;
        for (int i = last - 2; i >= 0; index /= shape[i--]) base += source(i, index % shape[i]);
      }
      const T* from = static_cast<const T*>(x) + base + (last > 0 ? source(last - 1, next) : 0);
      T* to = static_cast<T*>(out) + row * n;
      for (const Stretch& run : runs) {
        if (run.count == 1) to[run.target] = from[run.source * step];
        else if (step == 1) copy_run(from + run.source, to + run.target, static_cast<std::size_t>(run.count) * sizeof(T));
        else for (std::int64_t j = 0; j < run.count; ++j) to[run.target + j] = from[(run.source + j) * step];
      }
    }
  });
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
    parallel_for(x.size() / n, items_worth(sum_grain, n),
                 [&](std::int64_t begin, std::int64_t end) { add_rows(from, to, rows, begin, end); });
  };
  if (x.dtype() == i64) add(std::int64_t{});
  else visit_floating(x.dtype(), "add", add);
}

Array grid(const Array& x, std::span<const Array> sources) {
  Shape shape;
  for (const Array& each : sources) shape.push_back(each.size());
  Array out(shape, x.dtype());
  if (out.size() == 0) return out;
  void* to = out.mutable_raw();
  const std::size_t size = size_of(x.dtype());
  if (size == 8) grid_rows<std::uint64_t>(x.raw(), x.strides(), to, shape, sources);
  else if (size == 4) grid_rows<std::uint32_t>(x.raw(), x.strides(), to, shape, sources);
  else if (size == 2) grid_rows<std::uint16_t>(x.raw(), x.strides(), to, shape, sources);
  else grid_rows<std::uint8_t>(x.raw(), x.strides(), to, shape, sources);
  return out;
}

}  // namespace gradus::kernels
