#include <gradus/autograd/kernels/images/grid_sample.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/simd/simd.h>
#ifdef GRADUS_PLAIN
#include <gradus/autograd/simd/plain_functions.h>
#else
#include <gradus/autograd/simd/functions.h>
#endif

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

using D = Vec<double>;

D bounded(D x, D low, D high) { return where(x < low, low, where(x > high, high, x)); }

// Places along one axis, and how fast they move with the coordinate.
struct Moving { D at, rate; };

// Mirrored at the outer pixels' centres, or at their edges; then outside of the image the nearest pixel, and there it does not move.
Moving inside(Moving m, const GridShape& s, double size) {
  const double last = size - 1;
  if (s.padding == GridShape::zeros) return m;
  if (s.padding == GridShape::reflection) {
    const double low = s.align_corners ? 0 : -0.5, span = s.align_corners ? last : size;
    const D beyond = abs(m.at - D(low)), flips = span > 0 ? floor(beyond / D(span)) : D(0), extra = beyond - flips * D(span);
    const Mask<double> odd = flips - D(2) * floor(flips / D(2)) > D(0);
    const D back = where(odd, -m.rate, m.rate);
    m.rate = where(m.at < D(low), -back, back);
    m.at = where(odd, D(span) - extra, extra) + D(low);
  }
  const Mask<double> still = !(m.at > D(0)) || m.at >= D(last);
  return {bounded(m.at, 0, last), where(still, D(0), m.rate)};
}

// Where coordinates are. NaN, and what no image is as large as, does not move.
Moving place(const GridShape& s, double size, D coordinate) {
  const double rate = (s.align_corners ? size - 1 : size) / 2;
  const D v = where(coordinate == coordinate, bounded(coordinate, -1e7, 1e7), D(-1));
  const Moving m{(v + D(1)) * D(rate) - D(s.align_corners ? 0.0 : 0.5), where(abs(coordinate) <= D(1e7), D(rate), D(0))};
  return s.mode == GridShape::cubic ? m : inside(m, s, size);
}

double first_of(D x) {
  double lanes[static_cast<std::size_t>(D::size)];
  x.store(lanes);
  return lanes[0];
}

double near(double x) { return (1.25 * x - 2.25) * x * x + 1; }
double far(double x) { return ((-0.75 * x + 3.75) * x - 6) * x + 3; }
double near_slope(double x) { return (3.75 * x - 4.5) * x; }
double far_slope(double x) { return (-2.25 * x + 7.5) * x - 6; }

GridTaps taps_of(const GridShape& s, int axis, double coordinate) {
  const double size = static_cast<double>(s.size[axis]);
  const Moving m = place(s, size, coordinate);
  const double where_it_is = first_of(m.at), rate = first_of(m.rate);
  const double left = s.mode == GridShape::nearest ? std::nearbyint(where_it_is) : std::floor(where_it_is), f = where_it_is - left;
  GridTaps taps;
  taps.fraction = f, taps.rate = rate;
  const auto set = [&](int k, double at, double weight, double slope) {
    if (s.mode == GridShape::cubic) at = std::nearbyint(first_of(inside({at, 0}, s, size).at));
    const bool there = at >= 0 && at < size;   // a pixel beside the place
    taps.index[k] = there ? static_cast<std::int32_t>(at) : 0;
    taps.weight[k] = there ? weight : 0, taps.slope[k] = there ? slope * rate : 0;
    taps.inside[k] = there;
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
  double at[Line::most] = {}, index[2][Line::most];
  for (std::int64_t p = 0; p < n; ++p) at[p] = static_cast<double>(coordinates[p * s.dims]);
  const D none = 0, one = 1;
  const auto set = [&](int k, std::int64_t p, D pixel, D weight, D slope) {
    const Mask<double> there = pixel >= none && pixel < D(size);
    where(there, pixel, none).store(index[k] + p), where(there, weight, none).store(line.weight[k] + p);
    where(there, slope, none).store(line.slope[k] + p);
  };
  for (std::int64_t p = 0; p < n; p += D::size) {
    const Moving m = place(s, size, D::load(at + p));
    if (s.mode == GridShape::nearest) {
      set(0, p, round(m.at), one, none);
    } else {
      const D left = floor(m.at), f = m.at - left;
      set(0, p, left, one - f, -m.rate), set(1, p, left + one, f, m.rate);
    }
  }
  for (int k = 0; k < s.taps(); ++k)
    for (std::int64_t p = 0; p < n; ++p) line.index[k][p] = static_cast<std::int32_t>(index[k][p]);
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
    T sum[GridBlock<T>::most] = {}, v[GridBlock<T>::most];   // the second loop has registers, without the first one's reads from anywhere
    for (int k = 0; k < corners; ++k) {
      for (std::int64_t p = 0; p < n; ++p) v[p] = image[b.offset[k][p]];
      for (std::int64_t p = 0; p < n; ++p) sum[p] += b.weight[k][p] == 0 ? T(0) : b.weight[k][p] * v[p];
    }
    std::copy_n(sum, n, out);
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
