#include <gradus/autograd/kernels/axes/gather.h>

#include <algorithm>
#include <cstring>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/cut.h>

namespace gradus::kernels {
namespace {

constexpr std::int64_t grain = 1 << 15;   // elements a thread should have at least

}  // namespace

std::int64_t first_outside(const Array& index, std::int64_t n) {
  const auto all = index.span<std::int64_t>();
  const auto bad = std::find_if(all.begin(), all.end(), [n](std::int64_t i) { return i < 0 || i >= n; });
  return bad == all.end() ? -1 : bad - all.begin();
}

Array gather(const Array& x, int axis, const Array& index) {
  Array out(index.shape(), x.dtype());
  const Cut from(x.shape(), axis), to(index.shape(), axis);
  const std::int64_t* pick = index.data<std::int64_t>();
  visit(x.dtype(), [&]<class T>(T) {
    const T* source = x.data<T>();
    T* target = out.mutable_data<T>();
    parallel_for(to.outer * to.n, items_worth(grain, to.inner), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const T* block = source + row / to.n * from.n * from.inner;
        for (std::int64_t j = 0; j < to.inner; ++j) target[row * to.inner + j] = block[pick[row * to.inner + j] * to.inner + j];
      }
    });
  });
  return out;
}

Array scatter_add(const Array& x, int axis, const Array& index, const Shape& shape) {
  if (is_small_float(x.dtype())) return scatter_add(x.to(summed_in(x.dtype())), axis, index, shape).to(x.dtype());
  Array out = Array::zeros(shape, x.dtype());
  const Cut from(x.shape(), axis), to(shape, axis);
  const std::int64_t* pick = index.data<std::int64_t>();
  visit_floating(x.dtype(), "scatter_add", [&]<class T>(T) {
    const T* source = x.data<T>();
    T* target = out.mutable_data<T>();
    // One thread owns a whole slab, so that no two add to one place and the order of additions is fixed.
    parallel_for(from.outer, items_worth(grain, from.n * from.inner), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o)
        for (std::int64_t i = o * from.n; i < (o + 1) * from.n; ++i)
          for (std::int64_t j = 0; j < from.inner; ++j)
            target[(o * to.n + pick[i * from.inner + j]) * to.inner + j] += source[i * from.inner + j];
    });
  });
  return out;
}

void place(const Array& x, Array& out, int axis, std::int64_t begin, std::int64_t step) {
  if (x.size() == 0) return;
  const Cut from(x.shape(), axis), to(out.shape(), axis);
  const std::size_t element = size_of(x.dtype());
  const bool gaps = step != 1;   // without gaps, a slab is one block of memory
  const std::size_t row = static_cast<std::size_t>(gaps ? from.inner : from.n * from.inner) * element;
  const std::int64_t rows = gaps ? from.n : 1;
  const auto* source = static_cast<const std::byte*>(x.raw());
  auto* target = static_cast<std::byte*>(out.mutable_raw());
  parallel_for(from.outer * rows, items_worth(grain, gaps ? from.inner : from.n * from.inner), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t r = first; r < last; ++r) {
      const std::int64_t at = (r / rows * to.n + begin + r % rows * step) * to.inner;
      std::memcpy(target + static_cast<std::size_t>(at) * element, source + static_cast<std::size_t>(r) * row, row);
    }
  });
}

}  // namespace gradus::kernels
