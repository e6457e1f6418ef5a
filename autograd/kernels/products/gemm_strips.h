// A product on all cores: c is cut into strips of whole register tiles, each worth at least the waking of a thread, and one for each
// thread. Every strip has to rearrange the other side's matrix for itself, so the cut goes across the longer side; across the rows already
// when they are half as many as the columns, since strips of rows are whole stretches of memory.
//   for_strips(p, [](const Product<float>& strip) { … });
#pragma once
#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {

// run(by_rows, begin, end): rows or columns of c.
template <class T, class Run>
void for_cuts(const Product<T>& p, Run&& run) {
  constexpr std::int64_t tile = 16;
  const std::int64_t worthwhile = with_vector(p) ? 1 << 17 : 1 << 18;
  const bool by_rows = 2 * p.m >= p.n;
  const std::int64_t length = by_rows ? p.m : p.n, tiles = (length + tile - 1) / tile;
  const std::int64_t work = tile * (by_rows ? p.n : p.m) * p.k;
  const std::int64_t share = (tiles + num_threads() - 1) / num_threads();
  parallel_for(tiles, std::max((worthwhile + work - 1) / work, share), [&](std::int64_t begin, std::int64_t end) {
    run(by_rows, begin * tile, std::min(end * tile, length));
  });
}

template <class T, class Run>
void for_strips(const Product<T>& p, Run&& run) {
  for_cuts(p, [&](bool by_rows, std::int64_t begin, std::int64_t end) {
    Product<T> strip = p;
    if (by_rows) {
      strip.m = end - begin;
      strip.a.data += begin * (p.a.transposed ? 1 : p.a.stride);
      strip.c += begin * p.c_stride;
    } else {
      strip.n = end - begin;
      strip.b.data += begin * (p.b.transposed ? p.b.stride : 1);
      strip.c += begin;
      if (p.bias) strip.bias += begin;
    }
    run(static_cast<const Product<T>&>(strip));
  });
}

}  // namespace gradus::kernels
