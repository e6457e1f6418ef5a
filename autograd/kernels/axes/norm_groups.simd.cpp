#include <gradus/autograd/kernels/axes/norm_groups.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/kernels/axes/row_moments.h>
#include <gradus/autograd/simd/internal/stream.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// A row's mean as high + low: the first difference with `high` is exact where it matters.
template <class T>
struct Centre {
  Vec<T> high, low;
  explicit Centre(double mean) : high(static_cast<double>(static_cast<T>(mean))), low(mean - static_cast<double>(static_cast<T>(mean))) {}
  Vec<T> distance(Vec<T> x) const { return (x - high) - low; }
};

template <class T>
double sum_of_squares(const T* x, std::int64_t n) {
  const double squares = blocked_sum<T>(n, [x](std::int64_t i, auto... lanes) {
    const Vec<T> v = Vec<T>::load(x + i, lanes...);
    return v * v;
  });
  if (sizeof(T) == 8 || (squares > 1e-30 && squares < 1e38)) return squares;
  double wide = 0;  // what f32 has no room for
  for (std::int64_t i = 0; i < n; ++i) wide += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return wide;
}

// y = (x − mean)·inverse·weight + bias of one row.
template <class T>
void normalise(const T* x, std::int64_t n, double mean, double inverse, const T* weight, const T* bias, Target<T> y) {
  const Centre<T> centre(mean);
  const Vec<T> factor = inverse;
  const auto normal = [=](std::int64_t i, auto... lanes) { return centre.distance(Vec<T>::load(x + i, lanes...)) * factor; };
  if (weight && bias) {
    for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
      y.put(fma(normal(i, lanes...), Vec<T>::load(weight + i, lanes...), Vec<T>::load(bias + i, lanes...)), i, lanes...);
    });
  } else if (weight) {
    for_batches<T>(n, [=](std::int64_t i, auto... lanes) { y.put(normal(i, lanes...) * Vec<T>::load(weight + i, lanes...), i, lanes...); });
  } else {
    for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
      y.put(bias ? normal(i, lanes...) + Vec<T>::load(bias + i, lanes...) : normal(i, lanes...), i, lanes...);
    });
  }
}

// Statistics of `rows` rows, and then what `write(row)` does with each. Each step is made for a few short rows before the next one: what
// one row waits for, the others' work covers.
template <class T, class Write>
void for_rows(const T* x, std::int64_t rows, std::int64_t n, double eps, bool centered, double* mean, double* inverse, Write write) {
  constexpr std::int64_t most = 8, near = 4096;   // rows, and their numbers that stay in the nearest cache
  const std::int64_t together = std::clamp<std::int64_t>(near / n, 1, most);
  const bool one_block = n <= sum_block<T>;
  for (std::int64_t r0 = 0; r0 < rows; r0 += together) {
    const std::int64_t count = std::min(together, rows - r0);
    const T* const from = x + r0 * n;
    T shifts[most] = {};
    double squares[most];
    if (centered && one_block)
      for (std::int64_t r = 0; r < count; ++r) shifts[r] = near_mean(from + r * n, n);
    for (std::int64_t r = 0; r < count; ++r) {
      if (!centered) mean[r0 + r] = 0, squares[r] = sum_of_squares(from + r * n, n);
      else if (one_block) moments_around(shifts[r], from + r * n, n, mean[r0 + r], squares[r]);
      else row_moments(from + r * n, n, mean[r0 + r], squares[r]);
    }
    for (std::int64_t r = 0; r < count; ++r) inverse[r0 + r] = 1 / std::sqrt(squares[r] / static_cast<double>(n) + eps);
    for (std::int64_t r = r0; r < r0 + count; ++r) write(r);
  }
}

template <class T>
void forward(const T* x, std::int64_t rows, std::int64_t n, const T* weight, const T* bias, double eps, bool centered, T* y, double* mean,
             double* inverse, bool past_caches) {
  for_rows(x, rows, n, eps, centered, mean, inverse, [=](std::int64_t r) {
    normalise(x + r * n, n, mean[r], inverse[r], weight, bias, {y + r * n, past_caches});
  });
  end_stores(past_caches);
}

template <class T>
void forward_channels(const T* x, std::int64_t begin, std::int64_t end, const Groups& form, const T* weight, const T* bias, double eps,
                      T* y, double* mean, double* inverse, bool past_caches) {
  const std::int64_t n = form.width(), channels = form.channels, length = form.length;
  std::int64_t group = begin % form.groups;
  for_rows(x + begin * n, end - begin, n, eps, true, mean + begin, inverse + begin, [&, x, y](std::int64_t row) {
    const std::int64_t r = begin + row;
    const Centre<T> centre(mean[r]);
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t channel = group * channels + c, at = (r * channels + c) * length;
      const Vec<T> factor = static_cast<T>(weight ? inverse[r] * static_cast<double>(weight[channel]) : inverse[r]);
      const Vec<T> shift = bias ? bias[channel] : T(0);
      const T* const from = x + at;
      const Target<T> to{y + at, past_caches};
      for_batches<T>(length, [=](std::int64_t i, auto... lanes) {
        to.put(centre.distance(Vec<T>::load(from + i, lanes...)) * factor + shift, i, lanes...);
      });
    }
    if (++group == form.groups) group = 0;
  });
  end_stores(past_caches);
}

// With d = x − mean and s = g·weight: dx = inverse·(s − Σs/n − d·inverse²·Σ(s·d)/n); of weight Σ g·d·inverse, of bias Σ g over the rows, in
// T within blocks of rows and in double across them.
template <class T, bool weighted, bool sums_wanted>
void backward_of(const T* g, const T* x, std::int64_t rows, std::int64_t n, const T* weight, const double* mean, const double* inverse,
                 bool centered, T* dx, T* room, double* sums, bool past_caches) {
  constexpr std::int64_t block = 64;
  T *const by_weight = room, *const by_bias = room + n;
  const auto scaled = [=](Vec<T> slope, std::int64_t i, auto... lanes) {
    if constexpr (weighted)
      return slope * Vec<T>::load(weight + i, lanes...);
    else
      return slope;
  };
  for (std::int64_t r0 = 0; r0 < rows; r0 += block) {
    if constexpr (sums_wanted) std::fill(room, room + 2 * n, T(0));
    for (std::int64_t r = r0; r < std::min(rows, r0 + block); ++r, x += n, g += n) {
      const Centre<T> centre(mean[r]);
      const Vec<T> factor = inverse[r];
      double sum_s = 0;
      const double sum_sd = blocked_sums<T>(n, sum_s, [=](std::int64_t i, auto... lanes) {
        const Vec<T> slope = Vec<T>::load(g + i, lanes...), d = centre.distance(Vec<T>::load(x + i, lanes...)) * factor;
        if constexpr (sums_wanted) {
          fma(slope, d, Vec<T>::load(by_weight + i, lanes...)).store(by_weight + i, lanes...);
          (Vec<T>::load(by_bias + i, lanes...) + slope).store(by_bias + i, lanes...);
        }
        const Vec<T> s = scaled(slope, i, lanes...);
        return Two<T>{s, s * d};
      });
      if (!dx) continue;
      const double count = static_cast<double>(n);
      const Vec<T> shift = centered ? -inverse[r] * sum_s / count : 0.0, along = -inverse[r] * sum_sd / count;
      const Target<T> to{dx, past_caches};
      for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
        const Vec<T> s = scaled(Vec<T>::load(g + i, lanes...), i, lanes...), d = centre.distance(Vec<T>::load(x + i, lanes...)) * factor;
        to.put(fma(s, factor, fma(d, along, shift)), i, lanes...);
      });
      dx += n;
    }
    if constexpr (sums_wanted)
      for (std::int64_t j = 0; j < 2 * n; ++j) sums[j] += static_cast<double>(room[j]);
  }
  end_stores(past_caches);
}

template <class T>
void backward(const T* g, const T* x, std::int64_t rows, std::int64_t n, const T* weight, const double* mean, const double* inverse,
              bool centered, T* dx, T* room, double* sums, bool past_caches) {
  const auto of = weight ? room ? backward_of<T, true, true> : backward_of<T, true, false>
                  : room ? backward_of<T, false, true>
                         : backward_of<T, false, false>;
  of(g, x, rows, n, weight, mean, inverse, centered, dx, room, sums, past_caches);
}

template <class T>
constexpr NormGroupRows<T> rows_of{forward<T>, forward_channels<T>, backward<T>};

}  // namespace

const NormGroupLoops& norm_group_loops() {
  static constexpr NormGroupLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
