#include <gradus/autograd/kernels/images/grid_sample.h>

#include <algorithm>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(GridLoops, grid_loops)

namespace {

// The pixels [n, c, count] of a sample, from pixel `at` and channel `first` on.
template <class T>
GridPixels<T> pixels_of(const GridShape& s, T* data, std::int64_t count, std::int64_t sample, std::int64_t at = 0, std::int64_t first = 0) {
  const std::int64_t pixel = s.channels_last ? s.c : 1, channel = s.channels_last ? 1 : count;
  return {data + sample * s.c * count + at * pixel + first * channel, pixel, channel};
}

// Calls f(sample, first place, number of places) for blocks of the places of a sample.
template <class F>
void for_each_block(const GridShape& s, std::int64_t most, std::int64_t sample, F&& f) {
  for (std::int64_t at = 0; at < s.places; at += most) f(sample, at, std::min(most, s.places - at));
}

// The same for all samples, on all cores.
template <class T, class F>
void for_all_blocks(const GridShape& s, F&& f) {
  constexpr std::int64_t most = GridBlock<T>::most;
  const std::int64_t each = (s.places + most - 1) / most;
  parallel_for(s.n * each, items_worth(1 << 14, most * (s.c + 8)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i / each, i % each * most, std::min(most, s.places - i % each * most));
  });
}

}  // namespace

GridTaps grid_taps(const GridShape& s, int axis, double coordinate) { return grid_loops().of(double{}).taps(s, axis, coordinate); }

Array grid_sample(const GridShape& s, const Array& x, const Array& grid, const Shape& result) {
  return visit_floating(x.dtype(), "grid_sample", [&]<class T>(T) {
    Array y = s.channels_last ? empty_channels_last(result, x.dtype()) : Array(result, x.dtype());
    const GridRows<T>& loops = grid_loops().of(T{});
    const T *const in = x.data<T>(), *const places = grid.data<T>();
    T* const out = y.mutable_data<T>();
    for_all_blocks<T>(s, [&](std::int64_t sample, std::int64_t at, std::int64_t n) {
      GridBlock<T> block;
      loops.around(s, places + (sample * s.places + at) * s.dims, n, false, block);
      loops.take(block, n, s.c, pixels_of(s, in, s.pixels(), sample), pixels_of(s, out, s.places, sample, at));
    });
    return y;
  });
}

// A thread takes some channels of a sample, and its places in their order, so the sums do not depend on who takes which.
Array grid_sample_input_gradient(const GridShape& s, const Array& g, const Array& grid, const Shape& shape) {
  return visit_floating(g.dtype(), "grid_sample", [&]<class T>(T) {
    Array x = s.channels_last ? empty_channels_last(shape, g.dtype()) : Array(shape, g.dtype());
    const GridRows<T>& loops = grid_loops().of(T{});
    const T *const slopes = g.data<T>(), *const places = grid.data<T>();
    T* const out = x.mutable_data<T>();
    const std::int64_t shares = s.n > 0 ? std::clamp<std::int64_t>(2 * num_threads() / s.n, 1, std::max<std::int64_t>(s.c, 1)) : 0;
    parallel_for(x.size(), 1 << 15, [=](std::int64_t begin, std::int64_t end) { std::fill(out + begin, out + end, T(0)); });
    const auto scatter = [&](std::int64_t sample, std::int64_t first, std::int64_t channels) {
      for_each_block(s, GridBlock<T>::most, sample, [&](std::int64_t, std::int64_t at, std::int64_t n) {
        GridBlock<T> block;
        loops.around(s, places + (sample * s.places + at) * s.dims, n, false, block);
        const GridPixels<const T> from = pixels_of(s, slopes, s.places, sample, at, first);
        const GridPixels<T> to = pixels_of(s, out, s.pixels(), sample, 0, first);
        for (std::int64_t c = 0; c < channels; ++c)
          for (std::int64_t p = 0; p < n; ++p) {
            const T v = from.data[p * from.pixel + c * from.channel];
            for (int k = 0; k < block.corners; ++k)
              if (block.weight[k][p] != 0) to.data[block.offset[k][p] * to.pixel + c * to.channel] += block.weight[k][p] * v;
          }
      });
    };
    parallel_for(s.n * shares, items_worth(1 << 14, s.places * (s.c + 8) / std::max<std::int64_t>(shares, 1)),
                 [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t part = begin; part < end; ++part) {
        const std::int64_t share = part % shares, first = s.c * share / shares;
        scatter(part / shares, first, s.c * (share + 1) / shares - first);
      }
    });
    return x;
  });
}

Array grid_sample_grid_gradient(const GridShape& s, const Array& g, const Array& x, const Array& grid) {
  return visit_floating(g.dtype(), "grid_sample", [&]<class T>(T) {
    Array result(grid.shape(), g.dtype());
    const GridRows<T>& loops = grid_loops().of(T{});
    const T *const slopes = g.data<T>(), *const in = x.data<T>(), *const places = grid.data<T>();
    T* const out = result.mutable_data<T>();
    for_all_blocks<T>(s, [&](std::int64_t sample, std::int64_t at, std::int64_t n) {
      GridBlock<T> block;
      T sums[16][GridBlock<T>::most];
      const std::int64_t first = (sample * s.places + at) * s.dims;
      loops.around(s, places + first, n, true, block);
      loops.products(block, n, s.c, pixels_of(s, slopes, s.places, sample, at), pixels_of(s, in, s.pixels(), sample), sums);
      for (std::int64_t p = 0; p < n; ++p)
        for (int i = 0; i < s.dims; ++i) {
          T sum = 0;
          for (int k = 0; k < block.corners; ++k)
            if (block.slope[i][k][p] != 0) sum += block.slope[i][k][p] * sums[k][p];
          out[first + p * s.dims + i] = sum;
        }
    });
    return result;
  });
}

}  // namespace gradus::kernels
