#include <gradus/autograd/kernels/images/grid_sample.h>

#include <algorithm>
#include <cmath>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// A place along one axis, and how fast it moves with the coordinate.
struct Moving { double at, rate; };

// Mirrored at the outer pixels' centres, or at their edges; then outside of the image the nearest pixel, and there it does not move.
Moving inside(Moving m, const GridShape& s, double size) {
  const double last = size - 1;
  if (s.padding == GridShape::zeros) return m;
  if (s.padding == GridShape::reflection) {
    const double low = s.align_corners ? 0 : -0.5, span = s.align_corners ? last : size;
    const double beyond = std::abs(m.at - low), flips = span > 0 ? std::floor(beyond / span) : 0, extra = beyond - flips * span;
    const bool odd = flips - 2 * std::floor(flips / 2) > 0;
    m.rate = odd == (m.at < low) ? m.rate : -m.rate;
    m.at = (odd ? span - extra : extra) + low;
  }
  const bool still = !(m.at > 0) || m.at >= last;
  return {std::min(std::max(m.at, 0.0), last), still ? 0.0 : m.rate};
}

// Where a coordinate is. NaN, and what no image is as large as, does not move.
Moving place(const GridShape& s, double size, double coordinate) {
  const double rate = (s.align_corners ? size - 1 : size) / 2;
  const bool lost = !(std::abs(coordinate) <= 1e7);
  const double v = coordinate != coordinate ? -1 : std::min(std::max(coordinate, -1e7), 1e7);
  const Moving m{(v + 1) * rate - (s.align_corners ? 0.0 : 0.5), lost ? 0 : rate};
  return s.mode == GridShape::cubic ? m : inside(m, s, size);
}

// A pixel beside a place, if it is there.
struct Tap {
  double index, weight, slope;
  Tap(double at, double w, double s, double size) {
    const bool there = at >= 0 && at < size;
    index = there ? at : 0, weight = there ? w : 0, slope = there ? s : 0;
  }
};

double near(double x) { return (1.25 * x - 2.25) * x * x + 1; }
double far(double x) { return ((-0.75 * x + 3.75) * x - 6) * x + 3; }
double near_slope(double x) { return (3.75 * x - 4.5) * x; }
double far_slope(double x) { return (-2.25 * x + 7.5) * x - 6; }

GridTaps taps_of(const GridShape& s, int axis, double coordinate) {
  const double size = static_cast<double>(s.size[axis]);
  const Moving m = place(s, size, coordinate);
  const double left = s.mode == GridShape::nearest ? std::nearbyint(m.at) : std::floor(m.at), f = m.at - left;
  GridTaps taps;
  taps.fraction = f, taps.rate = m.rate;
  const auto set = [&](int k, double at, double weight, double slope) {
    if (s.mode == GridShape::cubic) at = std::nearbyint(inside({at, 0}, s, size).at);
    const Tap tap(at, weight, slope * m.rate, size);
    taps.index[k] = static_cast<std::int32_t>(tap.index), taps.weight[k] = tap.weight, taps.slope[k] = tap.slope;
    taps.inside[k] = at >= 0 && at < size;
  };
  if (s.mode == GridShape::nearest) {
    set(0, left, 1, 0);
  } else if (s.mode == GridShape::linear) {
    set(0, left, 1 - f, -1), set(1, left + 1, f, 1);
  } else {
    set(0, left - 1, far(f + 1), far_slope(f + 1)), set(1, left, near(f), near_slope(f));
    set(2, left + 1, near(1 - f), -near_slope(1 - f));
    set(3, left + 2, far(2 - f), -far_slope(2 - f));
  }
  return taps;
}

// The taps of an axis, of all places of a block.
struct Line {
  static constexpr int most = GridBlock<double>::most;
  std::int32_t index[4][most];
  double weight[4][most], slope[4][most];
};

template <class T>
void line_of(const GridShape& s, int axis, const T* coordinates, std::int64_t n, Line& line) {
  const double size = static_cast<double>(s.size[axis]);
  if (s.mode == GridShape::cubic) {
    for (std::int64_t p = 0; p < n; ++p) {
      const GridTaps taps = taps_of(s, axis, static_cast<double>(coordinates[p * s.dims]));
      for (int k = 0; k < 4; ++k) line.index[k][p] = taps.index[k], line.weight[k][p] = taps.weight[k], line.slope[k][p] = taps.slope[k];
    }
    return;
  }
  double at[Line::most], rate[Line::most];
  for (std::int64_t p = 0; p < n; ++p) at[p] = static_cast<double>(coordinates[p * s.dims]);
  for (std::int64_t p = 0; p < n; ++p) {
    const Moving m = place(s, size, at[p]);
    at[p] = m.at, rate[p] = m.rate;
  }
  if (s.mode == GridShape::nearest) {
    for (std::int64_t p = 0; p < n; ++p) {
      const Tap tap(std::nearbyint(at[p]), 1, 0, size);
      line.index[0][p] = static_cast<std::int32_t>(tap.index), line.weight[0][p] = tap.weight, line.slope[0][p] = 0;
    }
    return;
  }
  for (std::int64_t p = 0; p < n; ++p) {
    const double left = std::floor(at[p]), f = at[p] - left;
    const Tap first(left, 1 - f, -rate[p], size), second(left + 1, f, rate[p], size);
    line.index[0][p] = static_cast<std::int32_t>(first.index), line.weight[0][p] = first.weight, line.slope[0][p] = first.slope;
    line.index[1][p] = static_cast<std::int32_t>(second.index), line.weight[1][p] = second.weight, line.slope[1][p] = second.slope;
  }
}

template <class T>
void around(const GridShape& s, const T* grid, std::int64_t n, bool slopes, GridBlock<T>& b) {
  Line lines[3];
  for (int axis = 3 - s.dims; axis < 3; ++axis) line_of(s, axis, grid + (2 - axis), n, lines[axis]);
  const int taps = s.taps(), slices = s.dims == 3 ? taps : 1;
  if (s.dims == 2)
    for (std::int64_t p = 0; p < n; ++p) lines[0].index[0][p] = 0, lines[0].weight[0][p] = 1, lines[0].slope[0][p] = 0;
  const auto rows = static_cast<std::int32_t>(s.size[1]), columns = static_cast<std::int32_t>(s.size[2]);
  int k = 0;
  for (int i = 0; i < slices; ++i)
    for (int j = 0; j < taps; ++j)
      for (int l = 0; l < taps; ++l, ++k) {
        const Line &z = lines[0], &y = lines[1], &x = lines[2];
        for (std::int64_t p = 0; p < n; ++p) {
          b.offset[k][p] = (z.index[i][p] * rows + y.index[j][p]) * columns + x.index[l][p];
          b.weight[k][p] = static_cast<T>(z.weight[i][p] * y.weight[j][p] * x.weight[l][p]);
        }
        if (!slopes) continue;
        for (std::int64_t p = 0; p < n; ++p) {
          b.slope[0][k][p] = static_cast<T>(z.weight[i][p] * y.weight[j][p] * x.slope[l][p]);
          b.slope[1][k][p] = static_cast<T>(z.weight[i][p] * y.slope[j][p] * x.weight[l][p]);
          b.slope[2][k][p] = static_cast<T>(z.slope[i][p] * y.weight[j][p] * x.weight[l][p]);
        }
      }
  b.corners = k;
}

// Weights of 0 select nothing: beside them may be an infinity.
template <class T, int corners>
void take_rows(const GridBlock<T>& b, std::int64_t n, std::int64_t channels, const GridPixels<const T>& x, const GridPixels<T>& y) {
  for (std::int64_t c = 0; c < channels; ++c) {
    const T* const image = x.data + c * x.channel;
    T* const out = y.data + c * y.channel;
    for (std::int64_t p = 0; p < n; ++p) {
      T sum = 0;
      for (int k = 0; k < corners; ++k) {
        const T w = b.weight[k][p], v = image[b.offset[k][p]];
        sum += w == 0 ? T(0) : w * v;
      }
      out[p] = sum;
    }
  }
}

template <class T>
void take_pixels(const GridBlock<T>& b, std::int64_t n, std::int64_t channels, const GridPixels<const T>& x, const GridPixels<T>& y) {
  for (std::int64_t p = 0; p < n; ++p) {
    T* const out = y.data + p * y.pixel;
    std::fill_n(out, channels, T(0));
    for (int k = 0; k < b.corners; ++k) {
      const T w = b.weight[k][p];
      const T* const pixel = x.data + b.offset[k][p] * x.pixel;
      if (w == 0) continue;
      for (std::int64_t c = 0; c < channels; ++c) out[c] += w * pixel[c];
    }
  }
}

template <class T>
void take(const GridBlock<T>& b, std::int64_t n, std::int64_t channels, GridPixels<const T> x, GridPixels<T> y) {
  if (x.pixel != 1 || y.pixel != 1) take_pixels(b, n, channels, x, y);
  else if (b.corners == 1) take_rows<T, 1>(b, n, channels, x, y);
  else if (b.corners == 4) take_rows<T, 4>(b, n, channels, x, y);
  else if (b.corners == 8) take_rows<T, 8>(b, n, channels, x, y);
  else take_rows<T, 16>(b, n, channels, x, y);
}

template <class T>
void products(const GridBlock<T>& b, std::int64_t n, std::int64_t channels, GridPixels<const T> g, GridPixels<const T> x,
              T (*sums)[GridBlock<T>::most]) {
  for (int k = 0; k < b.corners; ++k) {
    T* const sum = sums[k];
    std::fill_n(sum, n, T(0));
    if (x.pixel == 1 && g.pixel == 1) {
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t p = 0; p < n; ++p) sum[p] += g.data[c * g.channel + p] * x.data[c * x.channel + b.offset[k][p]];
    } else {
      for (std::int64_t p = 0; p < n; ++p)
        for (std::int64_t c = 0; c < channels; ++c)
          sum[p] += g.data[p * g.pixel + c * g.channel] * x.data[b.offset[k][p] * x.pixel + c * x.channel];
    }
  }
}

template <class T>
constexpr GridRows<T> rows_of{taps_of, around<T>, take<T>, products<T>};

}  // namespace

const GridLoops& grid_loops() {
  static constexpr GridLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
