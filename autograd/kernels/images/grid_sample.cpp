#include <gradus/autograd/kernels/images/grid_sample.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>

namespace gradus::kernels {
namespace {

// A place along one axis, and how fast it moves with the coordinate.
struct Moving { double at, rate; };

// Outside of the image the nearest pixel; there it does not move.
Moving clipped(Moving m, std::int64_t size) {
  const double last = static_cast<double>(size - 1);
  if (m.at <= 0) return {0, 0};
  return m.at >= last ? Moving{last, 0} : m;
}

// Mirrored at the outer pixels' centres, or at their edges.
Moving reflected(Moving m, std::int64_t size, bool align_corners) {
  const double low = align_corners ? 0 : -0.5, span = static_cast<double>(align_corners ? size - 1 : size);
  if (span <= 0) return {0, 0};
  if (m.at < low) m.rate = -m.rate;
  const double beyond = std::abs(m.at - low), extra = std::fmod(beyond, span);
  if (static_cast<std::int64_t>(std::floor(beyond / span)) % 2 == 0) return {extra + low, m.rate};
  return {span - extra + low, -m.rate};
}

Moving inside(Moving m, const GridShape& s, std::int64_t size) {
  if (s.padding == GridShape::reflection) m = reflected(m, size, s.align_corners);
  return s.padding == GridShape::zeros ? m : clipped(m, size);
}

double near(double x) { return (1.25 * x - 2.25) * x * x + 1; }
double far(double x) { return ((-0.75 * x + 3.75) * x - 6) * x + 3; }
double near_slope(double x) { return (3.75 * x - 4.5) * x; }
double far_slope(double x) { return (-2.25 * x + 7.5) * x - 6; }

// The pixels around one place: all combinations of the taps of the axes.
struct Corners {
  int count = 0;
  std::int64_t offset[64];
  double weight[64], slope[3][64];   // slope by x, y and z

  Corners(const GridShape& s, const double* place, bool slopes) {
    GridTaps d, h = grid_taps(s, 1, place[1]), w = grid_taps(s, 2, place[0]);
    if (s.dims == 3) d = grid_taps(s, 0, place[2]);
    else d.count = 1, d.index[0] = 0, d.weight[0] = 1, d.slope[0] = 0;
    for (int i = 0; i < d.count; ++i)
      for (int j = 0; j < h.count; ++j)
        for (int k = 0; k < w.count; ++k) {
          const double outer = d.weight[i] * h.weight[j];
          if (!slopes && outer * w.weight[k] == 0) continue;   // 0·∞
          offset[count] = (d.index[i] * s.size[1] + h.index[j]) * s.size[2] + w.index[k];
          weight[count] = outer * w.weight[k];
          slope[0][count] = outer * w.slope[k];
          slope[1][count] = d.weight[i] * h.slope[j] * w.weight[k];
          slope[2][count] = d.slope[i] * h.weight[j] * w.weight[k];
          ++count;
        }
  }
};

// How far apart pixels and channels lie.
struct Steps {
  std::int64_t pixel, channel;
  Steps(const GridShape& s, std::int64_t pixels) : pixel(s.channels_last ? s.c : 1), channel(s.channels_last ? 1 : pixels) {}
};

template <class T>
void place_of(const GridShape& s, const T* grid, std::int64_t at, double* place) {
  for (int i = 0; i < s.dims; ++i) place[i] = static_cast<double>(grid[at * s.dims + i]);
}

}  // namespace

GridTaps grid_taps(const GridShape& s, int axis, double coordinate) {
  const std::int64_t size = s.size[axis];
  const double n = static_cast<double>(size), rate = (s.align_corners ? n - 1 : n) / 2;
  const bool lost = !(std::abs(coordinate) <= 1e7);   // NaN, and what no image is as large as
  const double v = coordinate != coordinate ? -1 : std::clamp(coordinate, -1e7, 1e7);
  Moving m{(v + 1) * rate - (s.align_corners ? 0 : 0.5), lost ? 0 : rate};
  if (s.mode != GridShape::cubic) m = inside(m, s, size);
  GridTaps taps;
  const double left = s.mode == GridShape::nearest ? std::nearbyint(m.at) : std::floor(m.at), f = m.at - left;
  taps.fraction = f, taps.rate = m.rate;
  const auto add = [&](int number, std::int64_t at, double weight, double slope) {
    if (s.mode == GridShape::cubic) at = static_cast<std::int64_t>(inside({static_cast<double>(at), 0}, s, size).at);
    if (at < 0 || at >= size) return;
    taps.index[taps.count] = at, taps.weight[taps.count] = weight, taps.slope[taps.count] = slope * m.rate, taps.number[taps.count] = number;
    ++taps.count;
  };
  const auto first = static_cast<std::int64_t>(left);
  if (s.mode == GridShape::nearest) {
    add(0, first, 1, 0);
  } else if (s.mode == GridShape::linear) {
    add(0, first, 1 - f, -1), add(1, first + 1, f, 1);
  } else {
    add(0, first - 1, far(f + 1), far_slope(f + 1)), add(1, first, near(f), near_slope(f));
    add(2, first + 1, near(1 - f), -near_slope(1 - f)), add(3, first + 2, far(2 - f), -far_slope(2 - f));
  }
  return taps;
}

Array grid_sample(const GridShape& s, const Array& x, const Array& grid, const Shape& result) {
  return visit_floating(x.dtype(), "grid_sample", [&]<class T>(T) {
    Array y = s.channels_last ? empty_channels_last(result, x.dtype()) : Array(result, x.dtype());
    const Steps from(s, s.pixels()), to(s, s.places);
    const T *const in = x.data<T>(), *const places = grid.data<T>();
    T* const out = y.mutable_data<T>();
    parallel_for(s.n * s.places, items_worth(1 << 12, s.c), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) {
        double place[3];
        place_of(s, places, at, place);
        const Corners corners(s, place, false);
        const T* const image = in + at / s.places * s.c * s.pixels();
        T* const pixel = out + at / s.places * s.c * s.places + at % s.places * to.pixel;
        for (std::int64_t c = 0; c < s.c; ++c) {
          double sum = 0;
          for (int k = 0; k < corners.count; ++k)
            sum += corners.weight[k] * static_cast<double>(image[corners.offset[k] * from.pixel + c * from.channel]);
          pixel[c * to.channel] = static_cast<T>(sum);
        }
      }
    });
    return y;
  });
}

// A thread takes some channels of a sample, and its places in their order, so the sums do not depend on who takes which.
Array grid_sample_input_gradient(const GridShape& s, const Array& g, const Array& grid, const Shape& shape) {
  return visit_floating(g.dtype(), "grid_sample", [&]<class T>(T) {
    Array x = s.channels_last ? empty_channels_last(shape, g.dtype()) : Array(shape, g.dtype());
    const Steps to(s, s.pixels()), from(s, s.places);
    const T *const slopes = g.data<T>(), *const places = grid.data<T>();
    T* const out = x.mutable_data<T>();
    const std::int64_t shares = s.n > 0 ? std::clamp<std::int64_t>(2 * num_threads() / s.n, 1, std::max<std::int64_t>(s.c, 1)) : 0;
    parallel_for(x.size(), 1 << 15, [=](std::int64_t begin, std::int64_t end) { std::fill(out + begin, out + end, T(0)); });
    parallel_for(s.n * shares, items_worth(1 << 14, s.places * s.c / std::max<std::int64_t>(shares, 1)),
                 [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t part = begin; part < end; ++part) {
        const std::int64_t sample = part / shares, share = part % shares, first = s.c * share / shares, last = s.c * (share + 1) / shares;
        T* const image = out + sample * s.c * s.pixels();
        for (std::int64_t at = 0; at < s.places; ++at) {
          double place[3];
          place_of(s, places, sample * s.places + at, place);
          const Corners corners(s, place, false);
          const T* const pixel = slopes + sample * s.c * s.places + at * from.pixel;
          for (std::int64_t c = first; c < last; ++c)
            for (int k = 0; k < corners.count; ++k)
              image[corners.offset[k] * to.pixel + c * to.channel] +=
                  static_cast<T>(corners.weight[k] * static_cast<double>(pixel[c * from.channel]));
        }
      }
    });
    return x;
  });
}

Array grid_sample_grid_gradient(const GridShape& s, const Array& g, const Array& x, const Array& grid) {
  return visit_floating(g.dtype(), "grid_sample", [&]<class T>(T) {
    Array result(grid.shape(), g.dtype());
    const Steps from(s, s.pixels()), of(s, s.places);
    const T *const slopes = g.data<T>(), *const in = x.data<T>(), *const places = grid.data<T>();
    T* const out = result.mutable_data<T>();
    parallel_for(s.n * s.places, items_worth(1 << 12, s.c), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) {
        double place[3], sums[3] = {0, 0, 0};
        place_of(s, places, at, place);
        const Corners corners(s, place, true);
        const T* const image = in + at / s.places * s.c * s.pixels();
        const T* const pixel = slopes + at / s.places * s.c * s.places + at % s.places * of.pixel;
        for (int k = 0; k < corners.count; ++k) {
          double sum = 0;
          for (std::int64_t c = 0; c < s.c; ++c)
            sum += static_cast<double>(pixel[c * of.channel]) *
                   static_cast<double>(image[corners.offset[k] * from.pixel + c * from.channel]);
          for (int i = 0; i < s.dims; ++i)
            if (corners.slope[i][k] != 0) sums[i] += corners.slope[i][k] * sum;
        }
        for (int i = 0; i < s.dims; ++i) out[at * s.dims + i] = static_cast<T>(sums[i]);
      }
    });
    return result;
  });
}

}  // namespace gradus::kernels
