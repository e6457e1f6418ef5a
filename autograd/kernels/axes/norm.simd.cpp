#include <gradus/autograd/kernels/axes/norm.h>

#include <algorithm>

#include <gradus/autograd/kernels/axes/row_moments.h>
#include <gradus/autograd/simd/internal/stream.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
Vec<T> slope_at(const Slopes<T>& s, std::int64_t i, auto... lanes) {
  const Vec<T> g = Vec<T>::load(s.g + i, lanes...);
  if (!s.y) return g;
  const Vec<T> through = where(Vec<T>::load(s.y + i, lanes...) <= Vec<T>(0), Vec<T>(0), g);
  through.store(s.through + i, lanes...);
  return through;
}

template <class T>
Vec<T> shown(Vec<T> x, bool relu) {
  return relu ? where(x < Vec<T>(0), Vec<T>(0), x) : x;
}

template <class T>
void products(const Slopes<T>& g, const T* x, std::int64_t n, T high, T low, double& sum_g, double& sum_gx) {
  const Vec<T> h = high, l = low;
  sum_gx = blocked_sums<T>(n, sum_g, [=](std::int64_t i, auto... lanes) {
    const Vec<T> slope = slope_at(g, i, lanes...);
    return Two<T>{slope, slope * ((Vec<T>::load(x + i, lanes...) - h) - l)};
  });
}

template <class T>
void affine(const T* g, const T* x, std::int64_t n, const Channels<T>& channels, std::int64_t channel, const Outcome<T>& out) {
  const Vec<T> high = channels.high[channel], low = channels.low[channel], b = channels.b[channel], c = channels.c[channel];
  const Target<T> y{out.to, out.past_caches};
  const bool relu = out.relu;
  const auto own = [=](std::int64_t i, auto... lanes) { return ((Vec<T>::load(x + i, lanes...) - high) - low) * b + c; };
  if (!g) {
    for_batches<T>(n, [=](std::int64_t i, auto... lanes) { y.put(shown(own(i, lanes...), relu), i, lanes...); });
  } else {
    const Vec<T> a = channels.a[channel];
    for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
      y.put(shown(Vec<T>::load(g + i, lanes...) * a + own(i, lanes...), relu), i, lanes...);
    });
  }
  end_stores(out.past_caches);
}

template <class T>
void column_moments(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, double* mean, double* squares) {
  constexpr std::int64_t room = NormRows<T>::max_width, block = 64;
  std::fill(mean, mean + width, 0.0);
  std::fill(squares, squares + width, 0.0);
  for (std::int64_t r0 = 0; r0 < rows; r0 += block) {
    const std::int64_t stop = std::min(rows, r0 + block);
    const double k = static_cast<double>(stop - r0);
    alignas(64) T shift[room] = {}, d[room] = {}, dd[room] = {};
    for (std::int64_t r = r0; r < stop; ++r)
      for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
        (Vec<T>::load(shift + j, lanes...) + Vec<T>::load(x + r * stride + j, lanes...)).store(shift + j, lanes...);
      });
    for (std::int64_t j = 0; j < width; ++j) shift[j] = static_cast<T>(static_cast<double>(shift[j]) / k);
    for (std::int64_t r = r0; r < stop; ++r)
      for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
        const Vec<T> delta = Vec<T>::load(x + r * stride + j, lanes...) - Vec<T>::load(shift + j, lanes...);
        (Vec<T>::load(d + j, lanes...) + delta).store(d + j, lanes...);
        (Vec<T>::load(dd + j, lanes...) + delta * delta).store(dd + j, lanes...);
      });
    alignas(64) double own_mean[room], own_squares[room];
    for (std::int64_t j = 0; j < width; ++j) {
      const double e = static_cast<double>(d[j]);
      own_mean[j] = static_cast<double>(shift[j]) + e / k;
      own_squares[j] = std::max(static_cast<double>(dd[j]) - e * e / k, 0.0);
    }
    Vec<T> odd = 0;   // 1 where a column's sum of squares may be outside; zeros and tails are looked at, too
    for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
      const Vec<T> squares_of = Vec<T>::load(dd + j, lanes...);
      const auto inside = squares_of >= std::numeric_limits<T>::min() * T(0x1p24) && squares_of < std::numeric_limits<T>::infinity();
      odd = where(inside, odd, Vec<T>(1));
    });
    if (sum(odd) > 0)
      for (std::int64_t j = 0; j < width; ++j) {
        const T* column = x + r0 * stride + j;
        if (outside<T>(static_cast<double>(dd[j]), static_cast<double>(d[j]), *column != shift[j]))
          wide_moments(column, stop - r0, stride, own_mean[j], own_squares[j]);
      }
    if (r0 == 0) {
      std::copy(own_mean, own_mean + width, mean);
      std::copy(own_squares, own_squares + width, squares);
      continue;
    }
    for (std::int64_t j = 0; j < width; ++j) add_moments(static_cast<double>(r0), mean[j], squares[j], k, own_mean[j], own_squares[j]);
  }
}

template <class T>
void column_products(const Slopes<T>& g, const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, const T* high,
                     const T* low, double* sum_g, double* sum_gx) {
  constexpr std::int64_t room = NormRows<T>::max_width, block = 64;
  std::fill(sum_g, sum_g + width, 0.0);
  std::fill(sum_gx, sum_gx + width, 0.0);
  for (std::int64_t r0 = 0; r0 < rows; r0 += block) {
    alignas(64) T part_g[room] = {}, part_gx[room] = {};
    for (std::int64_t r = r0; r < std::min(rows, r0 + block); ++r)
      for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
        const Vec<T> slope = slope_at(g, r * stride + j, lanes...);
        const Vec<T> delta =
            (Vec<T>::load(x + r * stride + j, lanes...) - Vec<T>::load(high + j, lanes...)) - Vec<T>::load(low + j, lanes...);
        (Vec<T>::load(part_g + j, lanes...) + slope).store(part_g + j, lanes...);
        (Vec<T>::load(part_gx + j, lanes...) + slope * delta).store(part_gx + j, lanes...);
      });
    for (std::int64_t j = 0; j < width; ++j) {
      sum_g[j] += static_cast<double>(part_g[j]);
      sum_gx[j] += static_cast<double>(part_gx[j]);
    }
  }
}

template <class T>
void column_affine(const T* g, const T* x, std::int64_t rows, std::int64_t width, const Channels<T>& channels, const Outcome<T>& out) {
  const auto [high, low, a, b, c] = channels;
  T* to = out.to;
  for (std::int64_t r = 0; r < rows; ++r, x += width, to += width, g += g ? width : 0) {
    const Target<T> y{to, out.past_caches};
    for_batches<T>(width, [=, relu = out.relu, high = high, low = low, a = a, b = b, c = c](std::int64_t j, auto... lanes) {
      const auto of = [=](const T* p) { return Vec<T>::load(p + j, lanes...); };
      const Vec<T> own = ((of(x) - of(high)) - of(low)) * of(b) + of(c);
      y.put(shown(g ? of(g) * of(a) + own : own, relu), j, lanes...);
    });
  }
  end_stores(out.past_caches);
}

template <class T>
constexpr NormRows<T> rows_of{row_moments<T>, products<T>, affine<T>, column_moments<T>, column_products<T>, column_affine<T>};

}  // namespace

const NormLoops& norm_loops() {
  static constexpr NormLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
