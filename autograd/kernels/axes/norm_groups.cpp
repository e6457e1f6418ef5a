#include <gradus/autograd/kernels/axes/norm_groups.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/kernels/axes/norm.h>
#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/simd/internal/past_caches.h>

namespace gradus::kernels {

GRADUS_DISPATCH(NormGroupLoops, norm_group_loops)

namespace {

// Channels shorter than this are spread: each of their numbers gets the channel's weight. Longer ones are stretches with one weight.
constexpr std::int64_t stretch = 16;

template <class T>
const T* start_of(const Array& a) {
  return a.defined() ? a.data<T>() : nullptr;
}

// [C] → [C·length], each number `length` times.
Array spread(const Array& a, std::int64_t length) {
  return a.defined() && length > 1 ? a.reshape({a.size(), 1}).expand({a.size(), length}).contiguous_copy().reshape({a.size() * length}) : a;
}

template <class T>
bool written_past(const T* y, const Groups& form, std::int64_t row) {
  const std::int64_t each = sizeof(T);
  return goes_past_caches(y, form.rows * form.width() * each, row * each);
}

// One number in T as high + low.
template <class T>
struct Split {
  T high, low;
  explicit Split(double x) : high(static_cast<T>(x)), low(static_cast<T>(x - static_cast<double>(high))) {}
};

// `sums` [2, rows·channels]: Σ g·(x − mean)·inverse and Σ g of every channel.
template <class T>
void backward_stretches(const T* g, const T* x, const Groups& form, const T* weight, const double* mean, const double* inverse, T* dx,
                        double* sums) {
  const NormRows<T>& loops = norm_loops().of(T{});
  const std::int64_t width = form.width(), channels = form.channels;
  const bool past = written_past(dx, form, form.length);
  double *const by_weight = sums, *const by_bias = sums + form.rows * channels;
  parallel_for(form.rows, items_worth(step_grain, width), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const Split<T> centre(mean[r]);
      const T* weights = weight ? weight + r % form.groups * channels : nullptr;
      double sum_s = 0, sum_sd = 0;
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t place = r * channels + c, at = place * form.length;
        loops.products({g + at}, x + at, form.length, centre.high, centre.low, by_bias[place], by_weight[place]);
        by_weight[place] *= inverse[r];
        const double w = weights ? static_cast<double>(weights[c]) : 1;
        sum_s += w * by_bias[place], sum_sd += w * by_weight[place];
      }
      if (!dx) continue;
      const double count = static_cast<double>(width);
      const T along = static_cast<T>(-inverse[r] * inverse[r] * sum_sd / count), shift = static_cast<T>(-inverse[r] * sum_s / count);
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t at = (r * channels + c) * form.length;
        const T factor = static_cast<T>(weights ? inverse[r] * static_cast<double>(weights[c]) : inverse[r]);
        loops.affine(g + at, x + at, form.length, {&centre.high, &centre.low, &factor, &along, &shift}, 0, {dx + at, past});
      }
    }
  });
}

// Σ over all rows of one group, and over `inner` numbers next to each other: [count, groups, channels, inner] → [groups·channels].
Array sum_over_rows(const double* from, std::int64_t count, std::int64_t wide, std::int64_t inner, Dtype dtype) {
  Array out = Array::zeros({wide}, f64);
  double* to = out.mutable_data<double>();
  for (std::int64_t r = 0; r < count; ++r)
    for (std::int64_t c = 0; c < wide; ++c)
      for (std::int64_t i = 0; i < inner; ++i) to[c] += *from++;
  return out.to(dtype);
}

}  // namespace

GroupsNormed norm_groups(const Array& x, const Groups& form, const Array& weight, const Array& bias, double eps) {
  GroupsNormed out{Array(x.shape(), x.dtype()), Array({form.rows}, f64), Array({form.rows}, f64)};
  double *mean = out.mean.mutable_data<double>(), *inverse = out.inverse.mutable_data<double>();
  if (form.width() == 0) return out;
  visit_floating(x.dtype(), "layer_norm", [&]<class T>(T) {
    const T* from = x.data<T>();
    T* to = out.y.mutable_data<T>();
    const NormGroupRows<T>& loops = norm_group_loops().of(T{});
    if (form.length >= stretch && form.centered) {
      const bool past = written_past(to, form, form.length);
      return parallel_for(form.rows, items_worth(step_grain, form.width()), [&](std::int64_t begin, std::int64_t end) {
        loops.forward_channels(from, begin, end, form, start_of<T>(weight), start_of<T>(bias), eps, to, mean, inverse, past);
      });
    }
    const Array weights = spread(weight, form.length), biases = spread(bias, form.length);
    const T *w = start_of<T>(weights), *b = start_of<T>(biases);
    const std::int64_t n = form.width(), groups = w || b ? form.groups : 1;
    const bool past = written_past(to, form, n);
    parallel_for(form.rows, items_worth(step_grain, n), [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t step = groups == 1 ? end - begin : 1;  // rows whose weights begin at one place
      for (std::int64_t r = begin; r < end; r += step) {
        const std::int64_t at = groups == 1 ? 0 : r % groups * n;
        loops.forward(from + r * n, step, n, w ? w + at : nullptr, b ? b + at : nullptr, eps, form.centered, to + r * n, mean + r,
                      inverse + r, past);
      }
    });
  });
  return out;
}

GroupsGradients norm_groups_backward(const Array& g, const Array& x, const Groups& form, const Array& weight, const Array& mean,
                                     const Array& inverse, std::uint32_t wanted) {
  GroupsGradients out;
  const std::int64_t wide = form.groups * form.channels, n = form.width();
  if (wanted & 1) out.x = Array(x.shape(), x.dtype());
  if (n == 0 || form.rows == 0) {
    if (wanted & 2) out.weight = Array::zeros({wide}, x.dtype());
    if (wanted & 4) out.bias = Array::zeros({wide}, x.dtype());
    return out;
  }
  const auto leave = [&](const double* sums, std::int64_t rows, std::int64_t inner) {
    if (wanted & 2) out.weight = sum_over_rows(sums, rows, wide, inner, x.dtype());
    if (wanted & 4) out.bias = sum_over_rows(sums + rows * wide * inner, rows, wide, inner, x.dtype());
  };
  visit_floating(x.dtype(), "layer_norm", [&]<class T>(T) {
    const T *slopes = g.data<T>(), *from = x.data<T>();
    T* dx = wanted & 1 ? out.x.mutable_data<T>() : nullptr;
    if (form.length >= stretch && form.centered) {
      const pool::Scratch<double> sums(2 * form.rows * form.channels);
      backward_stretches(slopes, from, form, start_of<T>(weight), mean.data<double>(), inverse.data<double>(), dx, sums.data());
      return leave(sums.data(), form.rows / form.groups, 1);
    }
    const NormGroupRows<T>& loops = norm_group_loops().of(T{});
    const Array weights = spread(weight, form.length);
    const T* w = start_of<T>(weights);
    const bool sums_wanted = wanted & 6, past = written_past(dx, form, n);
    // Rounds of rows through all groups; parts are cut by shape alone, so that no sum depends on the number of threads.
    const std::int64_t groups = w || sums_wanted ? form.groups : 1, rounds = form.rows / groups;
    const std::int64_t share = std::max<std::int64_t>({(rounds + 31) / 32, step_grain / (groups * n), 1});
    const std::int64_t parts = (rounds + share - 1) / share;
    const pool::Scratch<double> sums(sums_wanted ? 2 * parts * groups * n : 0), part_sums(sums_wanted ? 2 * parts * groups * n : 0);
    std::fill_n(part_sums.data(), sums_wanted ? 2 * parts * groups * n : 0, 0.0);
    parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
      const pool::Scratch<T> room(sums_wanted ? 2 * n : 0);
      for (std::int64_t p = begin; p < end; ++p) {
        const std::int64_t first = p * share * groups, last = std::min((p + 1) * share, rounds) * groups;
        const std::int64_t step = groups == 1 ? last - first : 1;
        for (std::int64_t r = first; r < last; r += step) {
          const std::int64_t group = groups == 1 ? 0 : r % groups;
          loops.backward(slopes + r * n, from + r * n, step, n, w ? w + group * n : nullptr, mean.data<double>() + r,
                         inverse.data<double>() + r, form.centered, dx ? dx + r * n : nullptr, room.data(),
                         part_sums.data() + 2 * (p * groups + group) * n, past);
        }
      }
    });
    if (!sums_wanted) return;
    for (std::int64_t i = 0; i < parts * groups; ++i) {  // [parts, groups, 2, n] → [2, parts, groups, n]
      std::copy_n(part_sums.data() + 2 * i * n, n, sums.data() + i * n);
      std::copy_n(part_sums.data() + (2 * i + 1) * n, n, sums.data() + (parts * groups + i) * n);
    }
    leave(sums.data(), parts, form.length);
  });
  return out;
}

}  // namespace gradus::kernels
